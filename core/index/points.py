"""The schema that both backends share: values to the payloads of points, and back.

A collection has four kinds of points:

    chunk        both vectors; found by search
    document     no vector; the record of a document and the first part of its parsed text
    text         no vector; a further part of the parsed text of a long document
    fingerprint  no vector; one for each generation
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from core.types import Chunk, Document, DocumentRecord, Hit, Vectors

DENSE = "dense"
BM25 = "bm25"
KIND = "kind"
CHUNK = "chunk"
DOCUMENT = "document"
TEXT = "text"
FINGERPRINT = "fingerprint"
INDEXED_FIELDS = (KIND, "document_id", "source")
RECORD_FIELDS = ["id", "name", "source", "content_hash", "chunks", "characters", "complete", "url", "same_as"]
PART_CHARACTERS = 1_000_000
"""Of a text in one point: a Qdrant server refuses requests of more than 32 MB, and a record is read with its point."""
OVER_FETCH = 8
"""Hits beyond the limit, so that points of equal score are cut by id, and not at random."""

_NAMESPACE = uuid.UUID("c1a5f3f0-4f0e-5f4b-8f39-1d4f5c4c2f6b")
FINGERPRINT_POINT = str(uuid.uuid5(_NAMESPACE, FINGERPRINT))


def document_point(document_id: str) -> str:
    """Return the id of the point that has a document's record."""
    return str(uuid.uuid5(_NAMESPACE, f"{DOCUMENT}\0{document_id}"))


def chunk_payload(chunk: Chunk) -> dict[str, Any]:
    """Return the payload of a chunk."""
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
    }


def chunk_from(payload: Mapping[str, Any]) -> Chunk:
    """Return the chunk of a payload: the inverse of `chunk_payload`."""
    values = {name: value for name, value in payload.items() if name != KIND}
    return Chunk(**{**values, "section": tuple(values["section"])})


def record_payload(record: DocumentRecord, document: Document | None) -> dict[str, Any]:
    """Return the payload of a document's record, with the text once all chunks are written."""
    return {
        KIND: DOCUMENT,
        "id": record.id,
        "name": record.name,
        "source": record.source,
        "content_hash": record.content_hash,
        "chunks": record.chunks,
        "characters": record.characters,
        "complete": record.complete,
        "url": record.url,
        "same_as": record.same_as,
        "text": document.text[:PART_CHARACTERS] if document else "",
        "further_parts": list(text_parts(document)) if document else [],
        "page_starts": list(document.page_starts) if document else [],
        "left_out": list(document.left_out) if document else [],
    }


def text_parts(document: Document) -> dict[str, dict[str, Any]]:
    """Return the payloads of the parts of a document's text behind the first one, by the ids of their points."""
    starts = range(PART_CHARACTERS, len(document.text), PART_CHARACTERS)
    # The parts of a new version must not overwrite those of the one that is still served.
    names = (f"{TEXT}\0{document.id}\0{document.content_hash}\0{start}" for start in starts)
    about = {KIND: TEXT, "document_id": document.id, "content_hash": document.content_hash}
    return {
        str(uuid.uuid5(_NAMESPACE, name)): {**about, "text": document.text[start : start + PART_CHARACTERS]}
        for name, start in zip(names, starts, strict=True)
    }


def record_from(payload: Mapping[str, Any]) -> DocumentRecord:
    """Return the record in the payload of a document's point."""
    return DocumentRecord(**{name: payload[name] for name in RECORD_FIELDS})


def document_from(payload: Mapping[str, Any], read_part: Callable[[str], str]) -> Document | None:
    """Return the parsed document in the payload of a document's point; None while it is incomplete.

    `read_part` returns the text in the point with an id.
    """
    if not payload["complete"]:
        return None
    further = map(read_part, payload.get("further_parts", ()))
    return Document(
        id=payload["id"],
        name=payload["name"],
        source=payload["source"],
        text="".join((payload["text"], *further)),
        content_hash=payload["content_hash"],
        url=payload["url"],
        page_starts=tuple(payload["page_starts"]),
        left_out=tuple(payload["left_out"]),
        same_as=payload["same_as"],
    )


def make_hit(payload: Mapping[str, Any], fused: float, vector: Any, query: Vectors) -> Hit:
    """Return a hit with the cosine to the query and the chunk's tokens, which the fused score does not show.

    `vector` are the point's vectors as the engine gives them.
    """
    vectors = _named(vector)
    return Hit(
        chunk=chunk_from(payload),
        fused=fused,
        similarity=float(np.dot(np.asarray(vectors[DENSE], dtype=np.float32), query)),
        tokens=frozenset(vectors[BM25].indices) if BM25 in vectors else frozenset(),
    )


def best_first(hits: Iterable[Hit], limit: int) -> list[Hit]:
    """Sort by fused score, the highest first, and equal scores by id: the order is the same on every call."""
    return sorted(hits, key=lambda hit: (-hit.fused, hit.chunk.id))[:limit]


def unseen_idf(points_with_vector: int) -> float:
    """Return the IDF of a token that no point has, by Qdrant's formula ln((N - n + .5) / (n + .5) + 1)."""
    return math.log((points_with_vector + 0.5) / 0.5 + 1)


def idf_from(token: int, score: float, vector: Any) -> float:
    """Return the engine's IDF: a query of one token with weight 1 scores IDF times the point's weight of the token."""
    sparse = _named(vector)[BM25]
    weights: dict[int, float] = dict(zip(sparse.indices, sparse.values, strict=True))
    return score / weights[token]


def batches(points: Sequence[Any], size: int = 256) -> Iterable[Sequence[Any]]:
    """Yield slices of at most `size` points, to bound the size of a request."""
    for first in range(0, len(points), size):
        yield points[first : first + size]


def _named(vector: Any) -> Mapping[str, Any]:
    return vector if isinstance(vector, dict) else {}
