"""An embedder that remembers the vectors of the last questions: one that is asked again costs no forward pass."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from core.embedding.protocol import Embedder, ReportEmbedded, ignore_embedded
from core.embedding.sentences import SentencePooling, Spans
from core.types import Vectors

_REMEMBERED = 1000
"""Texts: 1.5 MB of vectors of 384 dimensions."""
_LONGEST_CALL = 4
"""Texts of a call that are remembered: a question with what it may refer to. Longer calls are an ingestion's."""


class RememberedEmbedder:
    """Another embedder with a memory, under its name."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """See Embedder."""
        return self._embedder.name

    @property
    def dimension(self) -> int:
        """See Embedder."""
        return self._embedder.dimension

    @property
    def max_tokens(self) -> int:
        """See Embedder."""
        return self._embedder.max_tokens

    @property
    def sentence_pooling(self) -> SentencePooling:
        """See Embedder."""
        return self._embedder.sentence_pooling

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """See Embedder. The texts of a short call that are not remembered are embedded together."""
        if not 0 < len(texts) <= _LONGEST_CALL:
            return self._embedder.embed(texts, report)
        known = {text: vector for text in texts if (vector := self._recall(text)) is not None}
        missing = list(dict.fromkeys(text for text in texts if text not in known))
        if missing:
            for text, vector in zip(missing, self._embedder.embed(missing), strict=True):
                known[text] = vector
                self._remember(text, vector)
        report(len(texts))
        return np.stack([known[text] for text in texts])

    def embed_units(
        self, texts: Sequence[str], spans: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        """See Embedder. Nothing of it is remembered."""
        return self._embedder.embed_units(texts, spans, report)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See Embedder."""
        return self._embedder.count_tokens(texts)

    def close(self) -> None:
        """See Embedder."""
        self._embedder.close()

    def _recall(self, text: str) -> Vectors | None:
        with self._lock:
            if text not in self._vectors:
                return None
            self._vectors.move_to_end(text)
            return self._vectors[text]

    def _remember(self, text: str, vector: Vectors) -> None:
        with self._lock:
            self._vectors[text] = vector.copy()
            while len(self._vectors) > _REMEMBERED:
                self._vectors.popitem(last=False)
