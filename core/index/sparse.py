"""BM25 vectors, computed here by Qdrant's own tokenizer, stemmer and stop words for both backends.

Identifiers are indexed and searched for in one spelling, too: see `core/identifiers.py`.
"""

from __future__ import annotations

import re

import qdrant_edge

from core.errors import ConfigurationError
from core.identifiers import find_identifiers
from core.text import search_form
from core.types import SparseVector

_WORD = re.compile(r"[^\W_]+")
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
        self.name = f"qdrant-bm25:{language}:{_AVERAGE_LENGTH:g}:identifiers"

    def document(self, text: str) -> SparseVector:
        """Return weights by term frequency, saturated and normalised by length."""
        return _frozen(self._model.embed_document(_with_identifiers(text)))

    def query(self, text: str) -> SparseVector:
        """Return weight 1 for each distinct token; the engine multiplies by the IDF."""
        return _frozen(self._model.embed_query(_with_identifiers(text)))

    def tokens(self, text: str) -> frozenset[int]:
        """Return the distinct tokens of a text in its search form."""
        return frozenset(self.query(search_form(text)).indices)

    def joined_tokens(self, text: str) -> frozenset[int]:
        """Return the tokens of the identifiers in one piece, whose parts are tokens of the query too."""
        forms = (form for one in find_identifiers(text) for form in one.joined)
        return frozenset(self._model.embed_query(" ".join(forms)).indices)


def _with_identifiers(text: str) -> str:
    """Return the text, followed by the forms of its identifiers that its words do not include."""
    identifiers = find_identifiers(text)
    if not identifiers:
        return text
    written = set(_WORD.findall(text.lower()))
    forms = [form for one in identifiers for form in (*one.joined, *one.parts) if form not in written]
    return "\n".join((text, " ".join(forms)))


def _frozen(vector: qdrant_edge.SparseVector) -> SparseVector:
    return SparseVector(indices=tuple(vector.indices), values=tuple(vector.values))
