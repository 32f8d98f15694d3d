"""Fit the calibration of evidence to gold questions: `python -m evals.calibrate`.

For each question of the domain's cases the ten best passages are labelled: positive when the passage holds a gold
quote, negative otherwise (all passages of an unanswerable question). A logistic regression on similarity and coverage
is fitted to the dev split and judged on both. Printed are the coefficients for `app/answer/relevance.py`, the
reliability by deciles, AUROC and the Brier score, and the threshold on the best passage's relevance
(`Recipe.refuse_below`) that refuses best on dev.

Not covered: the order of the passages, which is the ranker's and does not depend on evidence.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from app.answer.relevance import Calibration, coverage
from app.answer.retrieve import Retriever
from app.answer.rewrite import rewrite
from app.service.bootstrap import build_service
from core.domain import load_domain
from core.errors import ConfigurationError, GroundworkError
from core.recipe import Recipe
from core.settings import Settings, read_settings
from core.types import HybridQuery
from evals.cases import Case, Split, choose_split, load_cases
from evals.quotes import holds

Array = NDArray[np.float64]

_PASSAGES = 10
_RIDGE = 1e-3
"""L2 penalty on the two slopes: keeps the fit finite when a feature separates the labels. The bias is free."""
_ITERATIONS = 100
_CONVERGED = 1e-10


@dataclass(frozen=True, slots=True)
class Observations:
    """Features and labels of n passages, in the order of their questions and ranks.

    `features` has shape (n, 2): similarity, coverage. `labels`, `questions` and `ranks` have shape (n,): 1 or 0, the
    position of the passage's question in `answerable`, of shape (questions,), and the passage's place from 1.
    """

    features: Array
    labels: Array
    questions: NDArray[np.int64]
    ranks: NDArray[np.int64]
    answerable: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RefusalQuality:
    """Refusing the questions whose evidence lies below a threshold; positives are the unanswerable ones."""

    threshold: float
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def fit(features: Array, labels: Array) -> Calibration:
    """The logistic regression of labels (n,) on similarity and coverage (n, 2), by Newton's method from zero.

    Iteratively reweighted least squares with an L2 penalty: Hastie, Tibshirani and Friedman, The Elements of
    Statistical Learning, 2009, section 4.4.1. Raises ConfigurationError when all labels are equal.
    """
    if labels.min() == labels.max():
        raise ConfigurationError(
            f"All {len(labels)} passages are labelled {labels[0]:g}; a calibration needs both kinds. "
            "Is anything ingested, and do the gold quotes stand in it? Run: groundwork ingest, then groundwork eval run"
        )
    design = np.column_stack([np.ones(len(labels)), features])
    penalty = np.diag([0.0, _RIDGE, _RIDGE])
    weights = np.zeros(3)
    for _ in range(_ITERATIONS):
        predicted = _logistic(design @ weights)
        gradient = design.T @ (labels - predicted) - penalty @ weights
        hessian = (design.T * (predicted * (1 - predicted))) @ design + penalty
        step = np.linalg.solve(hessian, gradient)
        weights += step
        if float(np.abs(step).max()) < _CONVERGED:
            break
    return Calibration(*(float(weight) for weight in weights))


def predict(calibration: Calibration, features: Array) -> Array:
    """Evidence of n passages, shape (n,)."""
    slopes = np.array([calibration.similarity, calibration.coverage])
    return _logistic(calibration.bias + features @ slopes)


def auroc(labels: Array, scores: Array) -> float:
    """The chance that a positive scores above a negative, ties half (Mann and Whitney 1947); nan without both."""
    positives, negatives = scores[labels == 1], scores[labels == 0]
    if not len(positives) or not len(negatives):
        return float("nan")
    differences = positives[:, None] - negatives[None, :]
    return float(np.mean((differences > 0) + 0.5 * (differences == 0)))


def brier(labels: Array, predicted: Array) -> float:
    """The mean squared error of the probabilities (Brier 1950)."""
    return float(np.mean((predicted - labels) ** 2))


def reliability(labels: Array, predicted: Array, bins: int = 10) -> list[tuple[int, float, float]]:
    """Bins of equal size by predicted probability, lowest first: (passages, mean predicted, share positive)."""
    order = np.argsort(predicted, kind="stable")
    return [
        (len(rows), float(predicted[rows].mean()), float(labels[rows].mean()))
        for rows in np.array_split(order, bins)
        if len(rows)
    ]


def refusal_quality(evidence: Array, answerable: NDArray[np.bool_], threshold: float) -> RefusalQuality:
    """Precision and recall of refusing where evidence (questions,) is below the threshold; 1.0 when none is refused."""
    refused = evidence < threshold
    right = int(np.sum(refused & ~answerable))
    return RefusalQuality(
        threshold=threshold,
        precision=right / int(refused.sum()) if refused.any() else 1.0,
        recall=right / int(np.sum(~answerable)) if not answerable.all() else 1.0,
    )


def best_threshold(evidence: Array, answerable: NDArray[np.bool_]) -> RefusalQuality:
    """The threshold with the highest F1, midway between two observed values; the lowest of equals."""
    values = np.unique(evidence)
    candidates = (values[:-1] + values[1:]) / 2
    qualities = [refusal_quality(evidence, answerable, float(candidate)) for candidate in candidates]
    return max(qualities, key=lambda quality: (quality.f1, -quality.threshold))


def strongest(observations: Observations, evidence: Array, top_k: int) -> Array:
    """The best evidence among each question's first passages, shape (questions,): what the refusal is decided on."""
    best = np.zeros(len(observations.answerable))
    shown = observations.ranks <= top_k
    np.maximum.at(best, observations.questions[shown], evidence[shown])
    return best


def observe(cases: Sequence[Case], retriever: Retriever, recipe: Recipe) -> Observations:
    """Search for each case as the answer path does, and label what is found."""
    features: list[tuple[float, float]] = []
    labels: list[float] = []
    places: list[tuple[int, int]] = []
    for position, case in enumerate(cases):
        query = rewrite(case.question, case.history)
        sparse = retriever.sparse.query(query)
        dense = retriever.embedder.embed([query])[0]
        idf = retriever.index.term_idf(sparse.indices)
        hits = retriever.index.search(HybridQuery(dense, sparse, recipe.candidates, recipe.rrf_k), _PASSAGES)
        for rank, hit in enumerate(hits, start=1):
            features.append((hit.similarity, coverage(hit.tokens, idf)))
            labels.append(float(_answers(case, hit.chunk.document_id, hit.chunk.text)))
            places.append((position, rank))
    questions, ranks = np.array(places).T
    return Observations(
        np.array(features), np.array(labels), questions, ranks, np.array([case.answerable for case in cases])
    )


def _answers(case: Case, document_id: str, text: str) -> bool:
    return any(gold.document_id == document_id and holds(text, gold.quote) for gold in case.gold)


def _logistic(exponents: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-exponents)), dtype=np.float64)


def describe(calibration: Calibration, splits: Mapping[str, Observations], top_k: int) -> Iterable[str]:
    """The report, line by line. The threshold is chosen on the split "dev"."""
    best = {name: strongest(seen, predict(calibration, seen.features), top_k) for name, seen in splits.items()}
    chosen = best_threshold(best["dev"], splits["dev"].answerable)
    yield (
        f"Calibration(bias={calibration.bias:.3f}, similarity={calibration.similarity:.3f}, "
        f"coverage={calibration.coverage:.3f})"
    )
    yield f"refuse_below = {chosen.threshold:.3f}"
    for name, seen in splits.items():
        predicted = predict(calibration, seen.features)
        alone = [auroc(seen.labels, seen.features[:, column]) for column in (0, 1)]
        refusal = refusal_quality(best[name], seen.answerable, chosen.threshold)
        yield ""
        yield f"{name}: {len(seen.answerable)} questions, {len(seen.labels)} passages, {seen.labels.sum():.0f} positive"
        yield f"  AUROC    {auroc(seen.labels, predicted):.3f} (similarity {alone[0]:.3f}, coverage {alone[1]:.3f})"
        yield f"  Brier    {brier(seen.labels, predicted):.4f}"
        yield f"  refusal  precision {refusal.precision:.3f}, recall {refusal.recall:.3f}, F1 {refusal.f1:.3f}"
        yield f"           AUROC of the best evidence {auroc(seen.answerable.astype(np.float64), best[name]):.3f}"
        yield "  passages  mean evidence  share that answer"
        bins = reliability(seen.labels, predicted)
        yield from (f"  {size:8}  {mean:13.3f}  {share:17.3f}" for size, mean, share in bins)


def main() -> None:
    """Fit on dev, judge on dev and test, print."""
    parser = argparse.ArgumentParser(prog="python -m evals.calibrate", description="Fit the calibration of evidence.")
    parser.add_argument("--cases", type=Path, help="gold questions, in place of the domain's cases.jsonl")
    try:
        print("\n".join(calibrate(read_settings(os.environ), parser.parse_args().cases)))
    except GroundworkError as error:
        sys.exit(f"groundwork: {error}")


def calibrate(settings: Settings, file: Path | None) -> list[str]:
    """The report for the domain's cases, or those of a file. Raises ConfigurationError, IndexLocked or IndexFault."""
    file = file or load_domain(settings.domain_dir).cases
    cases = load_cases(file)
    halves = {split: choose_split(cases, split, file) for split in get_args(Split)}
    for split, half in halves.items():
        if len({case.answerable for case in half}) < 2:
            raise ConfigurationError(
                f"{file}: the split '{split}' needs answerable and unanswerable questions, and has only one of both. "
                "Add some of the other kind."
            )
    service = build_service(settings, "python -m evals.calibrate")
    try:
        service.open()
        recipe = service.recipe(None)
        splits = {split: observe(half, service.retriever(), recipe) for split, half in halves.items()}
    finally:
        service.close()
    calibration = fit(splits["dev"].features, splits["dev"].labels)
    return list(describe(calibration, splits, recipe.top_k))


if __name__ == "__main__":
    main()
