"""Strengths are those that made the matches, and their intervals contain them as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from core.stats import Array
from evals.arena.bradley_terry import connected, fit_strengths, solve

TRUE = np.array([90.0, 20.0, -30.0, -80.0])
POINTS = 400.0 / np.log(10.0)


def played(random: np.random.Generator, questions: int, ties: float) -> Array:
    """Return the wins of models of the true strengths; this share of the matches is tied."""
    models = len(TRUE)
    wins = np.zeros((questions, models, models))
    for i in range(models):
        for j in range(i + 1, models):
            beats = random.random(questions) < 1.0 / (1.0 + np.exp((TRUE[j] - TRUE[i]) / POINTS))
            score = np.where(random.random(questions) < ties, 0.5, beats)
            wins[:, i, j], wins[:, j, i] = score, 1.0 - score
    return wins


def test_the_strengths_of_two_models_are_the_log_odds_of_their_wins() -> None:
    strengths = solve(np.array([[0.0, 30.0], [10.0, 0.0]]))
    assert strengths[0] - strengths[1] == pytest.approx(POINTS * np.log(3.0))
    assert strengths.sum() == pytest.approx(0.0)


def test_strengths_make_expected_wins_equal_to_the_wins() -> None:
    wins = played(np.random.default_rng(1), 50, 0.2).sum(axis=0)
    strengths = solve(wins) / POINTS
    chance = 1.0 / (1.0 + np.exp(strengths[None, :] - strengths[:, None]))
    assert ((wins + wins.T) * chance).sum(axis=1) == pytest.approx(wins.sum(axis=1))


def test_many_matches_recover_known_strengths() -> None:
    fitted = fit_strengths(played(np.random.default_rng(2), 4000, 0.0), 500)
    assert [one.value for one in fitted.each] == pytest.approx(TRUE, abs=10.0)
    assert fitted.ranks() == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_intervals_contain_the_true_strengths_as_often_as_they_say() -> None:
    covered = []
    for seed in range(100):
        fitted = fit_strengths(played(np.random.default_rng(seed), 60, 0.0), 500)
        covered += [one.low <= true <= one.high for one, true in zip(fitted.each, TRUE, strict=True)]
    # 400 intervals at 95%, four of a draw together: 90% to 99% is what chance allows.
    assert 0.90 <= np.mean(covered) <= 0.99


def test_equal_models_differ_no_more_often_than_the_error_rate() -> None:
    surely = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        wins = np.zeros((60, 2, 2))
        wins[:, 0, 1] = random.integers(0, 2, 60)
        wins[:, 1, 0] = 1.0 - wins[:, 0, 1]
        surely += fit_strengths(wins, 500).ranks() != [(1, 2), (1, 2)]
    # 5 of 100 are expected; more than 12 happen once in a thousand times.
    assert surely <= 12


def test_a_model_that_always_wins_has_a_finite_strength_and_the_first_rank() -> None:
    wins = np.zeros((20, 2, 2))
    wins[:, 0, 1] = 1.0
    fitted = fit_strengths(wins, 500)
    assert fitted.each[0].value == pytest.approx(0.5 * POINTS * np.log(20.5 / 0.5))
    assert fitted.ranks() == [(1, 1), (2, 2)]


def test_only_ties_are_strengths_of_0() -> None:
    wins = np.full((10, 3, 3), 0.5) * (1 - np.eye(3))
    fitted = fit_strengths(wins, 500)
    assert [one.value for one in fitted.each] == pytest.approx([0.0, 0.0, 0.0])
    assert fitted.ranks() == [(1, 3), (1, 3), (1, 3)]


def test_very_many_one_sided_matches_converge() -> None:
    wins = np.array([[0.0, 100_000.5, 0.0], [0.5, 0.0, 100_000.5], [0.0, 0.5, 0.0]])
    strengths = solve(wins) / POINTS
    assert strengths[0] - strengths[1] == pytest.approx(np.log(200_001.0), rel=1e-6)


def test_questions_are_counted_once_however_many_matches_they_have() -> None:
    assert [one.n for one in fit_strengths(played(np.random.default_rng(3), 25, 0.5), 500).each] == [25] * 4


def test_models_without_a_path_of_matches_are_in_different_groups() -> None:
    assert connected(["a", "b", "c", "d"], [("a", "c"), ("b", "d")]) == [["a", "c"], ["b", "d"]]
    assert connected(["a", "b", "c", "d"], [("a", "b"), ("c", "d"), ("b", "c")]) == [["a", "b", "c", "d"]]
    assert connected(["a", "b"], []) == [["a"], ["b"]]
