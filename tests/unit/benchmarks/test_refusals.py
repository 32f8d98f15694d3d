from __future__ import annotations

import numpy as np
import pytest

from benchmarks.refusals.fit import Array, Observed, common_threshold, fit, recall_at, refusals

SLOPES = (6.0, 2.0)


def observed(group: str, intercept: float, seed: int, questions: int = 4000) -> Observed:
    """Draw labels from a logistic function with SLOPES and an intercept of the corpus."""
    random = np.random.default_rng(seed)
    features = random.uniform(0, 1, size=(questions, 2))
    chance = 1 / (1 + np.exp(-(intercept + features @ np.array(SLOPES))))
    return Observed(group, group, True, 100, features, (random.uniform(size=questions) < chance).astype(np.float64))


def test_the_fit_finds_the_slopes_of_corpora_that_differ_in_their_level() -> None:
    slopes, intercepts = fit([observed("easy", -3.0, 1), observed("hard", -5.0, 2)])
    assert slopes == pytest.approx(SLOPES, abs=0.4)
    assert intercepts["easy"] > intercepts["hard"]


def test_a_corpus_can_be_left_out_of_the_fit() -> None:
    _, intercepts = fit([observed("easy", -3.0, 1), observed("hard", -5.0, 2)], without="hard")
    assert list(intercepts) == ["easy"]


def scored(answerable: list[float], others: list[float]) -> tuple[Array, Array]:
    """Return labels and scores."""
    return np.array([1.0] * len(answerable) + [0.0] * len(others)), np.array(answerable + others)


def test_a_threshold_has_recall_precision_and_wrong_refusals() -> None:
    labels, scores = scored([0.1, 0.5, 0.6, 0.9], [0.05, 0.2, 0.7])
    done = refusals(labels, scores, 0.3)
    assert (done.wrong, done.recall, done.precision) == pytest.approx((0.25, 2 / 3, 2 / 3))


def test_without_such_questions_a_share_is_not_a_number() -> None:
    labels, scores = scored([0.5], [])
    done = refusals(labels, scores, 0.3)
    assert done.wrong == 0.0
    assert np.isnan(done.recall)
    assert np.isnan(done.precision)


def test_the_common_threshold_keeps_to_the_limit_in_every_group() -> None:
    strict = scored([0.3, 0.4, 0.5, 0.6], [])
    loose = scored([0.7, 0.8, 0.9, 0.95], [])
    assert common_threshold([strict, loose], 0.25) == 0.4
    assert common_threshold([loose], 0.25) == 0.8


def test_the_recall_at_a_limit_counts_the_others_below_the_lowest_answerable_ones() -> None:
    labels, scores = scored([0.1 * number for number in range(1, 11)], [0.05, 0.15, 0.95])
    assert recall_at(labels, scores, 0.0) == pytest.approx(1 / 3)
    assert recall_at(labels, scores, 0.2) == pytest.approx(2 / 3)
