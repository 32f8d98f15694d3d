"""Cases are asked some at a time; a failure is the result of its case; a service that is gone ends the run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from core.errors import ServiceError, ServiceUnreachable
from evals.cases.case import Case
from evals.response import CaseResponse
from evals.run.ask_all import ask_all
from evals.run.case_result import CaseResult, evaluate_response, failed_result
from tests.unit.evals.responses import LEAVE, case_of, response_to

Ask = Callable[[Case], Awaitable[CaseResponse]]


def results_of(count: int, ask: Ask, concurrency: int = 1, results: list[CaseResult] | None = None) -> list[CaseResult]:
    """Return the results of cases "0", "1", … in the order in which they came, or add them to a list."""
    added: list[CaseResult] = [] if results is None else results
    cases = [replace(case_of(LEAVE), id=str(number)) for number in range(count)]
    asyncio.run(ask_all(cases, concurrency, ask, evaluate_response, failed, added.append))
    return added


def failed(case: Case, message: str) -> CaseResult:
    return failed_result(case, message, "generated")


def raising(errors: dict[str, ServiceError]) -> Ask:
    async def ask(case: Case) -> CaseResponse:
        if case.id in errors:
            raise errors[case.id]
        return response_to(case)

    return ask


def test_no_more_cases_are_asked_at_a_time_than_allowed() -> None:
    asked: list[int] = []

    async def ask(case: Case) -> CaseResponse:
        asked.append(1)
        await asyncio.sleep(0.001)
        assert sum(asked) <= 3
        asked.append(-1)
        return response_to(case)

    assert len(results_of(10, ask, concurrency=3)) == 10
    assert max(sum(asked[: place + 1]) for place in range(len(asked))) == 3


def test_a_failed_request_is_the_result_of_its_case_and_the_others_go_on() -> None:
    results = results_of(4, raising({"1": ServiceError("The model does not answer.")}))

    assert [result.failure for result in results] == [None, "The model does not answer.", None, None]


def test_a_connection_that_was_cut_is_a_failed_request() -> None:
    cut = ServiceUnreachable("It did not answer.")
    results = results_of(6, raising({"1": cut, "2": cut, "5": cut}))

    assert [result.failure is not None for result in results] == [False, True, True, False, False, True]
    assert [result.case.id for result in results] == ["0", "1", "2", "3", "4", "5"]


@pytest.mark.parametrize("concurrency", [1, 2])
def test_a_service_that_is_gone_ends_the_run_and_its_cases_have_no_result(concurrency: int) -> None:
    asked: list[str] = []
    results: list[CaseResult] = []

    async def ask(case: Case) -> CaseResponse:
        asked.append(case.id)
        if case.id != "0":
            raise ServiceUnreachable("It did not answer.")
        return response_to(case)

    with pytest.raises(ServiceUnreachable):
        results_of(50, ask, concurrency, results)
    assert [result.case.id for result in results] == ["0"]
    assert len(asked) <= 1 + 4 * concurrency


def test_a_bug_ends_the_run() -> None:
    async def ask(case: Case) -> CaseResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        results_of(4, ask, concurrency=2)
