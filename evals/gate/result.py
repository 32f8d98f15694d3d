"""What the gate decided, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from evals.compare.pairs import PairedRuns
from evals.compare.result import finite
from evals.metrics.catalogue import Metric

Outcome: TypeAlias = Literal["met", "missed", "undecided"]
Kind: TypeAlias = Literal["margin", "slo"]
Decision: TypeAlias = Literal["ships", "does not ship", "not enough questions"]

EXIT_CODES: dict[Decision, int] = {"ships": 0, "does not ship": 4, "not enough questions": 5}


@dataclass(frozen=True, slots=True)
class Requirement:
    """A margin or an SLO, and what the runs show of it.

    limit       the margin: how much worse than the original; or the SLO: a value of the candidate
    original    the metric in the original; candidate: in the candidate, None where it has no value any more
    observed    how much worse the candidate is (negative: better); for an SLO its value
    worst       the bound of `observed` on the bad side, which is exceeded with a probability of at most the error rate
    best        the bound on the good side, at the error rate divided by the number of requirements
    cases       to which the metric applies
    needed      cases that would decide, where it is undecided; None: more than 100,000
    is_guard    whether every gate has it, because it is a way to look good elsewhere
    """

    metric: Metric
    kind: Kind
    limit: float
    original: float
    candidate: float | None
    observed: float
    worst: float
    best: float
    cases: int
    outcome: Outcome
    needed: int | None = None
    is_guard: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the requirement as JSON values; null for what is not bounded."""
        return {
            "metric": self.metric.name,
            "kind": self.kind,
            "limit": self.limit,
            "better": self.metric.better,
            "original": finite(self.original),
            "candidate": None if self.candidate is None else finite(self.candidate),
            "observed": finite(self.observed),
            "worst": finite(self.worst),
            "best": finite(self.best),
            "cases": self.cases,
            "outcome": self.outcome,
            "cases_needed": self.needed,
            "guard": self.is_guard,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on a candidate. `runs` has the original as A and the candidate as B.

    changes     in what the candidate differs from the original, as far as the runs say
    cautions    what to know before the decision is used
    """

    runs: PairedRuns
    error_rate: float
    requirements: tuple[Requirement, ...]
    changes: tuple[str, ...]
    cautions: tuple[str, ...]

    def of(self, outcome: Outcome) -> tuple[Requirement, ...]:
        """Return the requirements with this outcome."""
        return tuple(one for one in self.requirements if one.outcome == outcome)

    @property
    def decision(self) -> Decision:
        """Ships where every requirement is met; does not ship where one is shown to be missed."""
        if self.of("missed"):
            return "does not ship"
        return "not enough questions" if self.of("undecided") else "ships"

    @property
    def exit_code(self) -> int:
        """The exit code of the command: 0 ships, 4 does not ship, 5 not enough questions."""
        return EXIT_CODES[self.decision]

    @property
    def more_questions(self) -> int | None:
        """How many more questions of the same mix would decide what is undecided; None: no reasonable number.

        0 where nothing is undecided. Each metric alone is decided then in 4 of 5 evaluations.
        """
        more = [_more(one, len(self.runs.pairs)) for one in self.of("undecided")]
        known = [number for number in more if number is not None]
        return max(known, default=0) if len(known) == len(more) else None

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON values."""
        return {
            "verdict": self.decision,
            "candidate": str(self.runs.b.folder),
            "original": str(self.runs.a.folder),
            "questions": len(self.runs.pairs),
            "more_questions": self.more_questions,
            "error_rate": self.error_rate,
            "requirements": [one.to_dict() for one in self.requirements],
            "changes": list(self.changes),
            "cautions": list(self.cautions),
        }


def _more(one: Requirement, questions: int) -> int | None:
    """Return how many questions of the same mix have as many cases as the metric lacks."""
    if one.needed is None:
        return None
    lacking = one.needed - one.cases
    return -(-lacking * questions // one.cases)
