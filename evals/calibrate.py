"""Fit the calibration of relevance to gold questions: `python -m evals.calibrate`.

For each question of the domain's cases the ten best hits are labelled: positive when the hit contains a gold quote,
negative otherwise (all hits of an unanswerable question). A logistic regression on similarity and coverage is fitted
to the dev split and evaluated on both splits. It prints the coefficients for `app/answer/retrieval/relevance.py`,
AUROC, the Brier score, and the reliability by deciles.

Not covered: the order of the hits, which is the ranker's and does not depend on relevance; and refusals, which depend
on the answerability of the question (`python -m benchmarks.refusals`). Underspecified questions
are left out: no hit is wrong for them.
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

from app.answer.question.rewrite import rewrite
from app.answer.retrieval.encode import encode
from app.answer.retrieval.relevance import Calibration, coverage
from app.answer.retrieval.retrieve import Retriever
from app.service.bootstrap import build_service
from core.domain import load_domain
from core.errors import ConfigurationError, GroundworkError
from core.permissions import EVERYTHING
from core.recipe import Recipe
from core.settings import Settings, read_settings
from core.types import HybridQuery
from evals.cases.case import Case, Split
from evals.cases.read import choose_split, load_cases
from evals.quotes import contains_quote

Array = NDArray[np.float64]

_HITS = 10
_RIDGE = 1e-3
"""L2 penalty on the two slopes: keeps the fit finite when a feature separates the labels. The bias is not penalised."""
_ITERATIONS = 100
_CONVERGED = 1e-10


@dataclass(frozen=True, slots=True)
class Observations:
    """Features and labels of the n hits of so many questions, in order.

    `features` has shape (n, 2): similarity, coverage. `labels` has shape (n,): 1 or 0.
    """

    features: Array
    labels: Array
    questions: int


def fit(features: Array, labels: Array) -> Calibration:
    """Fit the logistic regression of labels (n,) on similarity and coverage (n, 2), by Newton's method from zero.

    Iteratively reweighted least squares with an L2 penalty: Hastie, Tibshirani and Friedman, The Elements of
    Statistical Learning, 2009, section 4.4.1. Raises ConfigurationError when all labels are equal.
    """
    if labels.min() == labels.max():
        raise ConfigurationError(
            f"All {len(labels)} passages are labelled {labels[0]:g}; a calibration needs both labels. "
            "Check that the documents with the gold quotes are ingested: groundwork ingest, then groundwork eval run"
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
    """Return the relevance of n hits, shape (n,)."""
    slopes = np.array([calibration.similarity, calibration.coverage])
    return _logistic(calibration.bias + features @ slopes)


def auroc(labels: Array, scores: Array) -> float:
    """Return the probability that a positive scores above a negative, ties half (Mann and Whitney 1947).

    NaN when there are no positives or no negatives.
    """
    positives, negatives = scores[labels == 1], scores[labels == 0]
    if not len(positives) or not len(negatives):
        return float("nan")
    differences = positives[:, None] - negatives[None, :]
    return float(np.mean((differences > 0) + 0.5 * (differences == 0)))


def brier(labels: Array, predicted: Array) -> float:
    """Return the mean squared error of the probabilities (Brier 1950)."""
    return float(np.mean((predicted - labels) ** 2))


def reliability(labels: Array, predicted: Array, bins: int = 10) -> list[tuple[int, float, float]]:
    """Return bins of equal size by predicted probability, lowest first: (hits, mean predicted, share positive)."""
    order = np.argsort(predicted, kind="stable")
    return [
        (len(rows), float(predicted[rows].mean()), float(labels[rows].mean()))
        for rows in np.array_split(order, bins)
        if len(rows)
    ]


def observe(cases: Sequence[Case], retriever: Retriever, recipe: Recipe) -> Observations:
    """Search for each case as the answer path does, and label the hits."""
    features: list[tuple[float, float]] = []
    labels: list[float] = []
    for case in cases:
        query = encode(rewrite(case.question, case.history), retriever.embedder, retriever.sparse)
        idf = query.weighted(retriever.index.term_idf(tuple(query.asked)))
        hits = retriever.index.search(HybridQuery(query.dense, query.sparse, recipe.candidates, recipe.rrf_k), _HITS)
        for hit in hits:
            features.append((hit.similarity, coverage(hit.tokens, idf)))
            labels.append(float(_is_relevant(case, hit.chunk.document_id, hit.chunk.text)))
    return Observations(np.array(features), np.array(labels), len(cases))


def _is_relevant(case: Case, document_id: str, text: str) -> bool:
    return any(gold.document_id == document_id and contains_quote(text, gold.quote) for gold in case.gold)


def _logistic(exponents: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-exponents)), dtype=np.float64)


def describe(calibration: Calibration, splits: Mapping[str, Observations]) -> Iterable[str]:
    """Return the report, line by line."""
    yield (
        f"Calibration(bias={calibration.bias:.3f}, similarity={calibration.similarity:.3f}, "
        f"coverage={calibration.coverage:.3f})"
    )
    for name, seen in splits.items():
        predicted = predict(calibration, seen.features)
        alone = [auroc(seen.labels, seen.features[:, column]) for column in (0, 1)]
        yield ""
        yield f"{name}: {seen.questions} questions, {len(seen.labels)} passages, {seen.labels.sum():.0f} positive"
        yield f"  AUROC    {auroc(seen.labels, predicted):.3f} (similarity {alone[0]:.3f}, coverage {alone[1]:.3f})"
        yield f"  Brier    {brier(seen.labels, predicted):.4f}"
        yield "  passages  mean relevance  share that answer"
        bins = reliability(seen.labels, predicted)
        yield from (f"  {size:8}  {mean:14.3f}  {share:17.3f}" for size, mean, share in bins)


def main() -> None:
    """Fit on dev, evaluate on dev and test, and print the report."""
    parser = argparse.ArgumentParser(prog="python -m evals.calibrate", description="Fit the calibration of relevance.")
    parser.add_argument("--cases", type=Path, help="gold questions, in place of the domain's cases.jsonl")
    try:
        print("\n".join(calibrate(read_settings(os.environ), parser.parse_args().cases)))
    except GroundworkError as error:
        sys.exit(f"groundwork: {error}")


def calibrate(settings: Settings, file: Path | None) -> list[str]:
    """Return the report for the domain's cases, or for those of a file.

    Raises ConfigurationError, IndexLocked, IndexFault and EmbeddingError.
    """
    file = file or load_domain(settings.domain_dir).cases
    cases = [case for case in load_cases(file) if case.kind != "underspecified"]
    halves = {split: choose_split(cases, split, file) for split in get_args(Split)}
    for split, half in halves.items():
        if len({case.answerable for case in half}) < 2:
            raise ConfigurationError(
                f"{file}: the split '{split}' needs answerable and unanswerable questions, and has only one kind. "
                "Add questions of the other kind."
            )
    service = build_service(settings, "python -m evals.calibrate")
    try:
        service.open()
        recipe = service.recipes.find(None)
        splits = {split: observe(half, service.library.retriever(EVERYTHING), recipe) for split, half in halves.items()}
    finally:
        service.close()
    calibration = fit(splits["dev"].features, splits["dev"].labels)
    return list(describe(calibration, splits))


if __name__ == "__main__":
    main()
