"""One table has what every source says of a model and of a pair."""

from __future__ import annotations

from evals.arena.cells import models_table, pairs_table, signed
from evals.arena.decide import Decision, Outcome
from evals.arena.matches import Match
from evals.arena.standings import rank
from tests.unit.evals.judge.runs import answered

OUTCOMES: list[Outcome] = ["a", "a", "tie", "b"]


def decisions(a: str, b: str) -> list[Decision]:
    return [
        Decision(Match(a, b, answered(f"q{n}", "x"), answered(f"q{n}", "y")), outcome, "")
        for n, outcome in enumerate(OUTCOMES)
    ]


JUDGE = rank("a judge", ["one", "two", "three"], [*decisions("one", "two"), *decisions("one", "three")])
PEOPLE = rank("people", ["one", "two", "three"], decisions("one", "two"))


def test_models_are_in_the_order_of_the_first_source_with_columns_of_both() -> None:
    table = models_table((JUDGE, PEOPLE))

    assert table.headings == ("model", *("won–tied–lost", "strength", "95% interval", "rank", "n") * 2)
    assert table.sources == ("a judge",) * 5 + ("people",) * 5
    assert [row[0] for row in table.rows] == ["one", "two", "three"]
    assert (table.rows[0][1], table.rows[0][6]) == ("4–2–2", "2–1–1")
    # People voted on no answer of the third one.
    assert table.rows[2][6:] == ("–", "–", "–", "–", "0")


def test_pairs_that_one_source_did_not_decide_are_empty_there() -> None:
    table = pairs_table((JUDGE, PEOPLE))
    assert [row[0] for row in table.rows] == ["one : two", "one : three"]
    assert table.rows[0][1:3] == ("2–1–1", "62%")
    assert table.rows[1][5:] == ("–", "–", "–", "0")


def test_without_a_source_there_is_no_row() -> None:
    assert models_table(()).rows == ()
    assert pairs_table(()).rows == ()


def test_points_have_a_sign_and_zero_has_none() -> None:
    assert [signed(points) for points in (12.4, -0.2, 0.0, -3.6)] == ["+12", "0", "0", "−4"]
