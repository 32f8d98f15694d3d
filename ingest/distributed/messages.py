"""What the stages pass on: frozen values, each pickled in a row of its own.

    Task -> Examined                                     the first pass over all documents, on the driver's behalf
    Task -> Part | Unread -> EmbeddedPart | Unread -> Written | Unread     the second, over those that changed

`position` is the place of the document in the listing of the run.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow

from core.errors import DocumentError
from core.types import Chunk, Document, DocumentRecord, EmbeddedChunk
from ingest.sources import RawDocument, SourceItem

_COLUMN = "value"
Table: TypeAlias = pyarrow.Table


@dataclass(frozen=True, slots=True)
class Task:
    """A document of a source; `known` is its record from before the run."""

    position: int
    source: str
    """The name of the source."""
    item: SourceItem
    known: DocumentRecord | None = None


@dataclass(frozen=True, slots=True)
class ReadItem:
    """A document that the driver has read: a page of the web, which is asked for once and no faster than agreed."""

    document_id: str
    raw: RawDocument

    def read(self) -> RawDocument:
        """Return the document."""
        return self.raw


@dataclass(frozen=True, slots=True)
class Examined:
    """What the content of a document is and who may read it, or why neither can be said."""

    position: int
    content_hash: str = ""
    groups: frozenset[str] = frozenset()
    error: DocumentError | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A document that could not be read, or not be parsed."""

    position: int
    error: DocumentError


@dataclass(frozen=True, slots=True)
class Part:
    """The part `number` (from 0) of the `parts` of a document, with its chunks. The first alone has the text."""

    position: int
    document: Document
    known: DocumentRecord | None
    number: int
    parts: int
    chunks: tuple[Chunk, ...]
    chunks_in_all: int


@dataclass(frozen=True, slots=True)
class EmbeddedPart:
    """A part with the vectors of its chunks; `reused` of the parts of a window is how many were there before."""

    part: Part
    chunks: tuple[EmbeddedChunk, ...]
    reused: int


@dataclass(frozen=True, slots=True)
class Written:
    """A part whose chunks are in the index.

    A document of one part is complete then. One of several is completed when all of them have come: `document` is in
    the row of the first.
    """

    position: int
    number: int
    parts: int
    chunks: int
    reused: int
    chunks_in_all: int
    left_out: tuple[str, ...]
    document: Document | None = None


def rows_of(values: Iterable[Any]) -> list[dict[str, bytes]]:
    """Return values as the rows of a data set."""
    return [{_COLUMN: pickle.dumps(value, pickle.HIGHEST_PROTOCOL)} for value in values]


def table_of(values: Iterable[Any]) -> Table:
    """Return values as a table of pickled ones."""
    pickled = [pickle.dumps(value, pickle.HIGHEST_PROTOCOL) for value in values]
    return pyarrow.table({_COLUMN: pyarrow.array(pickled, pyarrow.binary())})


def values_of(table: Table) -> Iterator[Any]:
    """Yield the values of a table. All of them were pickled by this run's own processes."""
    for pickled in table.column(_COLUMN):
        yield pickle.loads(pickled.as_py())  # noqa: S301
