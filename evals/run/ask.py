"""Ask the service one case, as a user's client would: one chat completion, streamed, and one search.

The answer is asked for first. The service remembers the vector of a question, so that the search is the faster one.

The labelled answers of a case are checked as well, as the service checks an answer of its model: against the passages
of the question. Gold quotes that none of them contains are added, so that a miss of the search is no false alarm.
"""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Any

from app.service.recipes import MODEL_ID
from evals.cases.case import Case, LabelledAnswer
from evals.contexts import labelled_contexts
from evals.labelled import CheckedAnswer
from evals.response import CaseResponse
from evals.run.stream import join_chunks, text_of
from evals.service import ServiceClient, StreamingClient

SEARCH_DEPTH = 10
"""Number of hits requested from `/v1/search`: the greatest depth at which a metric is computed."""


def model_id(recipe: str) -> str:
    """Return the model id under which the service offers a recipe."""
    return MODEL_ID if recipe == "default" else f"{MODEL_ID}:{recipe}"


def chosen_model(recipe: str) -> str:
    """Return the model id that asks for a recipe, whatever experiment runs; for the default recipe as well."""
    return f"{MODEL_ID}:{recipe}"


async def ask_case(case: Case, recipe: str, client: StreamingClient) -> CaseResponse:
    """Have the case's question answered, and search for it. Raises ServiceError, of which one is ServiceUnreachable."""
    history = [asdict(message) for message in case.history]
    answer = await _answer([*history, {"role": "user", "content": case.question}], recipe, client)
    query = {"query": case.question, "history": history, "top_k": SEARCH_DEPTH, "model": chosen_model(recipe)}
    began = time.perf_counter()
    search = await client.post("/v1/search", query)
    search_ms = _milliseconds_since(began)
    contexts = labelled_contexts(case, answer.completion["groundwork"]["passages"])
    checked = [await _checked(labelled, case.question, contexts, client) for labelled in case.labelled]
    return CaseResponse(
        case, answer.completion, search, answer.whole_ms, search_ms, tuple(checked), answer.first_token_ms
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """A completion, and the milliseconds from the request to the first visible word and to the end of the stream."""

    completion: dict[str, Any]
    first_token_ms: float | None
    whole_ms: float


async def _answer(messages: list[dict[str, Any]], recipe: str, client: StreamingClient) -> _Answer:
    # The questions of an evaluation are nobody's: nothing is kept of their answers.
    body = {
        "model": chosen_model(recipe),
        "messages": messages,
        "store": False,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    chunks: list[dict[str, Any]] = []
    first_token_ms = None
    began = time.perf_counter()
    async with aclosing(client.stream("/v1/chat/completions", body, {"Cache-Control": "no-cache"})) as stream:
        async for chunk in stream:
            if first_token_ms is None and text_of(chunk).strip():
                first_token_ms = _milliseconds_since(began)
            chunks.append(chunk)
    return _Answer(join_chunks(chunks), first_token_ms, _milliseconds_since(began))


def _milliseconds_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


async def _checked(
    labelled: LabelledAnswer, question: str, contexts: list[str], client: ServiceClient
) -> CheckedAnswer:
    body = {"question": question, "answer": labelled.answer, "contexts": contexts}
    return CheckedAnswer(labelled, await client.post("/v1/ground", body))
