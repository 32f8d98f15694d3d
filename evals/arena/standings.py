"""What the decisions of one source (a judge, a metric, people) say: wins, strengths, ranks, and who beat whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.stats import Array, Estimate, estimate_ratio
from evals.arena.bradley_terry import connected, fit_strengths
from evals.arena.decide import Decision

_SCORES = {"a": 1.0, "tie": 0.5, "b": 0.0}


@dataclass(frozen=True, slots=True)
class Standing:
    """A model: its wins, ties and losses; its strength in Elo points and its ranks, among the models of its group.

    `strength` is None for a model that was compared with no other.
    """

    model: str
    wins: int
    ties: int
    losses: int
    strength: Estimate | None
    best_rank: int
    worst_rank: int


@dataclass(frozen=True, slots=True)
class PairScore:
    """Two models: wins of each, ties, and the score of `a` (wins and half the ties, of all) with its interval.

    `inconsistent` counts the ties that are replies of a judge which disagree between the orders.
    """

    a: str
    b: str
    wins_a: int
    wins_b: int
    ties: int
    inconsistent: int
    score: Estimate


@dataclass(frozen=True, slots=True)
class PositionBias:
    """Of a judge: in how many matches its replies in both orders disagree, and what it preferred by place.

    `asked` counts matches that were put to the judge in both orders; `first`, `second` and `tie` count its replies.
    """

    asked: int
    inconsistent: int
    first: int
    second: int
    tie: int

    @property
    def share(self) -> float:
        """The share of matches in which the replies disagree; 0 without any."""
        return self.inconsistent / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Standings:
    """The standings by one source; `groups` has the models that are connected by matches, each strongest first.

    Models of different groups cannot be compared. `longer_won` and `shorter_won` count the matches that the longer and
    the shorter answer won. `undecided` has how many matches were not decided, by cause.
    """

    source: str
    groups: tuple[tuple[Standing, ...], ...]
    pairs: tuple[PairScore, ...]
    position_bias: PositionBias | None
    longer_won: int
    shorter_won: int
    undecided: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return the standings as JSON values."""
        return {**asdict(self), "undecided": dict(self.undecided)}

    def find(self, model: str) -> Standing:
        """Return the standing of a model. Raises StopIteration for one that takes no part."""
        return next(standing for group in self.groups for standing in group if standing.model == model)


def rank(source: str, models: Sequence[str], decisions: Sequence[Decision]) -> Standings:
    """Return the standings of all models by the decisions of one source."""
    decided = [decision for decision in decisions if decision.outcome is not None]
    pairs = _pairs(decided)
    groups = connected(models, [(pair.a, pair.b) for pair in pairs])
    longer = [is_longer for decision in decided if (is_longer := _winner_is_longer(decision)) is not None]
    undecided = Counter(decision.reason for decision in decisions if decision.outcome is None)
    return Standings(
        source,
        tuple(_group(group, decided) for group in groups),
        pairs,
        _position_bias(decided),
        longer.count(True),
        longer.count(False),
        dict(undecided.most_common()),
    )


def _group(models: Sequence[str], decided: Sequence[Decision]) -> tuple[Standing, ...]:
    own = [decision for decision in decided if decision.match.a in models]
    if len(models) == 1:
        return (Standing(models[0], 0, 0, 0, None, 1, 1),)
    wins = _wins(models, own)
    strengths = fit_strengths(wins)
    standings = [
        Standing(model, *_record(model, own), strength, best, worst)
        for model, strength, (best, worst) in zip(models, strengths.each, strengths.ranks(), strict=True)
    ]
    return tuple(sorted(standings, key=_weakness))


def _weakness(standing: Standing) -> float:
    return -standing.strength.value if standing.strength else 0.0


def _wins(models: Sequence[str], decided: Sequence[Decision]) -> Array:
    """Return the wins by question, model and other model, a tie as half a win for each: shape (questions, m, m)."""
    places = {model: place for place, model in enumerate(models)}
    questions = {case: row for row, case in enumerate(dict.fromkeys(one.match.case.id for one in decided))}
    wins = np.zeros((len(questions), len(models), len(models)))
    for decision in decided:
        row, a, b = questions[decision.match.case.id], places[decision.match.a], places[decision.match.b]
        score = _SCORES[decision.outcome or "tie"]
        wins[row, a, b] += score
        wins[row, b, a] += 1.0 - score
    return wins


def _record(model: str, decided: Sequence[Decision]) -> tuple[int, int, int]:
    own = [decision for decision in decided if model in (decision.match.a, decision.match.b)]
    ties = sum(decision.outcome == "tie" for decision in own)
    won = sum(decision.outcome == ("a" if decision.match.a == model else "b") for decision in own)
    return won, ties, len(own) - won - ties


def _pairs(decided: Sequence[Decision]) -> tuple[PairScore, ...]:
    by_pair: dict[tuple[str, str], list[Decision]] = {}
    for decision in decided:
        by_pair.setdefault((decision.match.a, decision.match.b), []).append(decision)
    return tuple(_pair(a, b, decisions) for (a, b), decisions in by_pair.items())


def _pair(a: str, b: str, decisions: Sequence[Decision]) -> PairScore:
    outcomes = Counter(decision.outcome for decision in decisions)
    scores = np.array([_SCORES[decision.outcome or "tie"] for decision in decisions])
    return PairScore(
        a,
        b,
        outcomes["a"],
        outcomes["b"],
        outcomes["tie"],
        sum(decision.inconsistent for decision in decisions),
        estimate_ratio(scores, np.ones(len(scores))),
    )


def _winner_is_longer(decision: Decision) -> bool | None:
    """Say whether the longer answer won; None for a tie, a failed request and answers of one length."""
    answers = decision.match.answers
    if answers is None or decision.outcome == "tie" or len(answers[0]) == len(answers[1]):
        return None
    return (len(answers[0]) > len(answers[1])) == (decision.outcome == "a")


def _position_bias(decided: Sequence[Decision]) -> PositionBias | None:
    asked = [decision for decision in decided if decision.replies]
    if not asked:
        return None
    replies = Counter(reply for decision in asked for reply in decision.replies)
    inconsistent = sum(decision.inconsistent for decision in asked)
    return PositionBias(len(asked), inconsistent, replies["first"], replies["second"], replies["tie"])
