"""Train the weights with which the extractive answer chooses its sentences, and report how they transfer.

    python -m benchmarks.answers.train DATA --index INDEX [--sets SET,SET] [--write]

DATA and INDEX are those of `python -m benchmarks.answers`; a corpus that has no index there is ingested. Only the half
`dev` of a set is read where it has two halves, and only questions that are answerable and stand alone.

A candidate is right when what would be shown for it answers: it contains a gold quote or .8 of its content words, or,
in sets without quotes, its mean of token F1 and coverage against the reference answer is at least .85 of the best. The
weights maximise the probability of the right candidates among those of the same question (conditional logit with an L2
penalty), by full-batch gradient descent with Adam. Each set counts as its entry in `_IMPORTANCE`, by question: people
wrote the questions and quotes of the handbooks, a model those of the other sets.

For each set the command prints how often a right candidate is first, and among the first three, with weights trained on
the other sets (leave one corpus out). `--write` then trains on all of them and writes the module of the weights.

Not covered: how much is shown (the constants in app/answer/extractive/choose.py).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.answer.draft import neighbours_in
from app.answer.extractive import weights
from app.answer.extractive.choose import Scored, choose
from app.answer.extractive.extract import all_candidates, best_candidates, embedded
from app.answer.extractive.features import FEATURES, FeatureMatrix, FeatureVector, measure, own_coverage
from app.answer.extractive.write import write
from app.answer.question.kind import wanted_kinds
from app.answer.retrieval.retrieve import Retriever, retrieve
from benchmarks.answers.ask import ingest
from benchmarks.answers.corpora import make_corpus
from benchmarks.answers.measures import coverage, f1
from benchmarks.answers.sets import Question, read_questions
from cli.options import settings_from
from core.domain import load_domain
from core.embedding.load import load_embedder
from core.index import Bm25Encoder, Index
from core.index.open import open_store
from core.permissions import EVERYTHING
from core.recipe import Recipe
from evals.metrics.answers import contains_gold
from evals.quotes import without_markers
from ingest.run import fingerprint_of

_IMPORTANCE: Mapping[str, float] = {
    "sample": 3.0,
    "handbook_18f": 3.0,
    "fastapi_docs": 3.0,
    "anthropic_docs": 1.0,
    "contoso_onboarding": 1.0,
}
"""The sets that are read when none are named."""
_HALVED = ("sample", "handbook_18f", "fastapi_docs")
_COVERED = 0.8
_NEAR_BEST, _WORST_BEST = 0.85, 0.15
"""A candidate counts when it is this near to the best, and a question when its best is at least that good."""
_PENALTY, _STEPS, _RATE = 2.0, 400, 0.03
_BETA_1, _BETA_2 = 0.9, 0.99


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of a question: their features, and which of them are right, shape (candidates,)."""

    features: FeatureMatrix
    right: FeatureVector
    importance: float


def main() -> None:
    """Print the transfer of the weights; write them where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--index", type=Path, required=True, help="folder of the indexes")
    parser.add_argument("--sets", default=",".join(_IMPORTANCE), help=f"default: {','.join(_IMPORTANCE)}")
    parser.add_argument("--write", action="store_true", help="write the weights")
    arguments = parser.parse_args()
    examples = {name: _examples(name, arguments.data, arguments.index) for name in arguments.sets.split(",")}
    for name, own in examples.items():
        others = [one for other, its in examples.items() if other != name for one in its] or own
        first, third = (_share_right(own, fit(others), among) for among in (1, 3))
        print(f"{name}: {len(own)} questions; right first {first:.3f}, among the first three {third:.3f}")
    trained = fit([one for its in examples.values() for one in its])
    lines = [f'    "{name}": {weight:.3f},' for name, weight in zip(FEATURES, trained, strict=True)]
    if arguments.write:
        _write("\n".join(lines))
    else:
        print("\n".join(lines))


def fit(examples: Sequence[Example]) -> FeatureVector:
    """Return the weights, shape (features,), that prefer the right candidates of each question."""
    usable = [one for one in examples if one.right.any() and not one.right.all()]
    stacked = np.concatenate([one.features for one in usable])
    scale = stacked.std(axis=0) + 1e-6
    scaled = [(one.features / scale, one.right, one.importance) for one in usable]
    total = sum(one.importance for one in usable)
    found, mean, square = (np.zeros(len(FEATURES)) for _ in range(3))
    for step in range(1, _STEPS + 1):
        gradient = _PENALTY * found / total
        for features, right, importance in scaled:
            gradient += importance * _gradient(features, right, found) / total
        mean = _BETA_1 * mean + (1 - _BETA_1) * gradient
        square = _BETA_2 * square + (1 - _BETA_2) * gradient**2
        found = found - _RATE * (mean / (1 - _BETA_1**step)) / (np.sqrt(square / (1 - _BETA_2**step)) + 1e-8)
    return np.asarray(found / scale, dtype=np.float64)


def _gradient(features: FeatureMatrix, right: FeatureVector, found: FeatureVector) -> FeatureVector:
    chances = _softmax(features @ found)
    wanted = chances * right
    return np.asarray(features.T @ (chances - wanted / wanted.sum()), dtype=np.float64)


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float64)


def _share_right(examples: Sequence[Example], found: FeatureVector, among: int) -> float:
    hits = [one.right[np.argsort(-(one.features @ found), kind="stable")[:among]].any() for one in examples]
    return float(np.mean(hits))


def _examples(name: str, data: Path, indexes: Path) -> list[Example]:
    ingest(make_corpus(name, data, indexes / "corpora", None), indexes / name)
    index, retriever = _retriever(indexes / name)
    wanted = ("dev",) if name in _HALVED else ("dev", "test")
    questions = [
        one for one in read_questions(name, data) if one.answerable and not one.history and one.split in wanted
    ]
    found = [_example(question, retriever, _IMPORTANCE.get(name, 1.0)) for question in questions]
    index.close()
    return [one for one in found if one is not None]


def _retriever(folder: Path) -> tuple[Index, Retriever]:
    settings = replace(settings_from(folder), llm_base_url=None, qdrant_url=None)
    domain = load_domain(settings.domain_dir)
    embedder, sparse = load_embedder(settings), Bm25Encoder(domain.language)
    store = open_store(settings, fingerprint_of(embedder, sparse, domain.identity, domain.parsing))
    index = store.open()
    return index, Retriever(index.visible_to(EVERYTHING), embedder, sparse)


def _example(question: Question, retriever: Retriever, importance: float) -> Example | None:
    """Return a question's candidates; None without any."""
    found = retrieve(question.text, (), Recipe(), retriever)
    candidates = all_candidates(found.distinct)
    if not candidates:
        return None
    wanted = wanted_kinds(found.query)
    own = own_coverage(candidates, found.idf, retriever.sparse)
    best = best_candidates(candidates, own, found)
    features = measure(embedded(candidates, best, own, found, retriever.embedder), wanted, found.idf, retriever.sparse)
    shown: list[str] = []
    for position in best:
        scores = np.full(len(candidates), -np.inf)
        scores[position] = 0.0
        excerpts = choose(Scored(candidates, scores, own), wanted, neighbours_in(retriever.index), most=1)
        shown.append(without_markers(write(excerpts, found.distinct)))
    return Example(features, _right(shown, question), importance)


def _right(shown: Sequence[str], question: Question) -> FeatureVector:
    if question.gold:
        quotes = [gold.quote for gold in question.gold]
        found = [contains_gold(text, question.gold) or _covers(text, quotes) for text in shown]
        return np.array(found, dtype=np.float64)
    values = np.array([(f1(text, question.reference) + coverage(text, question.reference)) / 2 for text in shown])
    if values.max() < _WORST_BEST:
        return np.zeros(len(shown))
    return np.asarray(values >= _NEAR_BEST * values.max(), dtype=np.float64)


def _covers(text: str, quotes: Sequence[str]) -> bool:
    return any(coverage(text, quote) >= _COVERED for quote in quotes)


def _write(lines: str) -> None:
    file = Path(str(weights.__file__))
    head, _, _ = file.read_text(encoding="utf-8").partition("WEIGHTS: Mapping")
    file.write_text(f"{head}WEIGHTS: Mapping[str, float] = {{\n{lines}\n}}\n", encoding="utf-8")
    print(f"wrote {file}")


if __name__ == "__main__":
    main()
