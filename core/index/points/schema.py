"""The names of fields, vectors and kinds of points, and the ids of points."""

from __future__ import annotations

import uuid

DENSE = "dense"
BM25 = "bm25"
SENTENCES = "sentences"
SENTENCE_VECTORS = "sentence_vectors"
SPELLING = "spelling"
KIND = "kind"
CHUNK = "chunk"
DOCUMENT = "document"
TEXT = "text"
TERM = "term"
FINGERPRINT = "fingerprint"
READERS = "readers"
PASSAGE = "passage"
COMPLETE = "complete"
SCHEMA = "2"
"""The version of the payloads, in the fingerprint of an index."""
INDEXED_FIELDS = (KIND, "document_id", "source", READERS, PASSAGE)
"""Keywords. COMPLETE, a truth value, is indexed besides, to be counted."""
NAMESPACE = uuid.UUID("c1a5f3f0-4f0e-5f4b-8f39-1d4f5c4c2f6b")
FINGERPRINT_POINT = str(uuid.uuid5(NAMESPACE, FINGERPRINT))


def document_point(document_id: str) -> str:
    """Return the id of the point that has a document's record."""
    return str(uuid.uuid5(NAMESPACE, f"{DOCUMENT}\0{document_id}"))
