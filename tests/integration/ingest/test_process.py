"""An ingestion in a process of its own: the index is here, the reading and embedding there."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain import ReaderSettings
from core.errors import ConfigurationError, GroundworkError, IndexFault, IngestionCancelled
from core.index import Index
from core.index.edge.index import EdgeIndex
from core.index.edge.store import EdgeStore
from core.permissions import EVERYTHING
from core.types import DocumentRecord
from ingest.parse import parse
from ingest.process import IngestionHere, IngestionProcess, Workshop
from ingest.progress import Progress
from ingest.sources import FolderSource
from ingest.sources.readers import ReaderSource
from testing.builders import hash_fingerprint, hash_stages, no_progress, query_of
from testing.slow_embedder import slow_embedder

WORKSHOP = Workshop(slow_embedder, "english", parse)


@pytest.fixture(scope="module")
def process() -> Iterator[IngestionProcess]:
    made = IngestionProcess(WORKSHOP)
    yield made
    made.close()


def write(folder: Path, **pages: str) -> list[FolderSource]:
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return [FolderSource("handbook", folder)]


def long_text(paragraphs: int) -> str:
    return "\n\n".join(f"Paragraph {number} says {'something ' * 150}." for number in range(paragraphs))


def contents(index: Index) -> tuple[list[DocumentRecord], int, set[str]]:
    return (
        index.records(),
        index.visible_to(EVERYTHING).chunk_count(),
        {hit.chunk.id for hit in index.visible_to(EVERYTHING).search(query_of("page"), 100)},
    )


def test_it_writes_what_an_ingestion_in_this_process_writes(
    process: IngestionProcess, folder: Path, index: Index, tmp_path: Path
) -> None:
    sources = write(folder, leave="# Leave\n\nThis page: 25 days.", travel="This page: by train.", empty="")
    (tmp_path / "here").mkdir()
    here = EdgeStore(tmp_path / "here", hash_fingerprint()).open()
    seen: list[Progress] = []

    report = process.ingest(sources, index, seen.append)

    expected = IngestionHere(hash_stages()).ingest(sources, here, no_progress)
    assert (report.created, report.chunks, report.failed) == (2, 2, expected.failed)
    assert contents(index) == contents(here)
    texts = [one.visible_to(EVERYTHING).document("leave.md") for one in (index, here)]
    assert texts[0] == texts[1]
    assert (seen[-1].done, seen[-1].total, seen[-1].chunks) == (3, 3, 2)
    here.close()


def test_changed_and_vanished_documents_are_updated_and_removed(
    process: IngestionProcess, folder: Path, index: Index
) -> None:
    sources = write(folder, leave="This page: 25 days.", travel="This page: by train.")
    process.ingest(sources, index, no_progress)
    write(folder, leave="This page: 30 days.")
    (folder / "travel.md").unlink()

    report = process.ingest(sources, index, no_progress)

    assert (report.created, report.updated, report.deleted) == (0, 1, 1)
    assert [hit.chunk.text for hit in index.visible_to(EVERYTHING).search(query_of("page"), 9)] == [
        "This page: 30 days."
    ]


def test_a_rebuild_becomes_the_current_generation(
    process: IngestionProcess, folder: Path, store: EdgeStore, index: Index
) -> None:
    process.ingest(write(folder, leave="This page: 25 days."), index, no_progress)
    rebuilt, report = process.rebuild(write(folder, leave="This page: 30 days."), store, no_progress)
    assert report.created == 1
    assert isinstance(rebuilt, EdgeIndex)
    assert rebuilt.folder.name == "generation-0002"
    assert [hit.chunk.text for hit in rebuilt.visible_to(EVERYTHING).search(query_of("page"), 9)] == [
        "This page: 30 days."
    ]
    rebuilt.close()


def test_a_rebuild_in_which_nothing_can_be_read_changes_nothing(
    process: IngestionProcess, folder: Path, store: EdgeStore, index: Index
) -> None:
    rebuilt, report = process.rebuild(write(folder, empty=""), store, no_progress)
    assert rebuilt is None
    assert report.exit_code == 1
    assert isinstance(index, EdgeIndex)
    assert store._current() == index.folder


class Stop:
    """Cancels a run at the first progress of a stage; says how long it took until the run had ended."""

    def __init__(self, stage: str, after: float = 0.0) -> None:
        self.stage = stage
        self.after = after
        self.at: float | None = None

    def __call__(self, progress: Progress) -> None:
        if progress.stage == self.stage and progress.chunks and self.at is None:
            self.at = time.monotonic() + self.after
        if self.at is not None and time.monotonic() >= self.at:
            raise IngestionCancelled("The ingestion was cancelled.")


@pytest.mark.parametrize(("stage", "after"), [("embedding", 0.0), ("embedding", 0.33), ("writing", 0.0)])
def test_a_cancelled_run_ends_at_once_and_the_next_one_finishes_it(
    process: IngestionProcess, folder: Path, index: Index, stage: str, after: float
) -> None:
    sources = write(folder, long=long_text(100), short="This page: 25 days.")
    stop = Stop(stage, after)

    with pytest.raises(IngestionCancelled):
        process.ingest(sources, index, stop)
    assert stop.at is not None
    assert time.monotonic() - stop.at < 3
    assert not any(record.complete for record in index.records())

    before = index.visible_to(EVERYTHING).chunk_count()
    report = process.ingest(sources, index, no_progress)
    assert report.created == 2
    # What was written is not embedded again.
    assert (
        index.visible_to(EVERYTHING).chunk_count()
        == before + report.chunks
        == sum(record.chunks for record in index.records())
    )
    assert all(record.complete for record in index.records())


def test_a_cancelled_rebuild_leaves_the_index_as_it_was(
    process: IngestionProcess, folder: Path, store: EdgeStore, index: Index
) -> None:
    sources = write(folder, long=long_text(60))
    with pytest.raises(IngestionCancelled):
        process.rebuild(sources, store, Stop("embedding"))
    assert isinstance(index, EdgeIndex)
    assert store._current() == index.folder
    assert [*index.folder.parent.glob("generation-*")] == [index.folder]
    assert index.visible_to(EVERYTHING).search(query_of("page"), 5) == []


def test_questions_are_answered_while_it_runs(process: IngestionProcess, folder: Path, index: Index) -> None:
    sources = write(folder, long=long_text(60))
    running = threading.Event()
    slowest = 0.0
    run = threading.Thread(target=process.ingest, args=(sources, index, lambda _: running.set()))
    run.start()
    assert running.wait(10)
    while run.is_alive():
        began = time.monotonic()
        index.visible_to(EVERYTHING).search(query_of("page"), 5)
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 3


def test_it_comes_behind_the_process_that_answers(process: IngestionProcess, folder: Path, index: Index) -> None:
    process.ingest(write(folder, page="This page."), index, no_progress)
    assert process._child is not None
    assert os.getpriority(os.PRIO_PROCESS, process._child.pid) > os.getpriority(os.PRIO_PROCESS, 0)


def test_errors_that_are_raised_on_purpose_come_through(process: IngestionProcess, tmp_path: Path) -> None:
    class FailingIndex(EdgeIndex):
        def write_chunks(self, chunks: object) -> None:
            raise IndexFault("The embedded index failed: a test.")

    folder = tmp_path / "handbook"
    folder.mkdir()
    sources = write(folder, leave="This page: 25 days.")
    index = FailingIndex.create(tmp_path / "failing", hash_fingerprint())
    with pytest.raises(IndexFault, match=r"The embedded index failed: a test\."):
        process.ingest(sources, index, no_progress)
    reader = ReaderSource("wiki", ReaderSettings(name="wiki", class_path="no.such.Reader"), folder)
    with pytest.raises(ConfigurationError, match=r"the reader 'wiki' \(no\.such\.Reader\) cannot be imported"):
        process.ingest([reader], index, no_progress)
    index.close()


def test_a_bug_in_the_process_comes_through_with_its_traceback(
    process: IngestionProcess, folder: Path, index: Index
) -> None:
    with pytest.raises(RuntimeError, match="a secret of the inner workings") as raised:
        process.ingest(write(folder, page="This page has a bug."), index, no_progress)
    assert any("ZeroDivisionError" in note for note in raised.value.__notes__)


def test_a_process_that_ends_unexpectedly_is_an_error_and_the_next_run_has_another(
    process: IngestionProcess, folder: Path, index: Index
) -> None:
    with pytest.raises(GroundworkError, match="ended unexpectedly \\(exit code 7\\)"):
        process.ingest(write(folder, page="This page makes it crash."), index, no_progress)
    assert process.ingest(write(folder, page="This page is fine."), index, no_progress).created == 1


def test_it_is_kept_for_a_while_after_a_run(folder: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.process._KEPT_SECONDS", 0.3)
    process = IngestionProcess(WORKSHOP)
    pids: set[int] = set()
    for text in ("one", "two"):
        process.ingest(write(folder, page=text), index, no_progress)
        assert process._child is not None
        pids.add(process._child.pid)
    assert len(pids) == 1
    for _ in range(100):
        if process._child is None:
            break
        time.sleep(0.02)
    assert process._child is None
    process.close()
