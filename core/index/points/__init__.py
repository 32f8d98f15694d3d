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

    schema     the names of fields, vectors and kinds of points, and the ids of points
    readers    who may read a point: its groups, and the conditions of a restriction
    vectors    the vectors of points: packed into payloads, and read back by passage
    chunks     the payloads of chunks, and chunks of payloads
    documents  the payloads of documents, with the parts of their texts, and what is read of them
    hits       what a search of an engine found, as hits in an order of their own, and the IDF of tokens
    words      the distinct words of the chunks: a point for each word and set of readers
    stored     points as they are stored, with all of their vectors: what a backup has
    batches    batches of what is written, to bound the size of a request
"""

from core.index.points.batches import batches, pages, point_batches
from core.index.points.chunks import chunk_from, chunk_payload, chunks_in_order, first_chunks
from core.index.points.documents import (
    PART_CHARACTERS,
    RECORD_FIELDS,
    RecordPage,
    complete_among,
    document_from,
    record_from,
    record_page,
    record_payload,
    text_parts,
)
from core.index.points.hits import OVER_FETCH, Found, best_hits, idf_from, is_unseen, unseen_idf
from core.index.points.readers import EVERYBODY, MOST_GROUPS, Restriction, admitted, groups_of, is_visible, readers_of
from core.index.points.schema import (
    BM25,
    CHUNK,
    COMPLETE,
    DENSE,
    DOCUMENT,
    FINGERPRINT,
    FINGERPRINT_POINT,
    INDEXED_FIELDS,
    KIND,
    PASSAGE,
    READERS,
    SCHEMA,
    SENTENCE_VECTORS,
    SENTENCES,
    SPELLING,
    TERM,
    TEXT,
    document_point,
)
from core.index.points.stored import StoredPoint, stored_point, terms_of_points, vectors_of
from core.index.points.vectors import REUSED_FIELDS, one_of_each, pack_vectors, passage_vectors, unpack_vectors
from core.index.points.words import (
    Term,
    most_similar,
    order_of_terms,
    term_payload,
    term_point,
    terms_of,
    words_fetched,
)

__all__ = [
    "BM25",
    "CHUNK",
    "COMPLETE",
    "DENSE",
    "DOCUMENT",
    "EVERYBODY",
    "FINGERPRINT",
    "FINGERPRINT_POINT",
    "INDEXED_FIELDS",
    "KIND",
    "MOST_GROUPS",
    "OVER_FETCH",
    "PART_CHARACTERS",
    "PASSAGE",
    "READERS",
    "RECORD_FIELDS",
    "REUSED_FIELDS",
    "SCHEMA",
    "SENTENCES",
    "SENTENCE_VECTORS",
    "SPELLING",
    "TERM",
    "TEXT",
    "Found",
    "RecordPage",
    "Restriction",
    "StoredPoint",
    "Term",
    "admitted",
    "batches",
    "best_hits",
    "chunk_from",
    "chunk_payload",
    "chunks_in_order",
    "complete_among",
    "document_from",
    "document_point",
    "first_chunks",
    "groups_of",
    "idf_from",
    "is_unseen",
    "is_visible",
    "most_similar",
    "one_of_each",
    "order_of_terms",
    "pack_vectors",
    "pages",
    "passage_vectors",
    "point_batches",
    "readers_of",
    "record_from",
    "record_page",
    "record_payload",
    "stored_point",
    "term_payload",
    "term_point",
    "terms_of",
    "terms_of_points",
    "text_parts",
    "unpack_vectors",
    "unseen_idf",
    "vectors_of",
    "words_fetched",
]
