"""What each reason to flag finds, and what it costs on answers that are right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from benchmarks.grounding.cases import MARKED_SETS
from benchmarks.grounding.checkers import Mark, Outcome
from benchmarks.grounding.measures import any_overlap, ratio
from benchmarks.grounding.quality import HARMLESS, UNTOUCHED, Outcomes, is_caught, is_clean

EVERY_REASON = "all"


@dataclass(frozen=True, slots=True)
class Rule:
    """The account of one reason.

    `found` is the share of changed places that it flags, by kind; `alone` how many of all changed places no other
    reason flags. `precision` is the share of its `flags` on human-marked answers that overlap a label of any type.
    `alarms` are its flags for 100 answers on each set where no flag is wanted.
    """

    reason: str
    hard: float
    found: dict[str, float]
    found_in_all: float
    alone: int
    contrast: float
    flags: int
    precision: float
    alarms: dict[str, float]


def rules(outcomes: Outcomes) -> list[Rule]:
    """Return the account of every reason, those with most flags on human-marked answers first, then of all together."""
    marks = [mark for ones in outcomes.values() for one in ones for mark in one.marks]
    reasons = sorted({mark.reason for mark in marks})
    accounts = [_rule(reason, outcomes, partial(_has_reason, reason)) for reason in reasons]
    accounts.sort(key=lambda rule: (-rule.hard, -rule.flags))
    return [*accounts, _rule(EVERY_REASON, outcomes, lambda _: True)]


def _rule(reason: str, outcomes: Outcomes, belongs: Callable[[Mark], bool]) -> Rule:
    own = {name: [_only(one, belongs) for one in ones] for name, ones in outcomes.items()}
    changed = [one for one in own.get("perturbation", ()) if one.case.spans]
    others = [one for one in outcomes.get("perturbation", ()) if one.case.spans]
    kinds = dict.fromkeys(one.case.kind for one in changed)
    human = own.get("quintd", [])
    right = [any_overlap([mark.range], [span.range for span in one.case.spans]) for one in human for mark in one.marks]
    marks = [mark for ones in own.values() for one in ones for mark in one.marks]
    return Rule(
        reason=reason,
        hard=ratio(sum(mark.hard for mark in marks), len(marks)),
        found={kind: _caught([one for one in changed if one.case.kind == kind]) for kind in kinds},
        found_in_all=_caught(changed),
        alone=sum(
            is_caught(one) and not is_caught(_only(every, lambda mark: not belongs(mark)))
            for one, every in zip(changed, others, strict=True)
        ),
        contrast=_caught(own.get("contrast", ())),
        flags=len(right),
        precision=ratio(sum(right), len(right)),
        alarms={name: 100 * ratio(sum(len(one.marks) for one in ones), len(ones)) for name, ones in _quiet(own)},
    )


def _quiet(outcomes: Outcomes) -> list[tuple[str, list[Outcome]]]:
    """Return the sets, or their parts, on which no flag is wanted."""
    made = outcomes.get("perturbation", ())
    supported = [(name, list(ones)) for name, ones in outcomes.items() if name not in MARKED_SETS]
    parts = [
        *supported,
        ("quintd clean", [one for one in outcomes.get("quintd", ()) if is_clean(one.case)]),
        (UNTOUCHED, [one for one in made if one.case.kind == UNTOUCHED]),
        (HARMLESS, [one for one in made if one.case.kind == HARMLESS]),
        ("equivalence", list(outcomes.get("equivalence", ()))),
    ]
    return [(name, ones) for name, ones in parts if ones]


def _has_reason(reason: str, mark: Mark) -> bool:
    return mark.reason == reason


def _only(outcome: Outcome, belongs: Callable[[Mark], bool]) -> Outcome:
    return replace(outcome, marks=tuple(mark for mark in outcome.marks if belongs(mark)))


def _caught(outcomes: Sequence[Outcome]) -> float:
    return ratio(sum(map(is_caught, outcomes)), len(outcomes))
