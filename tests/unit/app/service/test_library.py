from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.service.library import Library
from app.service.service import Service
from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.errors import Conflict, FingerprintMismatch, IndexFault, NotFound, NotReady
from core.types import Vectors
from testing.handbook import PAGES, ignore_progress
from testing.hash_embedder import HashEmbedder
from testing.services import make_service, open_service


class BrokenEmbedder(HashEmbedder):
    """Has a bug."""

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        raise RuntimeError(f"{len(texts)} texts are too many")


def wait_until_opened(library: Library) -> None:
    """Until the opening in the background has ended, well or not."""
    for _ in range(500):
        try:
            library.size()
        except NotReady:
            time.sleep(0.01)
        except FingerprintMismatch:
            return
        else:
            return
    raise AssertionError("the opening has not ended")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with open_service(tmp_path) as made:
        yield made


@pytest.fixture
def library(service: Service) -> Library:
    return service.library


def upload(library: Library, name: str, text: str) -> None:
    library.uploads.mkdir(parents=True, exist_ok=True)
    (library.uploads / name).write_text(text, encoding="utf-8")
    library.ingest_uploads(ignore_progress)


def test_before_it_is_open_the_index_is_not_ready(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    with pytest.raises(NotReady, match="Try again") as raised:
        service.library.retriever()
    assert raised.value.code == "starting"
    service.close()


def test_opening_in_the_background_ends_with_an_index(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    opened = threading.Event()
    service.open_in_background(opened.set)
    assert opened.wait(60)
    assert service.library.size() == (0, 0)
    service.close()


def test_an_unexpected_error_while_opening_is_logged_and_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service = make_service(tmp_path)
    service.library.embedder = BrokenEmbedder()
    opened = threading.Event()
    service.open_in_background(opened.set)

    assert opened.wait(30)
    with pytest.raises(IndexFault, match="the log of the service says why"):
        _ = service.library.index
    assert "unexpected error while opening" in caplog.text
    service.close()


def test_an_index_made_with_another_language_is_refused_until_it_is_rebuilt(tmp_path: Path) -> None:
    before = make_service(tmp_path)
    before.open()
    before.library.ingest([], rebuilding=False, progress=ignore_progress)
    before.close()
    service = make_service(tmp_path, language="german")
    service.open_in_background(lambda: None)
    wait_until_opened(service.library)
    with pytest.raises(FingerprintMismatch, match="groundwork ingest --rebuild"):
        service.library.size()
    report = service.library.ingest([], rebuilding=True, progress=ignore_progress)
    assert report.created == len(PAGES)
    assert service.library.size()[0] == len(PAGES)
    service.close()


def test_after_an_ingestion_the_numbers_are_those_of_the_report(service: Service) -> None:
    documents, chunks = service.library.size()
    assert chunks >= documents == len(PAGES)
    assert {record.id for record in service.library.documents()} == set(PAGES)
    exposed = service.metrics.exposition().decode()
    assert f"groundwork_documents {float(len(PAGES))}" in exposed
    assert f'groundwork_documents_ingested_total{{outcome="created"}} {float(len(PAGES))}' in exposed


def test_a_second_run_finds_nothing_new(library: Library) -> None:
    report = library.ingest([], rebuilding=False, progress=ignore_progress)
    assert (report.created, report.unchanged, report.chunks) == (0, len(PAGES), 0)


def test_a_rebuild_in_which_nothing_can_be_read_leaves_the_index_as_it_was(library: Library, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert library.ingest([empty], rebuilding=True, progress=ignore_progress).exit_code == 1
    assert library.size()[0] == len(PAGES)


def test_a_rebuild_keeps_the_uploads(library: Library) -> None:
    upload(library, "note.md", "# Note\n\nThe kitchen opens at eight.")
    report = library.ingest([], rebuilding=True, progress=ignore_progress)
    assert report.created == len(PAGES) + 1
    assert library.document("uploads/note.md").text.endswith("The kitchen opens at eight.")


def test_a_document_is_given_as_it_was_parsed(library: Library) -> None:
    assert library.document("leave/sick.md").text == PAGES["leave/sick.md"]


@pytest.mark.parametrize("document_id", ["", "nope.md", "../team/domain.toml", "leave/../leave/sick.md", "a\x00b"])
def test_an_unknown_document_is_not_found_and_not_deleted(library: Library, document_id: str) -> None:
    with pytest.raises(NotFound):
        library.document(document_id)
    with pytest.raises(NotFound):
        library.delete(document_id)


def test_an_uploaded_document_can_be_deleted_with_its_file(library: Library) -> None:
    upload(library, "note.md", "# Note\n\nThe kitchen opens at eight.")
    before = library.size()[1]
    library.delete("uploads/note.md")
    assert not (library.uploads / "note.md").exists()
    assert library.size()[1] == before - 1
    with pytest.raises(NotFound):
        library.document("uploads/note.md")


def test_a_document_that_the_next_run_would_bring_back_is_not_deleted(library: Library) -> None:
    with pytest.raises(Conflict, match="Remove the file there") as raised:
        library.delete("leave/sick.md")
    assert raised.value.code == "document_has_a_source"
    assert library.document("leave/sick.md").text


def test_while_a_job_writes_nothing_is_deleted_and_nobody_waits(library: Library) -> None:
    upload(library, "note.md", "# Note\n\nThe kitchen opens at eight.")

    with library.jobs.writing, pytest.raises(Conflict, match="Try again when the ingestion has ended") as refused:
        library.delete("uploads/note.md")

    assert refused.value.code == "ingestion_running"
    library.delete("uploads/note.md")
    assert library.size()[0] == len(PAGES)
