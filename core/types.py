"""The values that the packages exchange. All are frozen; none does I/O."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.text import Span, search_form, search_form_of_spans

Vectors: TypeAlias = NDArray[np.float32]
"""Dense vectors, shape (texts, dimension), each of length 1."""

Role: TypeAlias = Literal["system", "user", "assistant"]

TextFormat: TypeAlias = Literal["markdown", "plain", "rendered"]
"""How the text of a document is to be read.

    markdown  the author wrote Markdown: lines that follow each other are one paragraph
    plain     text or source code: nothing in it is markup
    rendered  made from another format: headings, lists and tables are marked as in Markdown, but nothing is escaped,
              and the end of a line is the end of a line
"""

_NAMESPACE = uuid.UUID("6f7b6a0e-5d3c-5c6e-9d55-0c6d9f1a7e11")


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class SparseVector:
    """A BM25 vector: token ids (Qdrant's murmur hashes) and their weights, of equal length."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document.

    `id` is the path relative to the source's root (`leave/parental.md`), or what the source gives; the offsets of
    chunks and citations count characters of `text`; `content_hash` is the SHA-256 of the raw bytes (of a reader's
    document with its title before them); `page_starts` are the offsets at which page 1, 2, … begin (empty for a format
    without pages); `format` says how the text is to be read; `left_out` are phrases for what the file has beside the
    text ("2 comments"). `same_as` is the id of the document of the same source with the same content and groups
    whose chunks represent this one too; the text is then stored there alone, and is empty here. `groups` may read it:
    see `core/permissions.py`.
    """

    id: str
    name: str
    source: str
    text: str
    content_hash: str
    url: str | None = None
    page_starts: tuple[int, ...] = ()
    format: TextFormat = "rendered"
    left_out: tuple[str, ...] = ()
    same_as: str | None = None
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What the index stores about a document, apart from its text.

    `complete` is False while its chunks are being written: after an interrupted run it is still False, and the next run
    writes the document again. `same_as` is the id of the document whose chunks represent this one too; such a record
    has no chunks of its own. `groups` may read it: see `core/permissions.py`.
    """

    id: str
    name: str
    source: str
    content_hash: str
    chunks: int
    characters: int
    complete: bool
    url: str | None = None
    same_as: str | None = None
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A contiguous part of a document: `document.text[start:end] == text`.

    `section` is the path of headings above it; `lead` is text that belongs before it but is elsewhere in the document:
    the header of a table that was split, and the first cell of a row that was. Embedder and model read the lead;
    offsets do not count it. `sentences` are the spans of its sentence units in `text` (`ingest/units.py`), in order.
    `groups` are those of its document.
    """

    document_id: str
    document_name: str
    source: str
    content_hash: str
    ordinal: int
    text: str
    start: int
    end: int
    section: tuple[str, ...] = ()
    page: int | None = None
    url: str | None = None
    lead: str = ""
    sentences: tuple[Span, ...] = ()
    groups: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """Return the id of `chunk_id`."""
        return chunk_id(self.document_id, self.content_hash, self.ordinal)

    @property
    def searchable_text(self) -> str:
        """Return what is embedded and indexed: document name, headings, lead and text, in their search form."""
        return search_form(self._before_text + self.text)

    @property
    def searchable_sentences(self) -> tuple[str, tuple[Span, ...]]:
        """Return `searchable_text`, and where each of the `sentences` is in it."""
        before = self._before_text
        shifted = [(start + len(before), end + len(before)) for start, end in self.sentences]
        return search_form_of_spans(before + self.text, shifted)

    @property
    def passage(self) -> str:
        """Return what identifies the text that is embedded and its sentence units: 32 hexadecimal digits."""
        text, spans = self.searchable_sentences
        return hashlib.blake2b(f"{text}\0{spans}".encode(), digest_size=16).hexdigest()

    @property
    def _before_text(self) -> str:
        return f"{self.heading}\n{with_lead(self.lead, '')}"

    @property
    def section_line(self) -> str | None:
        """Return the headings without the document's own name as one line; None where there are none."""
        return " > ".join(name for name in self.section if name != self.document_name) or None

    @property
    def heading(self) -> str:
        """Return document name and headings as one line."""
        return heading_line(self.document_name, self.section)


def chunk_id(document_id: str, content_hash: str, ordinal: int) -> str:
    """Return a UUID made of document, content and position: a chunk that is written twice is stored once."""
    return str(uuid.uuid5(_NAMESPACE, f"{document_id}\0{content_hash}\0{ordinal}"))


def with_lead(lead: str, text: str) -> str:
    """Return lead and text, on a line each unless the lead ends within the table row that the text continues."""
    separator = "" if not lead or lead.endswith("| ") else "\n"
    return f"{lead}{separator}{text}"


def heading_line(document_name: str, section: tuple[str, ...]) -> str:
    """Return document name and headings as one line, in which a repeated heading occurs once."""
    return " > ".join(dict.fromkeys((document_name, *section)))


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """The vectors of a text as an index has them: `dense` has shape (dimension,), `sentences` (units, dimension).

    `packed` are the sentence vectors as they lie in the payload (`core.index.points.pack_vectors`); None before they
    were written. They are kept as they are: packing again what the engine has rounded may change a byte.
    """

    dense: Vectors
    sentences: Vectors
    packed: str | None = None


@dataclass(frozen=True, slots=True)
class EmbeddedChunk:
    """A chunk with its vectors: `dense` has shape (dimension,), `sentences` (len(chunk.sentences), dimension).

    `packed` is that of `PassageVectors`.
    """

    chunk: Chunk
    dense: Vectors
    sparse: SparseVector
    sentences: Vectors
    packed: str | None = None


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """A restriction of a search. An empty tuple restricts nothing; the values of one field are alternatives."""

    document_ids: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HybridQuery:
    """A query in both forms, and how the engine fuses the two rankings.

    `candidates` is the number taken from each of the two rankings, `rrf_k` the constant of reciprocal rank
    fusion: score = sum over the rankings of 1 / (rrf_k + rank), rank from 0 (Qdrant's form). With `by_sentences` the
    engine then orders the fused candidates by MaxSim: the largest cosine of the query and one of a chunk's sentences.
    """

    dense: Vectors
    sparse: SparseVector
    candidates: int
    rrf_k: int
    filter: SearchFilter = field(default_factory=SearchFilter)
    by_sentences: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that the index returns, with its scores.

    `fused` is the score by which hits are ordered: of rank fusion, or MaxSim where the query asks for it. `similarity`
    is the cosine of query and chunk; `tokens` are the BM25 token ids of the chunk, from which the caller computes which
    of the question's terms it has. `sentences` are the vectors of `chunk.sentences`, shape (units, dimension), of
    length 1: their cosines to the query are `sentences @ query`. `matched` are the query's terms that the chunk has,
    with their BM25 weights in it: times the IDF, they add up to its BM25 score.
    """

    chunk: Chunk
    fused: float
    similarity: float
    tokens: frozenset[int]
    sentences: Vectors = field(compare=False)
    matched: Mapping[int, float] = field(default_factory=dict)
