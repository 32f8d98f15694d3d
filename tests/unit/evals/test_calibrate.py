from __future__ import annotations

import numpy as np
import pytest

from app.answer.retrieval.relevance import Calibration
from core.errors import ConfigurationError
from evals.calibrate import (
    Observations,
    auroc,
    brier,
    describe,
    fit,
    predict,
    reliability,
)

TRUE = Calibration(bias=-3.0, similarity=4.0, coverage=2.0)


def sample(hits: int, seed: int = 7) -> Observations:
    """Draw labels of hits from TRUE, ten hits to a question."""
    random = np.random.default_rng(seed)
    features = random.uniform(0, 1, size=(hits, 2))
    labels = (random.uniform(size=hits) < predict(TRUE, features)).astype(np.float64)
    return Observations(features, labels, hits // 10)


def test_the_fit_recovers_the_coefficients_that_generated_the_labels() -> None:
    seen = sample(40_000)
    fitted = fit(seen.features, seen.labels)
    assert fitted.bias == pytest.approx(TRUE.bias, abs=0.15)
    assert fitted.similarity == pytest.approx(TRUE.similarity, abs=0.2)
    assert fitted.coverage == pytest.approx(TRUE.coverage, abs=0.2)


def test_the_fitted_probabilities_have_the_mean_of_the_labels() -> None:
    seen = sample(2_000)
    assert predict(fit(seen.features, seen.labels), seen.features).mean() == pytest.approx(seen.labels.mean(), abs=1e-6)


def test_a_feature_that_separates_the_labels_leaves_the_fit_finite() -> None:
    features = np.array([[0.1, 0.0], [0.2, 0.0], [0.8, 0.0], [0.9, 0.0]])
    fitted = fit(features, np.array([0.0, 0.0, 1.0, 1.0]))
    assert np.isfinite([fitted.bias, fitted.similarity, fitted.coverage]).all()
    assert fitted.similarity > 10
    assert fitted.coverage == 0.0


def test_equal_labels_cannot_be_fitted() -> None:
    with pytest.raises(ConfigurationError, match="All 3 passages are labelled 0"):
        fit(np.zeros((3, 2)), np.zeros(3))


def test_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    labels = np.array([1.0, 0.0, 1.0, 0.0])
    assert auroc(labels, np.array([0.9, 0.1, 0.8, 0.2])) == 1.0
    assert auroc(labels, np.array([0.9, 0.5, 0.1, 0.5])) == 0.5
    assert auroc(labels, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5
    assert np.isnan(auroc(np.ones(2), np.ones(2)))


def test_brier_is_the_mean_squared_error() -> None:
    assert brier(np.array([1.0, 0.0]), np.array([0.8, 0.4])) == pytest.approx((0.04 + 0.16) / 2)


def test_reliability_bins_are_equal_in_size_and_ordered_by_prediction() -> None:
    predicted = np.array([0.9, 0.1, 0.8, 0.2])
    low, high = reliability(np.array([1.0, 0.0, 1.0, 1.0]), predicted, bins=2)
    assert low == pytest.approx((2, 0.15, 0.5))
    assert high == pytest.approx((2, 0.85, 1.0))


def test_the_report_has_the_line_to_copy_and_figures_of_both_splits() -> None:
    dev, test = sample(600, seed=1), sample(600, seed=2)
    lines = list(describe(Calibration(-1.0, 2.0, 3.0), {"dev": dev, "test": test}))
    assert lines[0] == "Calibration(bias=-1.000, similarity=2.000, coverage=3.000)"
    assert [line for line in lines if "questions," in line] == [
        f"dev: 60 questions, 600 passages, {dev.labels.sum():.0f} positive",
        f"test: 60 questions, 600 passages, {test.labels.sum():.0f} positive",
    ]
