"""The logistic regression behind answerability, and the figures of a threshold. Pure functions of arrays.

Corpora differ in how close an answerable question is to its best sentence. Each corpus has an intercept of its own in
the fit, so that the slopes are those within a corpus, and answerable and unanswerable questions have the same weight.
The shipped bias is the mean of the English intercepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.calibrate import auroc

Array = NDArray[np.float64]
_RIDGE = 0.01
"""L2 penalty on slopes and intercepts."""
_STEPS = 50
_DRAWS = 2000
_SEED = 2026


@dataclass(frozen=True, slots=True)
class Observed:
    """Questions of one group: features of shape (n, 2), sentence and coverage; labels (n,), 1 where answerable.

    `chunks` is the size of the index of their corpus.
    """

    group: str
    corpus: str
    fitted: bool
    chunks: int
    features: Array
    labels: Array


@dataclass(frozen=True, slots=True)
class Refusals:
    """What a threshold does on a group.

    `wrong` is the share of the answerable questions that are refused, `recall` that of the unanswerable ones, and
    `precision` the share of the refused questions that are unanswerable; NaN where there are no such questions.
    """

    wrong: float
    recall: float
    precision: float


def fit(groups: Sequence[Observed], without: str | None = None) -> tuple[Array, dict[str, float]]:
    """Return the slopes (2,) and the intercept of each group, fitted on all corpora but `without`."""
    chosen = [group for group in groups if group.fitted and group.corpus != without]
    features = np.concatenate([group.features for group in chosen])
    labels = np.concatenate([group.labels for group in chosen])
    member = np.concatenate([np.full(len(group.labels), number) for number, group in enumerate(chosen)])
    weights = np.concatenate([_balanced(group.labels) for group in chosen])
    design = np.column_stack([features, member[:, None] == np.arange(len(chosen))])
    coefficients = np.zeros(design.shape[1])
    penalty = _RIDGE * np.eye(design.shape[1])
    for _ in range(_STEPS):
        predicted = 1 / (1 + np.exp(-(design @ coefficients)))
        gradient = design.T @ (weights * (labels - predicted)) - penalty @ coefficients
        hessian = (design.T * (weights * predicted * (1 - predicted))) @ design + penalty
        coefficients += np.linalg.solve(hessian, gradient)
    intercepts = {group.group: float(one) for group, one in zip(chosen, coefficients[2:], strict=True)}
    return coefficients[:2], intercepts


def _balanced(labels: Array) -> Array:
    """Return weights that sum to the number of questions, half of it for each label."""
    answerable = labels.mean()
    return np.asarray(np.where(labels == 1, 0.5 / answerable, 0.5 / (1 - answerable)), dtype=np.float64)


def auroc_interval(labels: Array, scores: Array) -> tuple[float, float, float]:
    """Return AUROC with its 95% bootstrap interval over questions, each label resampled by itself."""
    random = np.random.default_rng(_SEED)
    positives, negatives = scores[labels == 1], scores[labels == 0]
    draws = [
        auroc(
            np.r_[np.ones(len(positives)), np.zeros(len(negatives))],
            np.r_[random.choice(positives, len(positives)), random.choice(negatives, len(negatives))],
        )
        for _ in range(_DRAWS // 10)
    ]
    low, high = np.percentile(draws, (2.5, 97.5))
    return auroc(labels, scores), float(low), float(high)


def refusals(labels: Array, scores: Array, threshold: float) -> Refusals:
    """Return what refusing below the threshold does."""
    refused = scores < threshold
    return Refusals(
        wrong=float(np.mean(refused[labels == 1])) if (labels == 1).any() else float("nan"),
        recall=float(np.mean(refused[labels == 0])) if (labels == 0).any() else float("nan"),
        precision=float(np.mean(labels[refused] == 0)) if refused.any() else float("nan"),
    )


def recall_at(labels: Array, scores: Array, wrong: float) -> float:
    """Return the share of unanswerable questions refused where at most `wrong` of the answerable ones are."""
    threshold = np.quantile(scores[labels == 1], wrong, method="lower")
    return float(np.mean(scores[labels == 0] < threshold))


def common_threshold(groups: Sequence[tuple[Array, Array]], wrong: float) -> float:
    """Return the highest score below which at most `wrong` of the answerable questions of every group are refused.

    `groups` are the labels and scores of each.
    """
    answerable = [scores[labels == 1] for labels, scores in groups]
    candidates = np.unique(np.concatenate(answerable))
    shares = np.array([max(np.mean(scores < candidate) for scores in answerable) for candidate in candidates])
    return float(candidates[shares <= wrong][-1])
