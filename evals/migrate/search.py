"""The search: ask each round's candidates its cases, and keep the better half."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from evals.cases.case import Case
from evals.migrate.candidate import Candidate
from evals.migrate.plan import Round
from evals.run.case_result import CaseResult

Ask: TypeAlias = Callable[[Candidate, Case], Awaitable[CaseResult]]
"""Have a case answered with a candidate's prompt; a request that failed is a result, too."""
Score: TypeAlias = Callable[[CaseResult], float]


@dataclass(frozen=True, slots=True)
class FinishedRound:
    """A round: its number of cases, and the mean scores by candidate, the present prompt's among them."""

    cases: int
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Search:
    """The rounds, and the candidate with the highest score in the last; the first of several."""

    rounds: tuple[FinishedRound, ...]
    best: Candidate

    @property
    def gain(self) -> float:
        """How much more the best candidate scored than the present prompt, on the cases of the last round."""
        scores = self.rounds[-1].scores
        return scores[self.best.name] - scores[next(iter(scores))]


async def search(
    present: Candidate,
    candidates: Sequence[Candidate],
    cases: Sequence[Case],
    rounds: Sequence[Round],
    ask: Ask,
    score: Score,
) -> Search:
    """Find the candidate that scores best; `candidates` is not empty, and there is a round."""
    left = list(candidates)
    finished: list[FinishedRound] = []
    for one in rounds:
        left = left[: one.candidates]
        scores = await mean_scores([present, *left], cases[: one.cases], ask, score)
        finished.append(FinishedRound(one.cases, scores))
        # A stable sort: the first of equal candidates stays the first.
        left.sort(key=lambda candidate: -scores[candidate.name])
    return Search(tuple(finished), left[0])


async def mean_scores(
    candidates: Sequence[Candidate], cases: Sequence[Case], ask: Ask, score: Score
) -> dict[str, float]:
    """Return the mean scores of candidates on cases, by name."""
    means: dict[str, float] = {}
    for candidate in candidates:
        results = await asyncio.gather(*(ask(candidate, case) for case in cases))
        means[candidate.name] = sum(map(score, results)) / len(results)
    return means
