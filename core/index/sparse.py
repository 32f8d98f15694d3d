"""BM25 vectors, computed here by Qdrant's own tokenizer, stemmer and stop words for both backends."""

from __future__ import annotations

import qdrant_edge

from core.errors import ConfigurationError
from core.types import SparseVector

# Roughly the words of a chunk of 200 tokens without its stop words.
_AVERAGE_LENGTH = 100.0


class Bm25Encoder:
    """Turns texts into sparse vectors. `name` is part of the index's fingerprint."""

    def __init__(self, language: str) -> None:
        try:
            self._model = qdrant_edge.Bm25(qdrant_edge.Bm25Config(language=language, avg_len=_AVERAGE_LENGTH))
        except ValueError as error:
            raise ConfigurationError(
                f"The domain's language is '{language}', which BM25 does not know: {error}. "
                "Use an English name in lower case: english, german, french, spanish, …"
            ) from error
        self.name = f"qdrant-bm25:{language}:{_AVERAGE_LENGTH:g}"

    def document(self, text: str) -> SparseVector:
        """Return weights by term frequency, saturated and normalised by length."""
        return _frozen(self._model.embed_document(text))

    def query(self, text: str) -> SparseVector:
        """Return weight 1 for each distinct token; the engine multiplies by the IDF."""
        return _frozen(self._model.embed_query(text))


def _frozen(vector: qdrant_edge.SparseVector) -> SparseVector:
    return SparseVector(indices=tuple(vector.indices), values=tuple(vector.values))
