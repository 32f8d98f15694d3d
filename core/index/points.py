"""The schema that both backends share: values to the payloads of points, and back.

A collection has four kinds of points:

    chunk        all three vectors; found by search
    document     no vector; the record of a document and the first part of its parsed text
    text         no vector; a further part of the parsed text of a long document
    fingerprint  no vector; one for each generation

The distinct words of the chunks are points of a collection of their own, with the vector of their spelling; a word is a
point for each set of readers that it has.

The payload of chunks, documents and words has `readers`: the groups of the document, or "*" where everybody may read.
A point without the field is read by nobody but those who read everything.

The payload of a chunk has `passage`, which is equal for chunks of equal text: their vectors are computed once. Chunks
of earlier versions have none, and are embedded again when they are written again.

The vectors of a chunk are `dense`, `bm25` and the multivector `sentences`, one vector for each sentence unit, by which
the engine ranks with MaxSim. The payload has the sentence vectors too, a byte for each component: reading those of 60
chunks takes 2 ms, where the engine's lists of floats take 9 ms and, on a server, 3 MB of JSON.
"""

from __future__ import annotations

import base64
import math
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

import numpy as np

from core.index.spelling import spelled_words
from core.permissions import Readers
from core.types import (
    Chunk,
    Document,
    DocumentRecord,
    EmbeddedChunk,
    Hit,
    HybridQuery,
    PassageVectors,
    SparseVector,
    Vectors,
)

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
EVERYBODY = "*"
SCHEMA = "2"
"""The version of the payloads, in the fingerprint of an index."""
MOST_GROUPS = 10_000
"""Groups that are looked up in an index. Beyond them some documents are read only by those who read everything."""
REUSED_FIELDS = [PASSAGE, SENTENCE_VECTORS]
"""The part of a payload with which vectors are written again."""
COMPLETE = "complete"
INDEXED_FIELDS = (KIND, "document_id", "source", READERS, PASSAGE)
"""Keywords. COMPLETE, a truth value, is indexed besides, to be counted."""
RECORD_FIELDS = ["id", "name", "source", "content_hash", "chunks", "characters", "complete", "url", "same_as", READERS]
Restriction: TypeAlias = frozenset[str] | None
"""The groups of which a document must have one, unless everybody may read it. None: every document is read."""
PART_CHARACTERS = 1_000_000
"""Of a text in one point: a Qdrant server refuses requests of more than 32 MB, and a record is read with its point."""
_BATCH_VECTORS = 1024
"""Vectors in one request: 8 MB of JSON with 384 dimensions, 22 MB with 1,024. A Qdrant server refuses more than 32."""
_VECTOR_CHARACTERS = 8000
"""Of a text, which a request may have in place of a vector: both take about 8 kB of JSON."""
OVER_FETCH = 8
"""Hits beyond the limit, so that points of equal score are cut by id, and not at random."""


def words_fetched(limit: int) -> int:
    """Return how many words to fetch for `limit` distinct ones: some are there for several sets of readers."""
    return 2 * limit + OVER_FETCH


_NAMESPACE = uuid.UUID("c1a5f3f0-4f0e-5f4b-8f39-1d4f5c4c2f6b")
FINGERPRINT_POINT = str(uuid.uuid5(_NAMESPACE, FINGERPRINT))


def document_point(document_id: str) -> str:
    """Return the id of the point that has a document's record."""
    return str(uuid.uuid5(_NAMESPACE, f"{DOCUMENT}\0{document_id}"))


def readers_of(groups: Collection[str]) -> list[str]:
    """Return the groups of a document as the payload has them."""
    return sorted(groups) or [EVERYBODY]


def groups_of(payload: Mapping[str, Any]) -> frozenset[str]:
    """Return the groups in a payload: the inverse of `readers_of`."""
    return frozenset(payload[READERS]) - {EVERYBODY}


def is_visible(payload: Mapping[str, Any], readers: Readers) -> bool:
    """Say whether a point may be read; one that does not say who may is read by those who read everything."""
    stored = payload.get(READERS, ())
    return readers.everything or EVERYBODY in stored or not readers.groups.isdisjoint(stored)


def admitted(only: frozenset[str]) -> list[str]:
    """Return the values of `readers` of which a point must have one under a restriction."""
    return [EVERYBODY, *sorted(only)]


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


class Term(NamedTuple):
    """A word of chunks with these groups."""

    word: str
    groups: frozenset[str]


def order_of_terms(term: Term) -> tuple[str, list[str]]:
    """Return by what terms are ordered."""
    return term.word, sorted(term.groups)


def terms_of(chunks: Iterable[Chunk]) -> set[Term]:
    """Return the words of chunks."""
    by_groups: dict[frozenset[str], list[str]] = {}
    for chunk in chunks:
        by_groups.setdefault(chunk.groups, []).append(chunk.searchable_text)
    return {Term(word, groups) for groups, texts in by_groups.items() for word in spelled_words(texts)}


def term_point(term: Term) -> str:
    """Return the id of the point of a word: a word that is written twice is stored once."""
    return str(uuid.uuid5(_NAMESPACE, "\0".join((TERM, term.word, *readers_of(term.groups)))))


def term_payload(term: Term) -> dict[str, Any]:
    """Return the payload of a word."""
    return {"word": term.word, READERS: readers_of(term.groups)}


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


def pack_vectors(vectors: Vectors) -> str:
    """Return vectors of length 1 as Base64 of a signed byte for each component, in which the largest of a row is 127.

    What comes back has a cosine of at least .9999 to what was packed (384 dimensions; measured on 3,000 units).
    """
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=1e-12)
    return base64.b64encode(np.rint(vectors * (127 / largest)).astype(np.int8).tobytes()).decode("ascii")


def unpack_vectors(packed: Iterable[str], dimension: int) -> Vectors:
    """Return the vectors of several `pack_vectors`, one after the other: of length 1, shape (rows, dimension)."""
    components = np.frombuffer(b"".join(map(base64.b64decode, packed)), dtype=np.int8)
    vectors: Vectors = components.reshape(-1, dimension).astype(np.float32)
    vectors /= np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), 1.0)[:, None]
    return vectors


@dataclass(frozen=True, slots=True)
class StoredPoint:
    """A point of a document as it is stored: a chunk, a record or a part of a text, with all of its vectors.

    `dense` has the shape (dimension,), `sentences` (units, dimension); a point that is no chunk has no vectors.
    """

    id: str
    payload: Mapping[str, Any]
    dense: Vectors | None = None
    sparse: SparseVector | None = None
    sentences: Vectors | None = None


def stored_point(id: object, payload: Mapping[str, Any] | None, vector: Any) -> StoredPoint:
    """Return a point as an engine gives it, with its vectors by their names."""
    named = _named(vector)
    dense, sparse, sentences = named.get(DENSE), named.get(BM25), named.get(SENTENCES)
    return StoredPoint(
        id=str(id),
        payload=payload or {},
        dense=None if dense is None else np.array(dense, dtype=np.float32),
        sparse=None if sparse is None else SparseVector(tuple(sparse.indices), tuple(sparse.values)),
        sentences=None if sentences is None else np.array(sentences, dtype=np.float32),
    )


def vectors_of(point: StoredPoint, sparse: Callable[[SparseVector], Any]) -> dict[str, Any]:
    """Return the vectors of a point by their names; `sparse` makes a sparse vector as the engine takes it."""
    vectors: dict[str, Any] = {}
    if point.dense is not None:
        vectors[DENSE] = point.dense.tolist()
    if point.sparse is not None:
        vectors[BM25] = sparse(point.sparse)
    if point.sentences is not None:
        vectors[SENTENCES] = point.sentences.tolist()
    return vectors


def one_of_each(found: Iterable[tuple[object, Mapping[str, Any] | None]]) -> list[str]:
    """Return the id of one point of each passage, from points with their payloads."""
    chosen: dict[str, str] = {}
    for point, payload in found:
        chosen.setdefault((payload or {})[PASSAGE], str(point))
    return list(chosen.values())


def passage_vectors(found: Iterable[tuple[Mapping[str, Any] | None, Any]]) -> dict[str, PassageVectors]:
    """Return the vectors of points with their payloads, by passage."""
    vectors: dict[str, PassageVectors] = {}
    for payload, vector in found:
        stored = payload or {}
        named = _named(vector)
        dense = np.array(named[DENSE], dtype=np.float32)
        sentences = np.array(named.get(SENTENCES, ()), dtype=np.float32).reshape(-1, len(dense))
        vectors[stored[PASSAGE]] = PassageVectors(dense, sentences, stored[SENTENCE_VECTORS])
    return vectors


def terms_of_points(stored: Iterable[StoredPoint]) -> set[Term]:
    """Return the words of the chunks among points."""
    return terms_of(chunk_from(point.payload) for point in stored if point.payload[KIND] == CHUNK)


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
        str(uuid.uuid5(_NAMESPACE, name)): {**about, "text": document.text[start : start + PART_CHARACTERS]}
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


Item = TypeVar("Item")


class Found(Protocol):
    """A point that a search of an engine returned. Its vectors are `dense` and, where it has words, `bm25`."""

    @property
    def id(self) -> Any:
        """The id, a UUID."""
        ...

    @property
    def score(self) -> float:
        """By which the engine ranks."""
        ...

    @property
    def payload(self) -> Mapping[str, Any] | None:
        """What `chunk_payload` made."""
        ...

    @property
    def vector(self) -> Any:
        """The vectors by their names."""
        ...


def best_hits(found: Sequence[Found], query: HybridQuery, limit: int) -> list[Hit]:
    """Return the best points as hits, the highest score first, and equal scores by id.

    The order is the same on every call. Each hit has what the score does not show: the cosine to the query, the
    chunk's tokens with the weights of those in the query, and the vectors of its sentences.
    """
    best = sorted(found, key=lambda point: (-point.score, str(point.id)))[:limit]
    if not best:
        return []
    named = [_named(point.vector) for point in best]
    payloads = [point.payload or {} for point in best]
    similarities = np.array([vectors[DENSE] for vectors in named], dtype=np.float32) @ query.dense
    sentences = unpack_vectors((payload[SENTENCE_VECTORS] for payload in payloads), len(query.dense))
    chunks = [chunk_from(payload) for payload in payloads]
    weights = [_weights(vectors.get(BM25)) for vectors in named]
    ends = np.cumsum([len(chunk.sentences) for chunk in chunks]).tolist()
    return [
        Hit(
            chunk=chunk,
            fused=point.score,
            similarity=similarity,
            tokens=frozenset(terms),
            sentences=sentences[end - len(chunk.sentences) : end],
            matched={term: terms[term] for term in query.sparse.indices if term in terms},
        )
        for point, chunk, terms, similarity, end in zip(best, chunks, weights, similarities.tolist(), ends, strict=True)
    ]


def most_similar(found: Iterable[tuple[Mapping[str, Any], float]], limit: int) -> list[str]:
    """Return the distinct words of payloads by their scores, the highest first, equal scores in alphabetical order.

    Scores are compared to five digits: the engine adds up in any order.
    """
    ranked = sorted((-round(score, 5), str(payload["word"])) for payload, score in found)
    return list(dict.fromkeys(word for _, word in ranked))[:limit]


def unseen_idf(points_with_vector: int) -> float:
    """Return the IDF of a token that no point has, by Qdrant's formula ln((N - n + .5) / (n + .5) + 1)."""
    return math.log((points_with_vector + 0.5) / 0.5 + 1)


def is_unseen(idf: float, points_with_vector: int) -> bool:
    """Whether an IDF is that of a token that no point has.

    One that a single point has is less by about ln 3. The margin of a half allows for points written meanwhile.
    """
    return idf > unseen_idf(points_with_vector) - 0.5


def idf_from(token: int, score: float, vector: Any) -> float:
    """Return the engine's IDF: a query of one token with weight 1 scores IDF times the point's weight of the token."""
    sparse = _named(vector)[BM25]
    weights: dict[int, float] = dict(zip(sparse.indices, sparse.values, strict=True))
    return score / weights[token]


def batches(chunks: Sequence[EmbeddedChunk]) -> Iterable[list[EmbeddedChunk]]:
    """Yield the chunks in batches of at most _BATCH_VECTORS vectors, to bound the size of a request."""
    return _weighed(chunks, lambda chunk: 1 + len(chunk.sentences))


def point_batches(stored: Iterable[StoredPoint]) -> Iterable[list[StoredPoint]]:
    """Yield points in batches, to bound the size of a request: a long text counts like as many bytes of vectors."""
    return _weighed(stored, _weight)


def _weight(point: StoredPoint) -> int:
    units = 0 if point.sentences is None else len(point.sentences)
    return 1 + units + len(point.payload.get("text", "")) // _VECTOR_CHARACTERS


def _weighed(items: Iterable[Item], weight: Callable[[Item], int]) -> Iterable[list[Item]]:
    """Yield items in batches of at most _BATCH_VECTORS, or of one that is heavier."""
    batch: list[Item] = []
    total = 0
    for item in items:
        total += weight(item)
        if batch and total > _BATCH_VECTORS:
            yield batch
            batch, total = [], weight(item)
        batch.append(item)
    if batch:
        yield batch


def pages(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """Yield slices of at most 1,000 words or ids, to bound the size of a request."""
    for first in range(0, len(items), 1000):
        yield items[first : first + 1000]


def _weights(sparse: Any) -> dict[int, float]:
    """Return the weights of a BM25 vector by their tokens; none where a chunk has no words."""
    return dict(zip(sparse.indices, sparse.values, strict=True)) if sparse else {}


def _named(vector: Any) -> Mapping[str, Any]:
    return vector if isinstance(vector, dict) else {}
