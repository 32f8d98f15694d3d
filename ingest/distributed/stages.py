"""What the workers do: examine, parse and chunk, embed, write. Each takes and yields tables of `messages.py`.

A worker that is killed is started again, and what it was doing is done again. That changes nothing: the ids of chunks
follow from their content and position, and a document's record is written behind its chunks, in the order of
`ingest/write.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from core.domain import PermissionRule
from core.errors import DocumentError
from core.index import Bm25Encoder, WritableIndex
from ingest.chunk import ChunkSize, chunk_document
from ingest.distributed.messages import EmbeddedPart, Examined, Part, Table, Task, Unread, Written, table_of, values_of
from ingest.documents import document_of
from ingest.patience import PatientIndex
from ingest.permissions import groups_of
from ingest.process import Workshop
from ingest.sandbox import SandboxedParser
from ingest.write import WINDOW_CHUNKS, announce, complete, embed_chunks


@dataclass(frozen=True, slots=True)
class Tools:
    """With what a worker makes its own collaborators; all of it is picklable."""

    workshop: Workshop
    open_index: Callable[[], WritableIndex]


def examine(tasks: Table, permissions: Sequence[PermissionRule]) -> Table:
    """Read documents and say which content they have, and who may read them."""
    return table_of(examined_of(task, permissions) for task in values_of(tasks))


def examined_of(task: Task, permissions: Sequence[PermissionRule]) -> Examined:
    """Read a document and say which content it has, and who may read it, or why neither can be said."""
    try:
        raw = task.item.read()
        return Examined(task.position, raw.content_hash, groups_of(task.item.document_id, raw, permissions))
    except DocumentError as error:
        return Examined(task.position, error=_without_cause(error))


class ParseAndChunk:
    """Reads, parses and chunks documents; a file is parsed in a process that can be killed (`ingest/sandbox.py`)."""

    def __init__(self, tools: Tools) -> None:
        self._parse = SandboxedParser(tools.workshop.parser)
        self._embedder = tools.workshop.load_embedder(1)
        self._size = ChunkSize.for_embedder(self._embedder)
        self._permissions = tools.workshop.permissions

    def __call__(self, tasks: Table) -> Iterator[Table]:
        """Yield the parts of each document, of at most WINDOW_CHUNKS chunks, or why it could not be read."""
        for task in values_of(tasks):
            try:
                parts = self._parts(task)
            except DocumentError as error:
                yield table_of([Unread(task.position, _without_cause(error))])
            else:
                for part in parts:
                    yield table_of([part])

    def close(self) -> None:
        """End the process that parses. In a worker it ends with the worker."""
        self._parse.close()

    def _parts(self, task: Task) -> list[Part]:
        raw = task.item.read()
        groups = groups_of(task.item.document_id, raw, self._permissions)
        document, blocks = document_of(task.source, task.item.document_id, raw, groups, self._parse)
        chunks = tuple(chunk_document(document, blocks, self._embedder.count_tokens, self._size))
        # A document without chunks has one part, too: its record is written.
        firsts = range(0, len(chunks), WINDOW_CHUNKS) or range(1)
        return [
            Part(
                position=task.position,
                document=document if number == 0 else replace(document, text=""),
                known=task.known,
                number=number,
                parts=len(firsts),
                chunks=chunks[first : first + WINDOW_CHUNKS],
                chunks_in_all=len(chunks),
            )
            for number, first in enumerate(firsts)
        ]


class Embed:
    """Makes the vectors of chunks, but for those of texts that the index has.

    A worker has one thread: as many work as there are processors.
    """

    def __init__(self, tools: Tools) -> None:
        self._embedder = tools.workshop.load_embedder(1)
        self._sparse = Bm25Encoder(tools.workshop.language)
        self._index = PatientIndex(tools.open_index())

    def __call__(self, parts: Table) -> Iterator[Table]:
        """Yield the parts with vectors, those of a window together: a batch is sorted by length."""
        window: list[Part] = []
        for value in values_of(parts):
            if isinstance(value, Unread):
                yield table_of([value])
                continue
            window.append(value)
            if sum(len(part.chunks) for part in window) >= WINDOW_CHUNKS:
                yield self._embedded(window)
                window = []
        if window:
            yield self._embedded(window)

    def _embedded(self, parts: Sequence[Part]) -> Table:
        chunks = [chunk for part in parts for chunk in part.chunks]
        embedded, reused = embed_chunks(chunks, self._index, self._embedder, self._sparse)
        following = iter(embedded)
        # The chunks are in `embedded` alone; the first part of a window counts for all of them.
        return table_of(
            EmbeddedPart(replace(part, chunks=()), tuple(islice(following, len(part.chunks))), 0 if place else reused)
            for place, part in enumerate(parts)
        )


class Write:
    """Writes chunks into the index, and the records of the documents that are complete with them."""

    def __init__(self, tools: Tools) -> None:
        self._index = PatientIndex(tools.open_index())

    def __call__(self, embedded: Table) -> Table:
        """Return what was written."""
        values: list[EmbeddedPart | Unread] = list(values_of(embedded))
        written = [value for value in values if isinstance(value, EmbeddedPart)]
        for each in written:
            announce(each.part.document, each.part.known, self._index)
        self._index.write_chunks([chunk for each in written for chunk in each.chunks])
        for each in written:
            if each.part.parts == 1:
                complete(each.part.document, each.part.known, each.part.chunks_in_all, self._index)
        return table_of(value if isinstance(value, Unread) else _written(value) for value in values)


def _written(embedded: EmbeddedPart) -> Written:
    part = embedded.part
    return Written(
        position=part.position,
        number=part.number,
        parts=part.parts,
        chunks=len(embedded.chunks),
        reused=embedded.reused,
        chunks_in_all=part.chunks_in_all,
        left_out=part.document.left_out,
        document=part.document if part.parts > 1 and part.number == 0 else None,
    )


def _without_cause(error: DocumentError) -> DocumentError:
    """Return the error alone: its cause may not be picklable."""
    return type(error)(error.reason)
