"""Every figure of a set, for each ranking: one number a question, and the paired difference to plain RRF."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval import metrics
from benchmarks.retrieval.corpus import Corpus
from benchmarks.retrieval.rankings import PLAIN, PRODUCT, PlainSearch, by_product, files_of
from benchmarks.retrieval.sets import Question
from core.recipe import Recipe
from core.stats import SEED, Array, bounds, draw
from core.types import Chunk
from evals.calibrate import auroc
from evals.external import ranking

WITH_HISTORY = f"{PLAIN}, history"
Measure = Callable[[Sequence[Chunk], Question], float]


def _of_files(metric: Callable[[Sequence[str], Mapping[str, int], int], float], k: int) -> Measure:
    return lambda chunks, question: metric(files_of(chunks), dict.fromkeys(question.gold, 1), k)


def _of_spans(metric: Callable[[Sequence[metrics.FileSpan], Sequence[metrics.FileSpan]], float], k: int) -> Measure:
    return lambda chunks, question: metric(
        [(chunk.document_id, chunk.start, chunk.end) for chunk in chunks[:k]], question.spans
    )


_NDCG = {"nDCG@10": _of_files(ranking.ndcg, 10), "recall@5": _of_files(ranking.recall, 5)}
MEASURES: Mapping[str, Mapping[str, Measure]] = {
    "mtrag_cloud": _NDCG,
    "scifact": _NDCG,
    "scifact_train": _NDCG,
    "chroma_chunking": {"recall at 5": _of_spans(metrics.span_recall, 5), "IoU at 5": _of_spans(metrics.span_iou, 5)},
    "anthropic_docs": {"recall@3": _of_files(ranking.recall, 3), "MRR@10": _of_files(ranking.reciprocal_rank, 10)},
    "kg_rag_sec10q": _NDCG,
    "contoso": _NDCG,
}
"""Of each set with gold; the first is the one that decides."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of a set: its mean by ranking, and the 95% interval of product minus plain RRF over `n` questions."""

    set_name: str
    measure: str
    values: Mapping[str, float]
    low: float
    high: float
    n: int


def measure_rankings(name: str, questions: Sequence[Question], corpus: Corpus, recipe: Recipe) -> list[Figure]:
    """Return the figures of a set with gold.

    "RRF 60, history" searches a follow-up together with the user's question before it.
    """
    plain = PlainSearch.of(corpus)
    ranked: dict[str, list[Sequence[Chunk]]] = {}
    for question in questions:
        found: dict[str, Sequence[Chunk]] = dict(plain.rankings(question.text))
        if question.history:
            before = next(turn.content for turn in reversed(question.history) if turn.role == "user")
            found[WITH_HISTORY] = plain.rankings(f"{before} {question.text}")[PLAIN]
        elif any(one.history for one in questions):
            found[WITH_HISTORY] = found[PLAIN]
        found[PRODUCT] = [passage.chunk for passage in by_product(question, corpus, recipe).passages]
        for kind, chunks in found.items():
            ranked.setdefault(kind, []).append(chunks)
    return [
        _figure(
            name,
            title,
            {
                kind: np.array([measure(chunks, question) for chunks, question in zip(lists, questions, strict=True)])
                for kind, lists in ranked.items()
            },
        )
        for title, measure in MEASURES[name].items()
    ]


def _figure(name: str, measure: str, scores: Mapping[str, Array]) -> Figure:
    differences = scores[PRODUCT] - scores[PLAIN]
    draws = draw(len(differences), np.random.default_rng(SEED), lambda rows: differences[rows].mean(axis=-1))
    low, high = bounds(draws)
    return Figure(name, measure, {kind: float(of.mean()) for kind, of in scores.items()}, low, high, len(differences))


def measure_relevance(name: str, questions: Sequence[Question], corpus: Corpus, recipe: Recipe) -> Figure:
    """Return how well the answerability separates the answerable questions: AUROC.

    The plain rankings have the best cosine and the best BM25 score in its place.
    """
    plain = PlainSearch.of(corpus)
    scores: dict[str, list[float]] = {}
    for question in questions:
        best = plain.best_scores(question)
        best[PRODUCT] = by_product(question, corpus, recipe).answerability
        for kind, score in best.items():
            scores.setdefault(kind, []).append(score)
    labels = np.array([float(question.answerable) for question in questions])
    return relevance_figure(name, labels, {kind: np.array(of) for kind, of in scores.items()}, "dense")


def relevance_figure(name: str, labels: Array, scores: Mapping[str, Array], plain: str) -> Figure:
    """Return the AUROC by ranking, and the interval of the product's minus that of `plain`."""
    random = np.random.default_rng(SEED)

    def difference(rows: NDArray[np.int64]) -> Array:
        return np.array(
            [auroc(labels[one], scores[PRODUCT][one]) - auroc(labels[one], scores[plain][one]) for one in rows]
        )

    low, high = bounds(draw(len(labels), random, difference, 1000))
    values = {kind: auroc(labels, of) for kind, of in scores.items()}
    return Figure(name, "AUROC", values, low, high, len(labels))
