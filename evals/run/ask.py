"""Ask the service one case, as a user's client would: one search and one chat completion.

The labelled answers of a case are checked as well, as the service checks an answer of its model: against the passages
of the question. Gold quotes that none of them contains are added, so that a miss of the search is no false alarm.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from app.service.recipes import MODEL_ID
from core.errors import ServiceError
from evals.cases.case import Case, LabelledAnswer
from evals.labelled import CheckedAnswer
from evals.quotes import contains_quote
from evals.response import CaseResponse, passage_text
from evals.service import ServiceClient

SEARCH_DEPTH = 10
"""Number of hits requested from `/v1/search`: the greatest depth at which a metric is computed."""


def model_id(recipe: str) -> str:
    """Return the model id under which the service offers a recipe."""
    return MODEL_ID if recipe == "default" else f"{MODEL_ID}:{recipe}"


def chosen_model(recipe: str) -> str:
    """Return the model id that asks for a recipe, whatever experiment runs; for the default recipe as well."""
    return f"{MODEL_ID}:{recipe}"


async def ask_case(case: Case, recipe: str, client: ServiceClient) -> CaseResponse:
    """Search for the case's question and have it answered. Raises ServiceError that names the case."""
    try:
        return await _ask(case, recipe, client)
    except ServiceError as error:
        raise ServiceError(f"The evaluation stopped at the case '{case.id}': {error}") from error


async def _ask(case: Case, recipe: str, client: ServiceClient) -> CaseResponse:
    history = [asdict(message) for message in case.history]
    query = {"query": case.question, "history": history, "top_k": SEARCH_DEPTH, "model": chosen_model(recipe)}
    began = time.perf_counter()
    search = await client.post("/v1/search", query)
    searched = time.perf_counter()
    messages = [*history, {"role": "user", "content": case.question}]
    # The questions of an evaluation are nobody's: nothing is kept of their answers.
    body = {"model": chosen_model(recipe), "messages": messages, "store": False}
    completion = await client.post("/v1/chat/completions", body, {"Cache-Control": "no-cache"})
    answered = time.perf_counter()
    contexts = _contexts(case, completion["groundwork"]["passages"])
    checked = [await _checked(labelled, case.question, contexts, client) for labelled in case.labelled]
    return CaseResponse(
        case, completion, search, (answered - searched) * 1000, (searched - began) * 1000, tuple(checked)
    )


async def _checked(
    labelled: LabelledAnswer, question: str, contexts: list[str], client: ServiceClient
) -> CheckedAnswer:
    body = {"question": question, "answer": labelled.answer, "contexts": contexts}
    return CheckedAnswer(labelled, await client.post("/v1/ground", body))


def _contexts(case: Case, passages: list[dict[str, Any]]) -> list[str]:
    """Return the passages with their headings, and the gold quotes that none of them contains."""
    texts = [passage_text(passage) for passage in passages]
    quotes = [gold.quote for gold in case.gold]
    return [*texts, *(quote for quote in quotes if not any(contains_quote(text, quote) for text in texts))]
