"""A case is put to the service as a user's client would: one search, one chat completion."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from app.service.service import MODEL_ID
from core.errors import ServiceError
from evals.cases import Case
from evals.service import ServiceClient

SEARCHED = 10
"""Passages asked of `/v1/search`: the deepest cut that a metric looks at."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A case and all that the service returned for it: the bodies of both requests and their durations."""

    case: Case
    completion: dict[str, Any]
    search: dict[str, Any]
    answer_ms: float
    search_ms: float

    @property
    def content(self) -> str:
        """The answer, markers included."""
        return str(self.completion["choices"][0]["message"]["content"])

    @property
    def refused(self) -> bool:
        """Whether the service said that it found no answer."""
        return bool(self.completion["groundwork"]["refused"])

    @property
    def degraded(self) -> bool:
        """Whether the extractive answer stood in for a model that did not answer."""
        return bool(self.completion["groundwork"]["degraded"])

    @property
    def cited(self) -> list[dict[str, Any]]:
        """The cited passages."""
        return list(self.completion["groundwork"]["citations"])

    @property
    def flags(self) -> list[dict[str, Any]] | None:
        """The grounding flags; None when the answer was not checked, as a refusal is."""
        report = self.completion["groundwork"]["grounding"]
        return None if report is None else list(report["flags"])

    @property
    def hits(self) -> list[dict[str, Any]]:
        """What the search found, best first."""
        return list(self.search["hits"])


def model_of(recipe: str) -> str:
    """The model id of a recipe."""
    return MODEL_ID if recipe == "default" else f"{MODEL_ID}:{recipe}"


async def ask(case: Case, recipe: str, client: ServiceClient) -> Asked:
    """Search for the case and have it answered. Raises ServiceError that names the case."""
    try:
        return await _ask(case, recipe, client)
    except ServiceError as error:
        raise ServiceError(f"The evaluation stopped at the case '{case.id}': {error}") from error


async def _ask(case: Case, recipe: str, client: ServiceClient) -> Asked:
    history = [asdict(message) for message in case.history]
    wanted = {"query": case.question, "history": history, "top_k": SEARCHED, "model": model_of(recipe)}
    began = time.perf_counter()
    search = await client.post("/v1/search", wanted)
    searched = time.perf_counter()
    messages = [*history, {"role": "user", "content": case.question}]
    completion = await client.post("/v1/chat/completions", {"model": model_of(recipe), "messages": messages})
    answered = time.perf_counter()
    return Asked(case, completion, search, (answered - searched) * 1000, (searched - began) * 1000)
