"""An embedder without a model, for tests: words hashed into a fixed number of buckets.

Texts that share words are near each other. It knows nothing of meaning; never serve with it.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Sequence

import numpy as np

from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.embedding.sentences import SentencePooling, Spans, embed_separately
from core.types import Vectors

_WORD = re.compile(r"\w+")


class HashEmbedder:
    """Deterministic, dependency-free and fast."""

    name = "hash-embedder"
    max_tokens = 256
    sentence_pooling: SentencePooling = "separate"

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """One vector a text; the empty text becomes the first unit vector."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text.casefold()):
                digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
                vectors[row, int.from_bytes(digest, "big") % self.dimension] += 1.0
            if not vectors[row].any():
                vectors[row, 0] = 1.0
        report(len(texts))
        normalised: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return normalised

    def embed_units(
        self, texts: Sequence[str], spans: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        """Return the vectors of the texts, as `embed` does, and of their units, each embedded by itself."""
        vectors = self.embed(texts, report)
        return vectors, embed_separately(HashEmbedder(self.dimension).embed, texts, spans, ignore_embedded)[1]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words."""
        return [len(_WORD.findall(text)) for text in texts]

    def close(self) -> None:
        """See Embedder. There is no connection."""


class SlowEmbedder(HashEmbedder):
    """A HashEmbedder that takes a moment for each call, so that something can happen meanwhile."""

    def embed_units(
        self, texts: Sequence[str], spans: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        time.sleep(0.1)
        return super().embed_units(texts, spans, report)
