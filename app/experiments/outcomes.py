"""What happened to one answer of an experiment, as far as the metrics need it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from app.answer.events import Finished

Rating: TypeAlias = Literal["up", "down"]
_UNUSABLE = ("looping", "empty", "cut", "echo")
"""Reasons for a degraded answer that are the recipe's; the others are the model server's."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to an answer.

    unit         the salted hash of the unit's id
    shown_id     of the answer of a shadow: the id of the answer that was shown
    flagged      whether it has a flag; None where it was not judged
    refused      None for small talk and clarifications, and for an answer that ended with an error
    cited        whether an answer has a citation; None for a refusal and where `refused` is None
    failed       it ended with an error, or the model wrote nothing usable
    total_ms     None for an answer from the cache, and for one that ended with an error
    """

    answer_id: str
    experiment: str
    arm: str
    unit: str
    answered_at: datetime
    shown_id: str | None
    flagged: bool | None
    refused: bool | None
    cited: bool | None
    failed: bool
    total_ms: float | None


@dataclass(frozen=True, slots=True)
class Rated:
    """An outcome with the rating of its answer; None without one."""

    outcome: Outcome
    rating: Rating | None = None
    rated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """The facts of an answer that are known before it is written; the fields are those of `Outcome`."""

    experiment: str
    arm: str
    unit: str
    shown_id: str | None = None


def outcome_of(counted: Counted, answer_id: str, at: datetime, finished: Finished | None) -> Outcome:
    """Return the outcome of an answer; `finished` is None for one that ended with an error."""
    if finished is None:
        return Outcome(
            answer_id, counted.experiment, counted.arm, counted.unit, at, counted.shown_id, None, None, None, True, None
        )
    claims = finished.kind in ("answer", "refusal")
    timings = finished.timings_ms
    return Outcome(
        answer_id=answer_id,
        experiment=counted.experiment,
        arm=counted.arm,
        unit=counted.unit,
        answered_at=at,
        shown_id=counted.shown_id,
        flagged=bool(finished.grounding.flags) if finished.grounding is not None else None,
        refused=finished.refused if claims else None,
        cited=bool(finished.cited) if finished.kind == "answer" else None,
        failed=finished.degraded_reason in _UNUSABLE,
        total_ms=timings.get("total") if claims and "cache" not in timings else None,
    )
