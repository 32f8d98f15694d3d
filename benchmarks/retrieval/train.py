"""Train the ranker's weights, and say what they are worth on a corpus that took no part.

    python -m benchmarks.retrieval.train DATA_FOLDER [--cache DIR] [--drop FEATURE]… [--write]

The weights maximise the likelihood of the passages that answer among the candidates of their question (a softmax over
the candidates: Cao et al., Learning to Rank: From Pairwise Approach to Listwise Approach, 2007), each set counting as
much as any other. They are not negative: every feature is evidence for a passage. "left out" is what the weights that
were fitted without a set reach on it; kg_rag_sec10q and the test claims of scifact are never trained on. `--drop`
leaves a feature out, to see what it is worth. `--write` writes `app/answer/retrieval/weights.py`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from app.answer.question.rewrite import rewrite
from app.answer.retrieval.encode import encode, terms_of
from app.answer.retrieval.rank import FEATURES, Features, features_of, rank
from app.answer.retrieval.retrieve import find_candidates
from benchmarks.retrieval.corpus import CachingEmbedder, Corpus, open_corpus
from benchmarks.retrieval.measure import MEASURES
from benchmarks.retrieval.rankings import PLAIN, PlainSearch
from benchmarks.retrieval.sets import LOADERS, Question
from core.embedding import load_embedder
from core.recipe import Recipe
from core.settings import read_settings
from core.stats import SEED, bounds, draw
from core.types import Chunk, Hit

_TRAINED = ("mtrag_cloud", "scifact_train", "chroma_chunking", "anthropic_docs", "contoso")
_HELD_OUT = ("scifact", "kg_rag_sec10q")
_RIDGE = 3e-3
"""L2 penalty on the weights of features that are scaled to a standard deviation of 1."""
_STEPS = 400
_WEIGHTS = Path(__file__).parents[2] / "app" / "answer" / "retrieval" / "weights.py"
_HEADER = '''"""The weights of the ranker's features. Written by `python -m benchmarks.retrieval.train`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
'''

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Search:
    """The candidates of a question, their features (n, len(FEATURES)), and how much of the answer each has (n,)."""

    question: Question
    hits: Sequence[Hit]
    features: Features
    labels: Array
    plain: Sequence[Chunk]


def search_all(questions: Sequence[Question], corpus: Corpus, recipe: Recipe) -> list[Search]:
    """Search for each question as the product does."""
    plain = PlainSearch.of(corpus)
    found = []
    for question in questions:
        encoded = encode(rewrite(question.text, question.history), corpus.embedder, corpus.sparse)
        hits = find_candidates(encoded, recipe, corpus.index)
        idf = encoded.weighted(corpus.index.term_idf(tuple(encoded.asked)))
        features = features_of(hits, encoded.dense, idf, lambda text: terms_of(text, corpus.sparse))
        labels = np.array([answered(question, hit.chunk) for hit in hits])
        found.append(Search(question, hits, features, labels, plain.rankings(question.text)[PLAIN]))
    return found


def answered(question: Question, chunk: Chunk) -> float:
    """Return the share of the gold characters that the chunk has, or 1 for a chunk of a file that answers, else 0."""
    if not question.spans:
        return float(chunk.document_id in question.gold)
    shared = (
        max(0, min(end, chunk.end) - max(start, chunk.start))
        for file, start, end in question.spans
        if file == chunk.document_id
    )
    return sum(shared) / sum(end - start for _, start, end in question.spans)


def fit(sets: Sequence[Sequence[Search]], used: Sequence[str]) -> dict[str, float]:
    """Return the weights of the used features, by projected gradient ascent with momentum (FISTA, Beck 2009)."""
    columns = [FEATURES.index(name) for name in used]
    kept = [[one for one in searches if len(one.labels) > 1 and one.labels.sum() > 0] for searches in sets]
    rows = [one for searches in kept for one in searches]
    features = np.concatenate([one.features[:, columns] for one in rows])
    scale = features.std(axis=0) + 1e-9
    features = features / scale
    labels = np.concatenate([one.labels / one.labels.sum() for one in rows])
    weight = np.concatenate([np.full(len(searches), 1 / (len(searches) * len(kept))) for searches in kept])
    lengths = np.array([len(one.labels) for one in rows])
    starts, of_row = np.cumsum(lengths) - lengths, np.repeat(np.arange(len(rows)), lengths)

    def gradient(at: Array) -> Array:
        scores = features @ at
        chances = np.exp(scores - np.maximum.reduceat(scores, starts)[of_row])
        chances /= np.add.reduceat(chances, starts)[of_row]
        downhill: Array = features.T @ ((chances - labels) * weight[of_row]) + 2 * _RIDGE * at
        return downhill

    # The largest curvature of the loss is at most half of the largest squared length of a row's features.
    step = 1 / (0.5 * float(np.einsum("ij,ij->i", features, features).max()) + 2 * _RIDGE)
    current = ahead = np.zeros(len(columns))
    momentum = accumulate(range(_STEPS), lambda t, _: (1 + (1 + 4 * t * t) ** 0.5) / 2, initial=1.0)
    for before, now in pairwise(momentum):
        following = np.maximum(ahead - step * gradient(ahead), 0.0)
        ahead = following + (before - 1) / now * (following - current)
        current = following
    return dict(zip(used, (current / scale).tolist(), strict=True))


def main() -> None:
    """Train, print, and write."""
    arguments = _arguments()
    embedder = CachingEmbedder(load_embedder(read_settings(os.environ)), arguments.cache / "vectors.sqlite3")
    found = {name: _searches(name, arguments.folder, embedder, arguments.cache) for name in (*_TRAINED, *_HELD_OUT)}
    used = [name for name in FEATURES if name not in arguments.drop]
    weights = fit([found[name] for name in _TRAINED], used)
    table = Table(title=", ".join(f"{name} {weight:.3f}" for name, weight in weights.items()))
    for heading in ("set", "measure", "plain RRF", "shipped", "minus plain, 95%", "left out", "minus plain, 95%"):
        table.add_column(heading)
    for name, searches in found.items():
        rest = [found[other] for other in _TRAINED if other.partition("_train")[0] != name.partition("_train")[0]]
        left_out = fit(rest, used)
        for measure in MEASURES[name]:
            table.add_row(name, measure, *_compared(name, measure, searches, (weights, left_out)))
    Console(width=None if sys.stdout.isatty() else 150).print(table)
    if arguments.write:
        lines = "".join(f'    "{name}": {weight:.4f},\n' for name, weight in weights.items() if weight > 0)
        _WEIGHTS.write_text(f"{_HEADER}{lines}}}\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "groundwork-retrieval")
    parser.add_argument("--drop", action="append", default=[], choices=FEATURES)
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def _searches(name: str, folder: Path, embedder: CachingEmbedder, cache: Path) -> list[Search]:
    questions = LOADERS[name](folder)
    corpus = open_corpus(questions.corpus, questions.files, embedder, cache)
    try:
        return search_all(questions.questions, corpus, Recipe())
    finally:
        corpus.index.close()


def _compared(name: str, measure: str, searches: Sequence[Search], models: Sequence[Mapping[str, float]]) -> list[str]:
    score = MEASURES[name][measure]
    plain = np.array([score(one.plain, one.question) for one in searches])
    cells = [f"{plain.mean():.3f}"]
    for weights in models:
        ranked = ([hit.chunk for hit in rank(one.hits, one.features, weights)] for one in searches)
        scores = np.array([score(chunks, one.question) for chunks, one in zip(ranked, searches, strict=True)])
        low, high = _interval(scores - plain)
        cells += [f"{scores.mean():.3f}", f"{low:+.3f} to {high:+.3f}"]
    return cells


def _interval(differences: Array) -> tuple[float, float]:
    random = np.random.default_rng(SEED)
    return bounds(draw(len(differences), random, lambda rows: differences[rows].mean(axis=-1)))


if __name__ == "__main__":
    main()
