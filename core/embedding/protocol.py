"""What the code asks of an embedder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from core.embedding.sentences import SentencePooling, Spans
from core.types import Vectors

ReportEmbedded: TypeAlias = Callable[[int], None]
"""Is called with the number of texts that were embedded since the last call."""


def ignore_embedded(_: int) -> None:
    """Report nothing."""


class Embedder(Protocol):
    """Maps texts to vectors of length 1. Implementations may be called from several threads."""

    @property
    def name(self) -> str:
        """Identifies model and version; part of the index's fingerprint."""
        ...

    @property
    def dimension(self) -> int:
        """Number of components of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that the model reads; what lies beyond is not seen."""
        ...

    @property
    def sentence_pooling(self) -> SentencePooling:
        """How `embed_units` makes the vectors of sentence units; part of the index's fingerprint."""
        ...

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """Return vectors of shape (len(texts), dimension), in the order of the texts. Raises EmbeddingError.

        `report` is called in the calling thread, for parts of the texts, whose numbers add up to all.
        """
        ...

    def embed_units(
        self, texts: Sequence[str], spans: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        """Return what `embed` returns, and for each text the vectors of its sentence units, shape (units, dimension).

        `spans` are the units of each text, in order. A unit beyond `max_tokens` is embedded by itself. Raises
        EmbeddingError.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without the special ones that the model adds."""
        ...

    def close(self) -> None:
        """Close connections to a server. Nothing is embedded after that."""
        ...
