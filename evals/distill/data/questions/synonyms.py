"""Other words for the words of the documents: those with the nearest vectors, as the app's own embedder sees them.

Readers ask in other words than the documents have, which no rule over the documents' sentences would write. Among the
nearest words are other forms of a word ("approve", "approval"), words for the same ("travel", "trip") and, less
often, for something beside it ("supervisor", "advisor"). The filters drop a question that no longer finds its passage.

Not covered: phrases, and words that the documents do not have.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.embedding import Embedder
from evals.distill.data.corpus import Corpus

_LEAST_COSINE = 0.6
_MOST = 5
"""Other words for a word."""
_FEWEST_LETTERS, _FEWEST_CHUNKS = 4, 3
_MOST_WORDS = 4000
"""The most frequent words of the documents, which have other words and are other words."""


def read_synonyms(corpus: Corpus, embedder: Embedder) -> Mapping[str, tuple[str, ...]]:
    """Return other words for the words of the documents that have any, the nearest first. Raises EmbeddingError."""
    frequent = sorted(corpus.chunks_with.items(), key=lambda one: (-one[1], one[0]))
    words = [
        word
        for word, chunks in frequent
        if chunks >= _FEWEST_CHUNKS and len(word) >= _FEWEST_LETTERS and word.isalpha()
    ][:_MOST_WORDS]
    if len(words) < 2:
        return {}
    vectors = embedder.embed(words)
    found: dict[str, tuple[str, ...]] = {}
    for word, vector in zip(words, vectors, strict=True):
        cosines = vectors @ vector
        nearest = [int(place) for place in np.argsort(-cosines, kind="stable")[1 : _MOST + 1]]
        others = tuple(words[place] for place in nearest if cosines[place] >= _LEAST_COSINE)
        if others:
            found[word] = others
    return found
