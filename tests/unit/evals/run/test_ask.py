"""A case is asked as a stream and a search, and the time to the first visible word is measured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from evals.cases.case import LabelledAnswer
from evals.response import CaseResponse
from evals.run.ask import ask_case
from tests.unit.evals.responses import LEAVE, case_of
from tests.unit.evals.run.test_stream import FIRST, LAST, USAGE, chunk

_PAUSE_SECONDS = 0.02


class Service:
    """Answers with these pieces, each after a pause; `requests` has the path and the body of each request."""

    def __init__(self, *pieces: str) -> None:
        self._pieces = pieces
        self.requests: list[tuple[str, Mapping[str, Any]]] = []

    async def get(self, path: str) -> dict[str, Any]:
        raise AssertionError(f"a case is asked without GET {path}")

    async def post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        self.requests.append((path, body))
        return {"hits": []} if path == "/v1/search" else {"flags": []}

    async def stream(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[dict[str, Any], None]:
        self.requests.append((path, body))
        passage = {"document_name": "Leave", "section": None, "text": "25 days."}
        yield {**FIRST, "groundwork": {**FIRST["groundwork"], "passages": [passage]}}
        for piece in self._pieces:
            await asyncio.sleep(_PAUSE_SECONDS)
            yield chunk(piece)
        yield LAST
        yield USAGE


def asked(service: Service, labelled: tuple[LabelledAnswer, ...] = ()) -> CaseResponse:
    return asyncio.run(ask_case(case_of(LEAVE, labelled=labelled), "brief", service))


def test_the_first_token_is_the_first_visible_word() -> None:
    response = asked(Service("", " \n", "25", " days", " a year"))

    assert response.content == " \n25 days a year"
    assert response.first_token_ms is not None
    assert 3 * _PAUSE_SECONDS <= response.first_token_ms / 1000 <= response.answer_ms / 1000 - 2 * _PAUSE_SECONDS


def test_an_answer_without_a_word_has_no_first_token() -> None:
    assert asked(Service(" ")).first_token_ms is None


def test_the_recipe_is_chosen_whatever_experiment_runs_and_nothing_is_kept() -> None:
    service = Service("25 days.")
    asked(service)

    (path, body), (search, query) = service.requests
    assert (path, search) == ("/v1/chat/completions", "/v1/search")
    assert (body["model"], query["model"]) == ("groundwork:brief", "groundwork:brief")
    assert (body["store"], body["stream"]) == (False, True)


def test_labelled_answers_are_checked_with_the_passages_and_the_gold_quotes() -> None:
    service = Service("25 days.")
    response = asked(service, (LabelledAnswer("It takes nine days.", ("nine",)),))

    assert [checked.report for checked in response.checked] == [{"flags": []}]
    assert service.requests[-1][1]["contexts"] == ["Leave\n25 days.", LEAVE.quote]
