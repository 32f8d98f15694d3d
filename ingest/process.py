"""Run an ingestion in a process of its own, so that it can be cancelled at any moment and questions stay fast.

The process lists, reads, parses, chunks and embeds. Only this process has the index open: the other one's writes come
over a connection, and are executed here. So a process that is killed loses nothing but its window (`ingest/write.py`).

    this process                         the ingestion's process
    Task                        ->       ingest() or rebuild() with a RemoteIndex
    one write of the index      <-       RemoteIndex.write_chunks(…)
    its result, or its error    ->
    Progress                    <-
    IngestReport, or an error   <-

It has a lower priority, and computes in all processor cores but one. It is kept for some seconds after a run: an upload
that follows need not wait for the embedder to load.
"""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeAlias

from core.domain import PermissionRule
from core.embedding import Embedder
from core.errors import GroundworkError
from core.index import Bm25Encoder, Index, IndexStore
from core.logs import LogContext, LogFormat, configure_logging, log_as, log_context
from core.types import Document, DocumentRecord, EmbeddedChunk, PassageVectors
from ingest.child import Child, lower_priority
from ingest.parse import Parser
from ingest.progress import Progress, ReportProgress
from ingest.report import IngestReport
from ingest.run import Stages, abandon, ingest, rebuild
from ingest.sandbox import SandboxedParser
from ingest.sources import Source

_KEPT_SECONDS = 30.0
"""A process without work. Chosen: several uploads in a row share it, and its memory (up to 1 GB with PyTorch) is free
soon."""
_POLL_SECONDS = 0.1
"""How soon a request to cancel is seen."""
_CALLS = frozenset(
    "records vectors_of chunks_written write_chunks write_document forget_hash change_groups remove_chunks "
    "remove_document settle".split()
)


@dataclass(frozen=True, slots=True)
class Workshop:
    """With what a process makes its own collaborators, and the form of its log; all of it is picklable.

    `load_embedder` takes the number of threads.
    """

    load_embedder: Callable[[int], Embedder]
    language: str
    parser: Parser
    log_format: LogFormat = "text"
    permissions: tuple[PermissionRule, ...] = ()


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be ingested; the lines of its log have the ids of `logged`."""

    sources: tuple[Source, ...]
    rebuilding: bool
    logged: LogContext


@dataclass(frozen=True, slots=True)
class _Call:
    """One call of the index or, for `begin_rebuild` and `finish_rebuild`, of its store."""

    name: str
    arguments: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class _Failed:
    """What was raised. `details` is the traceback of a bug, empty for an error that is raised on purpose."""

    error: Exception
    details: str = ""


@dataclass(frozen=True, slots=True)
class _Returned:
    value: Any


_Message: TypeAlias = _Call | Progress | IngestReport | _Failed


class Ingestion(Protocol):
    """Runs ingestions, one at a time."""

    def ingest(self, sources: Sequence[Source], index: Index, progress: ReportProgress) -> IngestReport:
        """Bring the index in line with the sources: see `ingest.run.ingest`. Raises what `progress` raises, too."""
        ...

    def rebuild(
        self, sources: Sequence[Source], store: IndexStore, progress: ReportProgress
    ) -> tuple[Index | None, IngestReport]:
        """Make a new generation: see `ingest.run.rebuild`. Raises what `progress` raises, too."""
        ...

    def close(self) -> None:
        """End what was started. No run may be going on."""
        ...


class IngestionHere:
    """An ingestion in this process, which may use all of its processors. Only files are parsed in another one."""

    def __init__(self, stages: Stages) -> None:
        self._stages = stages

    def ingest(self, sources: Sequence[Source], index: Index, progress: ReportProgress) -> IngestReport:
        """See Ingestion."""
        return ingest(sources, index, self._stages, progress)

    def rebuild(
        self, sources: Sequence[Source], store: IndexStore, progress: ReportProgress
    ) -> tuple[Index | None, IngestReport]:
        """See Ingestion."""
        return rebuild(sources, store, self._stages, progress)

    def close(self) -> None:
        """See Ingestion."""
        if isinstance(self._stages.parse, SandboxedParser):
            self._stages.parse.close()


class IngestionProcess:
    """The process, started when it is needed."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._child: Child | None = None
        self._running = threading.Lock()
        self._retiring: threading.Timer | None = None

    def ingest(self, sources: Sequence[Source], index: Index, progress: ReportProgress) -> IngestReport:
        """See Ingestion. What `progress` raises kills the process."""
        return self._run(_Task(tuple(sources), rebuilding=False, logged=log_context()), _Desk(index=index), progress)

    def rebuild(
        self, sources: Sequence[Source], store: IndexStore, progress: ReportProgress
    ) -> tuple[Index | None, IngestReport]:
        """See Ingestion. What `progress` raises kills the process."""
        desk = _Desk(store=store)
        try:
            report = self._run(_Task(tuple(sources), rebuilding=True, logged=log_context()), desk, progress)
        except BaseException:
            desk.abandon()
            raise
        if not desk.is_finished:
            desk.abandon()
            return None, report
        return desk.index, report

    def close(self) -> None:
        """See Ingestion."""
        with self._running:
            self._retire()

    def _run(self, task: _Task, desk: _Desk, progress: ReportProgress) -> IngestReport:
        with self._running:
            if self._retiring is not None:
                self._retiring.cancel()
            child = self._started()
            try:
                child.connection.send(task)
                return _serve(child, desk, progress)
            except BaseException:
                # Whatever happened, the next run begins with a process that waits for a task.
                child.kill()
                self._child = None
                raise
            finally:
                self._retiring = threading.Timer(_KEPT_SECONDS, self.close)
                self._retiring.daemon = True
                self._retiring.start()

    def _started(self) -> Child:
        if self._child is None or not self._child.is_alive:
            self._retire()
            self._child = Child.start(_work)
            self._child.connection.send(self._workshop)
        return self._child

    def _retire(self) -> None:
        if self._retiring is not None:
            self._retiring.cancel()
        if self._child is not None:
            self._child.kill()
            self._child = None


class _Desk:
    """Executes the calls of a run on the index, or on the new generation that it makes."""

    def __init__(self, index: Index | None = None, store: IndexStore | None = None) -> None:
        self.index = index
        self.is_finished = False
        self._is_switching = False
        self._store = store

    def execute(self, call: _Call) -> Any:
        """Execute a call. Raises what the index raises."""
        if self._store is not None and call.name == "begin_rebuild":
            self.index = self._store.begin_rebuild()
            return None
        if self._store is not None and self.index is not None and call.name == "finish_rebuild":
            self._is_switching = True
            self._store.finish_rebuild(self.index)
            self.is_finished = True
            return None
        if self.index is None or call.name not in _CALLS:
            raise ValueError(f"an ingestion has no call '{call.name}' here")
        return getattr(self.index, call.name)(*call.arguments, **dict(call.named))

    def abandon(self) -> None:
        """Remove a new generation, unless it may have become the current one: its switch may have failed half-way."""
        if self._store is not None and self.index is not None and not self._is_switching:
            abandon(self._store, self.index)


def _serve(child: Child, desk: _Desk, progress: ReportProgress) -> IngestReport:
    """Execute calls and pass progress on, until the report comes."""
    last = Progress(0, 0, "", "listing")
    while True:
        if not child.connection.poll(_POLL_SECONDS):
            # Nothing is new, but the run may have been cancelled.
            progress(last)
            continue
        try:
            message: _Message = child.connection.recv()
        except (EOFError, OSError):
            raise GroundworkError(
                f"The process of the ingestion ended unexpectedly ({child.end()}); perhaps the machine has no more "
                "memory. What was written stays; the next run of groundwork ingest goes on from there."
            ) from None
        match message:
            case Progress():
                last = message
                progress(last)
            case IngestReport():
                return message
            case _Failed():
                message.error.add_note(message.details)
                raise message.error
            case _Call():
                child.connection.send(_answer(desk, message))


def _answer(desk: _Desk, call: _Call) -> _Returned | _Failed:
    try:
        return _Returned(desk.execute(call))
    except Exception as error:
        return _Failed(error.with_traceback(None))


# The other process


class _RemoteIndex:
    """The Index that a run writes to: each call is executed by the process that has the index open."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def call(self, name: str, *arguments: Any, **named: Any) -> Any:
        self._connection.send(_Call(name, arguments, tuple(named.items())))
        # The parent is trusted; it is the one that started this process.
        answer: _Returned | _Failed = self._connection.recv()
        if isinstance(answer, _Failed):
            raise answer.error
        return answer.value

    def records(self) -> list[DocumentRecord]:
        found: list[DocumentRecord] = self.call("records")
        return found

    def write_chunks(self, chunks: Sequence[EmbeddedChunk]) -> None:
        self.call("write_chunks", list(chunks))

    def vectors_of(self, passages: Collection[str]) -> dict[str, PassageVectors]:
        found: dict[str, PassageVectors] = self.call("vectors_of", list(passages))
        return found

    def chunks_written(self, document_id: str, content_hash: str) -> int:
        return int(self.call("chunks_written", document_id, content_hash))

    def write_document(self, record: DocumentRecord, document: Document | None) -> None:
        self.call("write_document", record, document)

    def forget_hash(self, document_id: str) -> None:
        self.call("forget_hash", document_id)

    def change_groups(self, document_id: str, groups: frozenset[str]) -> None:
        self.call("change_groups", document_id, groups)

    def remove_chunks(self, document_id: str, *, except_hash: str) -> None:
        self.call("remove_chunks", document_id, except_hash=except_hash)

    def remove_document(self, document_id: str) -> None:
        self.call("remove_document", document_id)

    def settle(self) -> None:
        self.call("settle")

    def close(self) -> None:
        """Do nothing: the parent closes what it opened."""


class _RemoteStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin_rebuild(self) -> _RemoteIndex:
        index = _RemoteIndex(self._connection)
        index.call("begin_rebuild")
        return index

    def finish_rebuild(self, rebuilt: _RemoteIndex) -> None:
        rebuilt.call("finish_rebuild")

    def abandon_rebuild(self, rebuilt: _RemoteIndex) -> None:
        """Do nothing: the parent removes what it made."""


def _work(connection: Connection) -> None:
    """Run in the child: task after task, until the parent closes the connection."""
    lower_priority()
    workshop: Workshop = connection.recv()
    configure_logging(workshop.log_format)
    stages = Stages(
        SandboxedParser(workshop.parser),
        workshop.load_embedder(max(1, (os.cpu_count() or 1) - 1)),
        Bm25Encoder(workshop.language),
        workshop.permissions,
    )
    while True:
        task: _Task = connection.recv()
        log_as(task.logged)
        connection.send(_outcome(task, connection, stages))


def _outcome(task: _Task, connection: Connection, stages: Stages) -> IngestReport | _Failed:
    try:
        if task.rebuilding:
            return rebuild(task.sources, _RemoteStore(connection), stages, connection.send)[1]
        return ingest(task.sources, _RemoteIndex(connection), stages, connection.send)
    except (GroundworkError, OSError) as error:
        return _Failed(error.with_traceback(None))
    except Exception as error:
        # A bug. Its exception may not be picklable.
        return _Failed(RuntimeError(str(error)), traceback.format_exc())
