"""The chunks of kept answers that are in the index now, and what became of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.answers.record import Now
from core.index import IndexView
from core.types import Chunk


class PresentChunks:
    """Those of some chunks that are in the index now. Raises IndexFault."""

    def __init__(self, index: IndexView, ids: Iterable[str]) -> None:
        self._index = index
        self._chunks = {chunk.id: chunk for chunk in index.chunks(sorted(set(ids)))}
        self._documents: dict[str, bool] = {}

    def chunk(self, chunk_id: str) -> Chunk | None:
        """Return the chunk with this id; None where its document has changed or is gone."""
        return self._chunks.get(chunk_id)

    def passage(self, kept: Mapping[str, Any]) -> Chunk | None:
        """Return the chunk of a passage of `AnswerRow.passages`; None where it is not the same text any more."""
        chunk = self.chunk(kept["chunk_id"])
        # A rebuild with another chunker can give the id to another part of the same content.
        is_same = chunk is not None and (chunk.start, chunk.end) == (kept["start"], kept["end"])
        return chunk if is_same else None

    def now(self, chunk_id: str, document_id: str) -> Now:
        """Return what became of a chunk."""
        if chunk_id in self._chunks:
            return "unchanged"
        if document_id not in self._documents:
            self._documents[document_id] = self._index.document(document_id) is not None
        return "changed" if self._documents[document_id] else "gone"
