"""Standings: wins, ranks and groups of models, and what the judge's replies say of the judge."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from evals.arena.decide import Decision, Outcome, decide_by_judge
from evals.arena.matches import Match
from evals.arena.standings import rank
from testing.judges import RuleJudge
from tests.unit.evals.judge.runs import answered

WON: list[Outcome] = ["a"]
LOST: list[Outcome] = ["b"]


def decisions(a: str, b: str, outcomes: Sequence[Outcome | None]) -> list[Decision]:
    """Return a decision of each question, in order."""
    return [
        Decision(Match(a, b, answered(f"q{number}", "x"), answered(f"q{number}", "y")), outcome, "the judge failed")
        for number, outcome in enumerate(outcomes)
    ]


def test_models_are_ranked_by_their_wins() -> None:
    made = [
        *decisions("weak", "strong", [*LOST * 28, "a", "tie"]),
        *decisions("weak", "middle", [*LOST * 20, *WON * 10]),
        *decisions("strong", "middle", [*WON * 20, *LOST * 10]),
    ]
    standings = rank("a judge", ["weak", "middle", "strong"], made)

    (group,) = standings.groups
    assert [one.model for one in group] == ["strong", "middle", "weak"]
    assert (group[0].wins, group[0].ties, group[0].losses) == (48, 1, 11)
    assert (group[2].best_rank, group[2].worst_rank) == (3, 3)
    pair = standings.pairs[0]
    assert (pair.wins_a, pair.ties, pair.wins_b) == (1, 1, 28)
    assert pair.score.value == pytest.approx(1.5 / 30)


def test_models_that_no_match_connects_are_in_groups_of_their_own() -> None:
    made = [*decisions("a", "b", ["a", "b"]), *decisions("c", "d", ["a", "a"])]
    standings = rank("people", ["a", "b", "c", "d", "e"], made)

    assert [[one.model for one in group] for group in standings.groups] == [["a", "b"], ["c", "d"], ["e"]]
    assert standings.groups[2][0].strength is None


def test_matches_that_were_not_decided_are_counted_by_cause_and_change_nothing() -> None:
    standings = rank("a judge", ["a", "b"], decisions("a", "b", ["a", None, "b", None]))
    assert standings.undecided == {"the judge failed": 2}
    assert standings.pairs[0].score.n == 2


def test_a_judge_that_prefers_the_first_answer_ties_every_match_and_is_shown_to_do_so() -> None:
    judge = RuleJudge(place="first")
    of = [Match("a", "b", answered(f"q{n}", "It is right."), answered(f"q{n}", "It is not.")) for n in range(20)]
    made = [asyncio.run(decide_by_judge(match, judge)) for match in of]
    standings = rank("a judge", ["a", "b"], made)

    assert (standings.pairs[0].ties, standings.pairs[0].inconsistent) == (20, 20)
    assert standings.position_bias is not None
    assert (standings.position_bias.share, standings.position_bias.first) == (1.0, 40)
    (group,) = standings.groups
    assert group[0].strength is not None
    assert group[0].strength.value == pytest.approx(0.0)
    assert (group[0].best_rank, group[0].worst_rank) == (1, 2)


def test_the_matches_that_the_longer_answer_won_are_counted() -> None:
    results = [answered("q", text) for text in ("It is right.", "It is not right at all.", "It is wrong.")]
    short, long, as_short = results
    of = [Match("a", "b", short, long), Match("a", "b", long, short), Match("a", "b", short, as_short)]
    outcomes: list[Outcome] = ["a", "a", "a", "tie"]
    made = [Decision(match, outcome, "") for match, outcome in zip([*of, of[0]], outcomes, strict=True)]

    standings = rank("people", ["a", "b"], made)
    assert (standings.longer_won, standings.shorter_won) == (1, 1)


def test_a_metric_has_no_position_bias() -> None:
    assert rank("a metric", ["a", "b"], decisions("a", "b", ["a"])).position_bias is None


def test_no_decision_at_all_is_a_group_for_each_model() -> None:
    assert len(rank("people", ["a", "b"], []).groups) == 2
