"""Ask all cases, some at a time: a request that fails is the result of its case, and the others go on.

Several cases in a row for which the service could not be reached at all mean that it is gone. The run ends then, and
these cases get no result: they are asked again when the run is continued.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

from core.errors import ServiceError, ServiceUnreachable
from evals.cases.case import Case
from evals.response import CaseResponse
from evals.run.case_result import CaseResult

_GONE_AFTER = 3
"""Cases in a row, for each that is asked at a time. Chosen: a connection that was cut once is a failed request."""


async def ask_all(
    cases: Sequence[Case],
    concurrency: int,
    ask: Callable[[Case], Awaitable[CaseResponse]],
    evaluate: Callable[[CaseResponse], CaseResult],
    fail: Callable[[Case, str], CaseResult],
    add: Callable[[CaseResult], None],
) -> None:
    """Ask the cases in order, `concurrency` at a time, and add each result as it comes.

    Raises ServiceUnreachable when the service is gone.
    """
    results = _Results(add, _GONE_AFTER * concurrency)
    waiting = iter(cases)
    workers = [asyncio.create_task(_work(waiting, ask, evaluate, fail, results)) for _ in range(concurrency)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    results.add_unreached()


async def _work(
    cases: Iterator[Case],
    ask: Callable[[Case], Awaitable[CaseResponse]],
    evaluate: Callable[[CaseResponse], CaseResult],
    fail: Callable[[Case, str], CaseResult],
    results: _Results,
) -> None:
    for case in cases:
        try:
            response = await ask(case)
        except ServiceUnreachable as error:
            results.unreached(fail(case, str(error)), error)
        except ServiceError as error:
            results.reached(fail(case, str(error)))
        else:
            results.reached(evaluate(response))


class _Results:
    """Adds results, and holds those of an unreachable service until it was reached again."""

    def __init__(self, add: Callable[[CaseResult], None], gone_after: int) -> None:
        self._add = add
        self._gone_after = gone_after
        self._unreached: list[CaseResult] = []

    def reached(self, result: CaseResult) -> None:
        """Add a result for which the service was reached, and before it those for which it was not."""
        self.add_unreached()
        self._add(result)

    def unreached(self, result: CaseResult, error: ServiceUnreachable) -> None:
        """Hold a result. Raises the error when the service has not been reached for too many."""
        self._unreached.append(result)
        if len(self._unreached) >= self._gone_after:
            raise error

    def add_unreached(self) -> None:
        """Add the results that are held."""
        for result in self._unreached:
            self._add(result)
        self._unreached.clear()
