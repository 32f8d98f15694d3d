"""Write the changed documents of a run on Ray Data: the same stages and points as in one process.

    driver: list       -> workers: read, hash               -> driver: compare with the records of the index
    changed documents  -> parse and chunk -> embed -> write -> driver: count, and complete documents of several parts

Everything else of a run (copies, vanished documents, the report) is that of `ingest/run.py`, on the driver. Documents
of other sources are not touched, and unchanged ones are read and hashed by the workers, no more.

Every worker reads the files itself: a folder must be at the same path on every node. Pages of the web are read by the
driver, which keeps the rate that was agreed for a host. A run that is killed, or that ends with an error, is finished
by the next one, whichever engine that has: workers begin an incomplete document from its first chunk, a local run goes
on from the first one that is missing.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from core.errors import DocumentError, GroundworkError, UnreadablePermissions
from core.types import Document, DocumentRecord
from ingest.copies import Copy
from ingest.distributed.messages import Examined, ReadItem, Task, Unread, Written, rows_of, values_of
from ingest.distributed.stages import Embed, ParseAndChunk, Tools, Write, examine, examined_of
from ingest.documents import Run, parsed_document
from ingest.listing import Listing
from ingest.permissions import groups_of
from ingest.progress import Meter
from ingest.report import LeftOut
from ingest.run import Comparison
from ingest.sources import SourceItem
from ingest.sources.web.url_list import PageItem
from ingest.write import complete

if TYPE_CHECKING:
    from ray.data import Dataset

_BLOCK_BYTES = 4_000_000
"""Of a table between two stages. Chosen: the text of 3,000 chunks, or about 400 chunks with their vectors."""
_MOST_DOCUMENTS = 256
"""In one table: what is done again after a worker was killed."""
_FEW = 8
"""Documents that the driver writes itself: a file that could not be read is tried again by every run, and starting the
workers takes longer."""
_MOST_RETRIES = 3
"""Of a table whose worker died. Ray's own default is no limit: a document that ends every worker would never end."""
_PARSER_SHARE = 0.5
_WRITER_SHARE = 0.25
"""Of a processor, that a worker takes. A writer waits for the server."""


@dataclass(frozen=True, slots=True)
class Pools:
    """How many workers each stage has. Together they fit the cluster."""

    parsers: int
    embedders: int
    writers: int

    @classmethod
    def for_processors(cls, processors: int) -> Pools:
        """Return the pools for at least two processors: embedding gets what the other stages leave."""
        parsers, writers = max(1, processors // 4), max(1, processors // 8)
        embedders = int(processors - _PARSER_SHARE * parsers - _WRITER_SHARE * writers)
        return cls(parsers, embedders, writers)


class RayWriter:
    """Writes changed documents on a Ray that is connected: see `ingest.run.WriteChanged`."""

    def __init__(self, tools: Tools, processors: int) -> None:
        self._tools = tools
        self._processors = processors

    def __call__(self, listing: Listing, records: Mapping[str, DocumentRecord], meter: Meter, run: Run) -> list[Copy]:
        """Write the documents that are new or changed, and return the copies among them."""
        comparison = Comparison(records, run)
        changed = self._changed(listing, records, comparison, meter, run)
        if len(changed) <= _FEW:
            _write_on_driver(changed, meter, run)
        else:
            endings = _Endings(changed, meter, run)
            for value in _values(self._written(changed)):
                endings.take(value)
        _in_order(listing, run)
        return comparison.copies

    def _changed(
        self,
        listing: Listing,
        records: Mapping[str, DocumentRecord],
        comparison: Comparison,
        meter: Meter,
        run: Run,
    ) -> list[Task]:
        """Return the documents that are to be written; count the others, in the order of the listing."""
        changed: list[Task] = []
        examined = self._examined(listing)
        for position, (source, listed) in enumerate(listing.items):
            known = records.get(listed.document_id)
            item = listed
            try:
                comparison.check_owner(source, item)
                if position not in examined:
                    item = ReadItem(item.document_id, item.read())
                    examined[position] = examined_of(Task(position, source.name, item), run.permissions)
                found = examined[position]
                if found.error is not None:
                    raise found.error
                if comparison.is_to_be_written(source, item, found.content_hash, found.groups):
                    comparison.originals.add(source.name, found.content_hash, found.groups, item.document_id)
                    changed.append(Task(position, source.name, item, known))
                    continue
            except DocumentError as error:
                _count(item, known, error, run)
            meter.read(item.document_id)
        return changed

    def _examined(self, listing: Listing) -> dict[int, Examined]:
        """Return what the workers say of the documents that they can read, by position: of all but pages of the web."""
        tasks = [
            Task(position, source.name, item)
            for position, (source, item) in enumerate(listing.items)
            if not isinstance(item, PageItem)
        ]
        if not tasks:
            return {}
        examined = self._tables(tasks).map_batches(
            partial(examine, permissions=self._tools.workshop.permissions),
            batch_size=None,
            batch_format="pyarrow",
            num_cpus=1,
        )
        return {one.position: one for one in _values(examined)}

    def _written(self, changed: Sequence[Task]) -> Dataset:
        pools = Pools.for_processors(self._processors)
        parsed = self._mapped(self._tables(changed), ParseAndChunk, pools.parsers, _PARSER_SHARE)
        embedded = self._mapped(parsed, Embed, pools.embedders, 1)
        return self._mapped(embedded, Write, pools.writers, _WRITER_SHARE)

    def _mapped(self, tables: Dataset, stage: type[Any], workers: int, share: float) -> Dataset:
        """Return what so many workers of a stage make of the tables; each takes this share of a processor."""
        from ray.data import ActorPoolStrategy

        with warnings.catch_warnings():
            # Ray 2.60 has no other way to limit retries than this argument, which it will replace.
            warnings.filterwarnings("ignore", message="`ray_remote_args` is deprecated")
            return tables.map_batches(
                stage,
                batch_size=None,
                batch_format="pyarrow",
                # Ray ends a run whose operator gets fewer tables than the pool's least size, where warnings are errors.
                compute=ActorPoolStrategy(min_size=1, max_size=workers, initial_size=workers),
                num_cpus=share,
                fn_constructor_args=(self._tools,),
                max_task_retries=_MOST_RETRIES,
            )

    def _tables(self, tasks: Sequence[Task]) -> Dataset:
        """Return tables of few enough documents that every worker has some, and not many more."""
        import ray
        from ray.data import DataContext

        context = DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        context.target_max_block_size = _BLOCK_BYTES
        context.target_min_block_size = 1
        most = max(1, min(_MOST_DOCUMENTS, len(tasks) // (8 * self._processors)))
        return ray.data.from_items(rows_of(tasks), override_num_blocks=-(-len(tasks) // most))


def _write_on_driver(tasks: Sequence[Task], meter: Meter, run: Run) -> None:
    """Write a few documents in this process, as a local run does."""
    for task in tasks:
        try:
            raw = task.item.read()
            groups = groups_of(task.item.document_id, raw, run.permissions)
            document, blocks = parsed_document(task.source, task.item, raw, groups, run)
        except DocumentError as error:
            _count(task.item, task.known, error, run)
        else:
            run.writer.write(document, blocks, task.known)
        meter.read(task.item.document_id)
    run.writer.flush()


class _Endings:
    """Counts what the workers wrote, and completes the documents of several parts when the last one has come."""

    def __init__(self, tasks: Iterable[Task], meter: Meter, run: Run) -> None:
        self._tasks = {task.position: task for task in tasks}
        self._meter = meter
        self._run = run
        self._parts: dict[int, set[int]] = {}
        self._texts: dict[int, Document] = {}

    def take(self, value: Written | Unread) -> None:
        """Count a part, or a document that could not be read. A part that comes twice is counted once."""
        task = self._tasks[value.position]
        if isinstance(value, Unread):
            _count(task.item, task.known, value.error, self._run)
            self._meter.read(task.item.document_id)
            return
        come = self._parts.setdefault(value.position, set())
        if value.number in come:
            return
        come.add(value.number)
        self._run.tally.reused += value.reused
        self._count_chunks(value.chunks)
        if value.document is not None:
            self._texts[value.position] = value.document
        if len(come) == value.parts:
            self._end(task, value)

    def _count_chunks(self, chunks: int) -> None:
        self._run.tally.chunks += chunks
        for _ in range(chunks):
            self._meter.chunk(0)
        self._meter.embed(chunks)

    def _end(self, task: Task, last: Written) -> None:
        document = self._texts.pop(last.position, None)
        if document is not None:
            complete(document, task.known, last.chunks_in_all, self._run.index)
        self._run.tally.complete(task.known)
        self._run.tally.left_out += [LeftOut(task.item.document_id, what) for what in last.left_out]
        self._meter.read(task.item.document_id)


def _count(item: SourceItem, known: DocumentRecord | None, error: DocumentError, run: Run) -> None:
    if isinstance(error, UnreadablePermissions):
        run.refuse(item, known, error)
    else:
        run.tally.count_unread(item, known, error)


def _in_order(listing: Listing, run: Run) -> None:
    """Bring what the report names into the order of the listing. A source that could not be listed comes first."""
    places = {item.document_id: place for place, (_, item) in enumerate(listing.items)}
    for rows in (run.tally.failed, run.tally.skipped, run.tally.left_out):
        rows.sort(key=lambda row: places.get(row.path, -1))


def _values(dataset: Dataset) -> Iterator[Any]:
    """Run the stages and yield what comes out of them. Raises what a stage raised on purpose, or GroundworkError."""
    try:
        for table in dataset.iter_batches(batch_size=None, batch_format="pyarrow"):
            yield from values_of(table)
    except Exception as error:
        raise _cause(error) from error


def _cause(error: BaseException) -> GroundworkError:
    """Return what a worker raised. Ray gives it as the cause of an error of its own."""
    seen: BaseException | None = error
    while seen is not None:
        cause = getattr(seen, "cause", None)
        if isinstance(cause, GroundworkError):
            return cause
        seen = cause if isinstance(cause, BaseException) else seen.__cause__
    return GroundworkError(
        f"Ray could not finish the ingestion: {type(error).__name__}: {str(error).strip()[-2000:]}. What was written "
        "stays; the next run of groundwork ingest goes on from there."
    )
