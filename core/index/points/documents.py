"""The payloads of documents, with the parts of their texts, and what is read of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.index.points.readers import groups_of, readers_of
from core.index.points.schema import DOCUMENT, KIND, NAMESPACE, READERS, TEXT
from core.types import Document, DocumentRecord

RECORD_FIELDS = ["id", "name", "source", "content_hash", "chunks", "characters", "complete", "url", "same_as", READERS]
PART_CHARACTERS = 1_000_000
"""Of a text in one point: a Qdrant server refuses requests of more than 32 MB, and a record is read with its point."""


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Records of documents in the order of their ids within the page.

    Pages follow each other in the order of the engine, which is that of the points' ids. `following` begins the next
    one, and is None after the last.
    """

    records: tuple[DocumentRecord, ...]
    following: str | None


def record_page(payloads: Iterable[Mapping[str, Any] | None], following: object) -> RecordPage:
    """Return the complete ones of some documents' payloads; `following` is the id of the point after them, or None."""
    records = (record_from(payload or {}) for payload in payloads)
    complete = sorted((record for record in records if record.complete), key=lambda record: record.id)
    return RecordPage(tuple(complete), None if following is None else str(following))


def complete_among(hits: Iterable[Any]) -> int:
    """Return the number of complete documents of a facet over COMPLETE."""
    return sum(hit.count for hit in hits if str(hit.value).lower() == "true")


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
        READERS: readers_of(record.groups),
        "text": document.text[:PART_CHARACTERS] if document else "",
        "further_parts": list(text_parts(document)) if document else [],
        "page_starts": list(document.page_starts) if document else [],
        "format": document.format if document else "rendered",
        "left_out": list(document.left_out) if document else [],
    }


def text_parts(document: Document) -> dict[str, dict[str, Any]]:
    """Return the payloads of the parts of a document's text behind the first one, by the ids of their points."""
    starts = range(PART_CHARACTERS, len(document.text), PART_CHARACTERS)
    # The parts of a new version must not overwrite those of the one that is still served.
    names = (f"{TEXT}\0{document.id}\0{document.content_hash}\0{start}" for start in starts)
    about = {KIND: TEXT, "document_id": document.id, "content_hash": document.content_hash}
    return {
        str(uuid.uuid5(NAMESPACE, name)): {**about, "text": document.text[start : start + PART_CHARACTERS]}
        for name, start in zip(names, starts, strict=True)
    }


def record_from(payload: Mapping[str, Any]) -> DocumentRecord:
    """Return the record in the payload of a document's point."""
    fields = {name: payload[name] for name in RECORD_FIELDS if name != READERS}
    return DocumentRecord(**fields, groups=groups_of(payload))


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
        # Documents from before formats were recorded have none.
        format=payload.get("format", "rendered"),
        left_out=tuple(payload["left_out"]),
        same_as=payload["same_as"],
        groups=groups_of(payload),
    )
