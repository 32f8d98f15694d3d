"""Other words for the words of the documents: those with the nearest vectors, as the app's own embedder sees them.

Readers ask in other words than the documents have, which no rule over the documents' sentences would write. Among the
nearest words are words for the same ("travel", "trip") and, less often, for something beside it ("supervisor",
"advisor"). The filters drop a question that no longer finds its passage. Left as they are: function words, units of
time, and the words of questions' own frames; no word stands for another form of itself, which would break the grammar.

Not covered: phrases, opposites ("open", "closed"), and words that the documents do not have.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import numpy as np

from app.grounding.text.language import STOP_WORDS
from core.embedding import Embedder
from evals.cases.draft.screen import stems
from evals.distill.data.corpus import Corpus

_LEAST_COSINE = 0.6
_MOST = 5
"""Other words for a word."""
_FEWEST_LETTERS, _FEWEST_CHUNKS = 4, 3
_UNIT = re.compile(r"(?:second|minute|hour|day|week|month|quarter|year)s?|daily|weekly|monthly|yearly|annual(?:ly)?")
_MOST_WORDS = 4000
"""The most frequent words of the documents, which have other words and are other words."""


def read_synonyms(corpus: Corpus, embedder: Embedder, kept: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Return other words for the words of the documents that have any, the nearest first.

    `kept` are words that have none. Raises EmbeddingError.
    """
    left = STOP_WORDS["en"] | frozenset(kept)
    frequent = sorted(corpus.chunks_with.items(), key=lambda one: (-one[1], one[0]))
    words = [
        word
        for word, chunks in frequent
        if chunks >= _FEWEST_CHUNKS
        and len(word) >= _FEWEST_LETTERS
        and word.isalpha()
        and word not in left
        and not _UNIT.fullmatch(word)
    ][:_MOST_WORDS]
    if len(words) < 2:
        return {}
    vectors = embedder.embed(words)
    roots = {word: stems(word, "en") for word in words}
    found: dict[str, tuple[str, ...]] = {}
    for word, vector in zip(words, vectors, strict=True):
        cosines = vectors @ vector
        nearest = [int(place) for place in np.argsort(-cosines, kind="stable")[1 : _MOST + 1]]
        others = tuple(
            words[place] for place in nearest if cosines[place] >= _LEAST_COSINE and roots[words[place]] != roots[word]
        )
        if others:
            found[word] = others
    return found
