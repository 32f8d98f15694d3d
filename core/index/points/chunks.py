"""The payloads of chunks, and chunks of payloads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from core.index.points.readers import groups_of, readers_of
from core.index.points.schema import CHUNK, KIND, PASSAGE, READERS, SENTENCE_VECTORS
from core.index.points.vectors import pack_vectors
from core.types import Chunk, EmbeddedChunk


def chunk_payload(embedded: EmbeddedChunk) -> dict[str, Any]:
    """Return the payload of a chunk."""
    chunk = embedded.chunk
    return {
        KIND: CHUNK,
        "document_id": chunk.document_id,
        "document_name": chunk.document_name,
        "source": chunk.source,
        "content_hash": chunk.content_hash,
        "ordinal": chunk.ordinal,
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "section": list(chunk.section),
        "page": chunk.page,
        "url": chunk.url,
        "lead": chunk.lead,
        "sentences": [offset for span in chunk.sentences for offset in span],
        SENTENCE_VECTORS: pack_vectors(embedded.sentences) if embedded.packed is None else embedded.packed,
        PASSAGE: chunk.passage,
        READERS: readers_of(chunk.groups),
    }


def chunk_from(payload: Mapping[str, Any]) -> Chunk:
    """Return the chunk of a payload: the inverse of `chunk_payload`."""
    offsets = payload["sentences"]
    return Chunk(
        document_id=payload["document_id"],
        document_name=payload["document_name"],
        source=payload["source"],
        content_hash=payload["content_hash"],
        ordinal=payload["ordinal"],
        text=payload["text"],
        start=payload["start"],
        end=payload["end"],
        section=tuple(payload["section"]),
        page=payload["page"],
        url=payload["url"],
        lead=payload["lead"],
        sentences=tuple(zip(offsets[::2], offsets[1::2], strict=True)),
        groups=groups_of(payload),
    )


def chunks_in_order(ids: Sequence[str], found: Iterable[tuple[object, Mapping[str, Any] | None]]) -> list[Chunk]:
    """Return the chunks of points with their payloads, in the order of the ids."""
    payloads = {str(point): payload or {} for point, payload in found}
    return [chunk_from(payloads[point]) for point in ids if point in payloads]


def first_chunks(payloads: Iterable[Mapping[str, Any] | None]) -> int:
    """Return how many of the first chunks of a document are among these payloads: those before a missing one.

    Workers that write side by side may have written later ones before they were killed.
    """
    there = {(payload or {})["ordinal"] for payload in payloads}
    return next(number for number in count() if number not in there)
