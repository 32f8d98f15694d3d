"""Agreement of a judge with people is measured beyond chance, and a judge that guesses is called so."""

from __future__ import annotations

import numpy as np
import pytest

from evals.judge.agreement import Pair, kappa, measure_agreement


def pairs_of(both: int, judge_only: int, person_only: int, neither: int) -> list[Pair]:
    """Return pairs by the four counts, each in a group of its own."""
    counted = (
        ((True, True), both),
        ((True, False), judge_only),
        ((False, True), person_only),
        ((False, False), neither),
    )
    ratings = [rating for rating, count in counted for _ in range(count)]
    return [Pair(judge, person, str(number)) for number, (judge, person) in enumerate(ratings)]


def test_kappa_is_that_of_the_published_example() -> None:
    # Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 2003, and every textbook since: 0.40.
    table = np.array([[20.0, 5.0], [10.0, 15.0]])
    assert float(kappa(table)) == pytest.approx(0.4)


def test_kappa_is_0_for_a_judge_that_always_says_the_same() -> None:
    agreement = measure_agreement(pairs_of(90, 10, 0, 0))

    assert agreement.raw is not None
    assert agreement.kappa is not None
    assert agreement.raw.value == pytest.approx(0.9)
    assert (agreement.kappa.value, agreement.kappa.low, agreement.kappa.high) == (0, 0, 0)
    assert agreement.usable == "no better than chance"
    assert any("no better than chance" in sentence for sentence in agreement.sentences("faithful (judge)"))
    assert agreement.judge_shares == {"yes": 1.0, "no": 0.0}


def test_a_judge_that_guesses_is_called_no_better_than_chance() -> None:
    assert measure_agreement(pairs_of(25, 25, 25, 25)).usable == "no better than chance"


def test_a_judge_that_agrees_a_little_is_weak_and_one_that_agrees_is_usable() -> None:
    assert measure_agreement(pairs_of(70, 30, 30, 70)).usable == "weak"
    agreement = measure_agreement(pairs_of(90, 10, 10, 90))
    assert agreement.usable == "usable"
    assert len(agreement.sentences("correct (judge)")) == 1


def test_answers_that_were_not_judged_are_counted_and_are_no_agreement() -> None:
    missing = [Pair(None, True, "a"), Pair(None, False, "b")]
    agreement = measure_agreement([*pairs_of(45, 5, 5, 45), *missing])

    assert (agreement.labels, agreement.not_judged) == (102, 2)
    assert agreement.raw is not None
    assert agreement.raw.n == 100
    assert agreement.raw.value == pytest.approx(0.9)
    assert "2 more were not judged" in agreement.sentences("faithful (judge)")[0]


def test_agreement_is_unknown_without_labels_or_judgements() -> None:
    assert measure_agreement([]).usable == "unknown"
    assert "no label" in measure_agreement([]).sentences("faithful (judge)")[0]
    unjudged = measure_agreement([Pair(None, True, "a")])
    assert "none of 1 labels was judged" in unjudged.sentences("faithful (judge)")[0]


def test_intervals_are_over_groups_so_that_equal_items_of_one_group_do_not_count_as_many() -> None:
    alone = measure_agreement(pairs_of(16, 4, 4, 16))
    repeated = [Pair(pair.judge, pair.person, pair.group) for pair in pairs_of(16, 4, 4, 16) for _ in range(10)]
    grouped = measure_agreement(repeated)

    assert alone.kappa is not None
    assert grouped.kappa is not None
    assert grouped.kappa.n == 400
    assert grouped.kappa.low == pytest.approx(alone.kappa.low)


def test_three_ratings_are_compared_as_well() -> None:
    rated = [("a", "a"), ("b", "b"), ("tie", "tie"), ("a", "b")] * 10
    agreement = measure_agreement([Pair(judge, person, str(n)) for n, (judge, person) in enumerate(rated)])

    assert agreement.raw is not None
    assert agreement.raw.value == 0.75
    assert agreement.person_shares == {"a": 0.25, "b": 0.5, "tie": 0.25}


def test_the_interval_of_a_judge_that_guesses_contains_0_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    contains = 0
    for _ in range(60):
        ratings = random.random((150, 2)) < 0.6
        agreement = measure_agreement([Pair(bool(a), bool(b), str(n)) for n, (a, b) in enumerate(ratings)], 500)
        assert agreement.kappa is not None
        contains += agreement.kappa.low <= 0 <= agreement.kappa.high
    # 57 of 60 are expected at 95%; fewer than 52 happen once in a hundred times.
    assert contains >= 52
