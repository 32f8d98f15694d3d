"""The language model behind the service: whether it answers, and whether it is too busy for another question."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.answer.generated.llm.protocol import LLMClient, Tokenizer
from app.service.load import Load, watch_load
from app.service.metrics import Metrics
from core.domain import Overload
from core.errors import GenerationError, ModelLoading, Overloaded

_log = logging.getLogger("groundwork")
_STATE_SECONDS = 5.0
"""For which a state is kept; the server is not asked more often."""


@dataclass(frozen=True, slots=True)
class ModelState:
    """Whether the language model answers. It is reported; readiness does not depend on it.

    `missing` are models that recipes name and the server does not list.
    """

    configured: bool
    reachable: bool
    loading: bool = False
    name: str | None = None
    error: str | None = None
    missing: tuple[str, ...] = ()


class ServedModel:
    """The LLM client with the state and the load of its server. Without a client there is no model.

    `wanted` are the models that recipes name, each with the recipes' names; `tokenizer` knows which the server lists.
    """

    def __init__(
        self,
        llm: LLMClient | None,
        base_url: str | None,
        overload: Overload,
        metrics: Metrics,
        tokenizer: Tokenizer | None = None,
        wanted: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.llm = llm
        self._tokenizer = tokenizer
        self._wanted = wanted or {}
        self._base_url = base_url
        self._overload = overload
        self._metrics = metrics
        self._load = Load()
        self._state: tuple[float, ModelState] | None = None

    async def state(self) -> ModelState:
        """Return whether the model answers; its server is asked at most every few seconds."""
        if self.llm is None:
            return ModelState(configured=False, reachable=False)
        now = time.monotonic()
        if self._state is None or now - self._state[0] > _STATE_SECONDS:
            try:
                name = await self.llm.model()
                state = ModelState(configured=True, reachable=True, name=name, missing=await self._missing())
            except GenerationError as error:
                loading = isinstance(error, ModelLoading)
                state = ModelState(configured=True, reachable=False, loading=loading, error=str(error))
            self._report(state.missing, self._state[1].missing if self._state else ())
            self._state = (now, state)
            self._metrics.model(reachable=state.reachable, loading=state.loading)
        return self._state[1]

    async def _missing(self) -> tuple[str, ...]:
        if not self._wanted or self._tokenizer is None:
            return ()
        listed = (await self._tokenizer.served()).listed
        return tuple(name for name in self._wanted if name not in listed) if listed else ()

    def _report(self, missing: Sequence[str], before: Sequence[str]) -> None:
        """Log which recipes have a model that is not served, when that changes."""
        for name in missing:
            if name not in before:
                recipes = ", ".join(self._wanted[name])
                _log.warning(
                    "The model '%s' of the recipe %s is not served at %s: its answers are extractive until it is.",
                    name,
                    recipes,
                    self._base_url,
                )

    def admit(self) -> Overloaded | None:
        """Count a question that is to be sent to the model; return why it is not to be sent.

        Raises Overloaded where the domain refuses the question then.
        """
        if self.llm is None:
            return None
        try:
            self._load.admit(self._overload)
        except Overloaded as overload:
            self.shed(overload)
            return overload
        return None

    def admits_beside(self) -> bool:
        """Return whether the model, if any, takes a question that nobody waits for, and count it as sent."""
        if self.llm is None:
            return True
        try:
            self._load.admit(self._overload)
        except Overloaded:
            return False
        return True

    def shed(self, overload: Overloaded) -> None:
        """Count a question that the model does not answer. Raises `overload` where the domain refuses it then."""
        self._metrics.shed(self._overload.answer)
        if self._overload.answer == "refuse":
            raise overload

    async def watch(self) -> None:
        """Follow the server's load and state until cancelled, so that the metrics have them without a question.

        The model's name is then known before the first question needs it. Returns at once without a model.
        """
        if self._base_url is not None:
            await asyncio.gather(
                watch_load(self._load, self._base_url, self._metrics.expected_first_token), self._watch_state()
            )

    async def _watch_state(self) -> None:
        while True:
            await self.state()
            await asyncio.sleep(_STATE_SECONDS)
