from __future__ import annotations

import io
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.answer.retrieval.retrieve import retrieve
from app.service.documents.jobs import Job
from app.service.documents.library import Library
from app.service.documents.unread_uploads import UnreadUpload
from app.service.principals import LOCAL
from app.service.service import Service
from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.errors import (
    ConfigurationError,
    Conflict,
    FingerprintMismatch,
    IndexFault,
    NotFound,
    NotReady,
    SourceUnavailable,
)
from core.index import Bm25Encoder
from core.permissions import EVERYTHING
from core.recipe import Recipe
from core.types import SearchFilter, Vectors
from ingest.parse import parse
from ingest.process import IngestionHere
from ingest.report import IngestReport
from ingest.run import Stages
from testing.handbook import PAGES, ignore_progress, write_pages
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
            library.size(EVERYTHING)
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


def send(library: Library, *files: tuple[str, str], replacing: bool = False) -> str:
    """Upload files, and return the job's id."""
    sent = [(name, io.BytesIO(text.encode())) for name, text in files]
    return library.upload(sent, replacing=replacing, by=LOCAL).job_id


def ended(library: Library, job_id: str) -> Job:
    """The state of a job after its end."""
    for _ in range(3000):
        job = library.jobs.job(job_id, LOCAL)
        if job.status not in ("queued", "running"):
            return job
        time.sleep(0.01)
    raise AssertionError(f"the job has not ended: {job}")


def upload(library: Library, name: str, text: str, *, replacing: bool = False) -> IngestReport:
    """Upload a file, and return the report of its job."""
    report = ended(library, send(library, (name, text), replacing=replacing)).report
    assert report is not None
    return report


def uploads_of(service: Service) -> Path:
    return service.settings.data_dir / "uploads"


def found(library: Library, question: str) -> str:
    """The document of the best passage."""
    return retrieve(question, [], Recipe(), library.retriever(EVERYTHING)).passages[0].chunk.document_id


KITCHEN = "# Kitchen\n\nThe kitchen opens at eight."


def test_before_it_is_open_the_index_is_not_ready(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    with pytest.raises(NotReady, match="Try again") as raised:
        service.library.retriever(EVERYTHING)
    assert raised.value.code == "starting"
    service.close()


def test_opening_in_the_background_ends_with_an_index(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    opened = threading.Event()
    service.open_in_background(opened.set)
    assert opened.wait(60)
    assert service.library.size(EVERYTHING) == (0, 0)
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
        service.library.size(EVERYTHING)
    report = service.library.ingest([], rebuilding=True, progress=ignore_progress)
    assert report.created == len(PAGES)
    assert service.library.size(EVERYTHING)[0] == len(PAGES)
    service.close()


def test_after_an_ingestion_the_numbers_are_those_of_the_report(service: Service) -> None:
    documents, chunks = service.library.size(EVERYTHING)
    assert chunks >= documents == len(PAGES)
    assert {record.id for record in service.library.documents(EVERYTHING)} == set(PAGES)
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
    assert library.size(EVERYTHING)[0] == len(PAGES)


def test_a_rebuild_keeps_the_uploads(library: Library) -> None:
    upload(library, "note.md", KITCHEN)
    report = library.ingest([], rebuilding=True, progress=ignore_progress)
    assert report.created == len(PAGES) + 1
    assert library.document("uploads/note.md", EVERYTHING).text.endswith("The kitchen opens at eight.")


def test_going_back_to_the_index_before_a_rebuild_brings_its_documents_back(library: Library, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "only.md").write_text("The only page.", encoding="utf-8")
    library.ingest([tmp_path / "other"], rebuilding=True, progress=lambda _: None)
    assert library.size(EVERYTHING)[0] == library.health.examination(EVERYTHING).documents == 1

    report = library.roll_back()
    assert (report.unchanged, report.exit_code) == (len(PAGES), 0)
    assert library.size(EVERYTHING)[0] == library.health.examination(EVERYTHING).documents == len(PAGES)
    assert library.roll_back().unchanged == 1


def test_a_moved_folder_is_taken_over_and_its_documents_are_not_embedded_again(
    library: Library, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    (old / "garden.md").write_text("The roof garden is open in summer.", encoding="utf-8")
    library.ingest([old], rebuilding=False, progress=lambda _: None)
    old.rename(new)
    (tmp_path / "empty").mkdir()

    with pytest.raises(ConfigurationError, match="None of the 1 document"):
        library.take_over(str(old), tmp_path / "empty", lambda _: None)
    report = library.take_over(str(old), new, lambda _: None)

    assert (report.unchanged, report.created, report.chunks, report.failed) == (1, 0, 0, ())
    assert library.document("garden.md", EVERYTHING).source == str(new)
    assert library.ingest([], rebuilding=False, progress=lambda _: None).failed == ()


def test_a_file_that_was_named_alone_is_one_document_when_its_folder_is_named(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    (folder / "deep").mkdir(parents=True)
    for name in ("garden.md", "deep/roof.md"):
        (folder / name).write_text(f"The page {name} is about summer.", encoding="utf-8")
    for name in ("garden.md", "deep/roof.md"):
        library.ingest([folder / name], rebuilding=False, progress=lambda _: None)

    report = library.ingest([folder], rebuilding=False, progress=lambda _: None)

    assert (report.unchanged, report.created, report.deleted, report.failed) == (1, 1, 1, ())
    assert report.reused == report.chunks
    ids = {record.id for record in library.documents(EVERYTHING) if record.source == str(folder)}
    assert ids == {"garden.md", "deep/roof.md"}


def test_a_document_is_given_as_it_was_parsed(library: Library) -> None:
    assert library.document("leave/sick.md", EVERYTHING).text == PAGES["leave/sick.md"]


@pytest.mark.parametrize("document_id", ["", "nope.md", "../team/domain.toml", "leave/../leave/sick.md", "a\x00b"])
def test_an_unknown_document_is_not_found_and_not_deleted(library: Library, document_id: str) -> None:
    with pytest.raises(NotFound):
        library.document(document_id, EVERYTHING)
    with pytest.raises(NotFound):
        library.delete(document_id, LOCAL)


def test_an_uploaded_document_can_be_deleted_with_its_file(service: Service, library: Library) -> None:
    upload(library, "note.md", KITCHEN)
    before = library.size(EVERYTHING)[1]
    assert library.delete("uploads/note.md", LOCAL) is None
    assert not (uploads_of(service) / "note.md").exists()
    assert library.size(EVERYTHING)[1] == before - 1
    with pytest.raises(NotFound):
        library.document("uploads/note.md", EVERYTHING)


def test_a_document_that_the_next_run_would_bring_back_is_not_deleted(library: Library) -> None:
    with pytest.raises(Conflict, match="Remove the file there") as raised:
        library.delete("leave/sick.md", LOCAL)
    assert raised.value.code == "document_has_a_source"
    assert library.document("leave/sick.md", EVERYTHING).text


# Uploads


def test_a_job_reads_and_reports_its_own_files_alone(library: Library) -> None:
    upload(library, "broken.pdf", "%PDF-1.4 nonsense")
    report = upload(library, "note.md", KITCHEN)
    assert (report.created, report.updated, report.unchanged, report.deleted) == (1, 0, 0, 0)
    assert report.failed == ()


def test_an_upload_that_could_not_be_read_is_listed_with_its_reason_and_can_be_deleted(
    service: Service, library: Library
) -> None:
    upload(library, "empty.md", "")
    assert library.unread_uploads(LOCAL) == [UnreadUpload("uploads/empty.md", "failed", "it is empty")]
    library.delete("uploads/empty.md", LOCAL)
    assert library.unread_uploads(LOCAL) == []
    assert not (uploads_of(service) / "empty.md").exists()
    with pytest.raises(NotFound):
        library.delete("uploads/empty.md", LOCAL)


def test_a_new_version_replaces_a_document_when_it_has_been_read(service: Service, library: Library) -> None:
    upload(library, "note.md", KITCHEN)
    report = upload(library, "note.md", KITCHEN.replace("eight", "nine"), replacing=True)
    assert (report.created, report.updated) == (0, 1)
    assert "nine" in library.document("uploads/note.md", EVERYTHING).text
    assert "nine" in (uploads_of(service) / "note.md").read_text(encoding="utf-8")


def test_a_new_version_that_cannot_be_read_replaces_nothing(service: Service, library: Library) -> None:
    upload(library, "note.md", KITCHEN)
    report = upload(library, "note.md", "", replacing=True)
    assert [row.reason for row in report.failed] == ["it is empty; the version from before stays in the index"]
    assert library.document("uploads/note.md", EVERYTHING).text == KITCHEN
    assert (uploads_of(service) / "note.md").read_text(encoding="utf-8") == KITCHEN
    assert library.ingest([], rebuilding=False, progress=ignore_progress).failed == ()


def test_a_queued_upload_is_listed_and_deleting_it_drops_it(library: Library) -> None:
    with library.jobs.writing:
        job_id = send(library, ("note.md", KITCHEN), ("stays.md", "# Stays\n\nThis page stays."))
        (first, _) = library.unread_uploads(LOCAL)
        assert first.id == "uploads/note.md"
        assert first.status in ("queued", "running")
        library.delete("uploads/note.md", LOCAL)
    report = ended(library, job_id).report
    assert report is not None
    assert (report.created, report.failed) == (1, ())
    assert {record.id for record in library.documents(EVERYTHING)} == {*PAGES, "uploads/stays.md"}


def test_deleting_the_only_file_of_a_job_cancels_it(library: Library) -> None:
    with library.jobs.writing:
        first = send(library, ("first.md", "# First\n\nThis page is first."))
        second = send(library, ("note.md", KITCHEN))
        library.delete("uploads/note.md", LOCAL)
        assert library.jobs.job(second, LOCAL).status == "cancelled"
    assert ended(library, first).status == "done"
    assert library.unread_uploads(LOCAL) == []


def test_a_deletion_takes_effect_at_once_while_a_job_writes(library: Library) -> None:
    upload(library, "note.md", KITCHEN)
    with library.jobs.writing:
        library.delete("uploads/note.md", LOCAL)
        with pytest.raises(NotFound):
            library.document("uploads/note.md", EVERYTHING)
    assert library.size(EVERYTHING)[0] == len(PAGES)


class DeletingEmbedder(HashEmbedder):
    """Deletes an upload in the middle of the job that reads it."""

    library: Library | None = None

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        library, self.library = self.library, None
        if library is not None:
            library.delete("uploads/note.md", LOCAL)
        return super().embed(texts, report)


def test_what_is_deleted_while_its_own_job_writes_it_is_gone_when_the_job_ends(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = DeletingEmbedder(64)
    embedder.library = library
    stages = Stages(parse, embedder, Bm25Encoder("english"))
    monkeypatch.setattr(library, "_ingestion", IngestionHere(stages))
    ended(library, send(library, ("note.md", KITCHEN)))
    assert {record.id for record in library.documents(EVERYTHING)} == set(PAGES)
    assert library.unread_uploads(LOCAL) == []


def test_an_upload_after_the_deletion_stays(library: Library) -> None:
    upload(library, "note.md", KITCHEN)
    with library.jobs.writing:
        library.delete("uploads/note.md", LOCAL)
        job_id = send(library, ("note.md", KITCHEN.replace("eight", "nine")))
    ended(library, job_id)
    assert "nine" in library.document("uploads/note.md", EVERYTHING).text


def test_uploads_of_one_content_are_one_document_with_two_names(library: Library) -> None:
    chunks = library.size(EVERYTHING)[1]
    upload(library, "note.md", KITCHEN)
    upload(library, "copy.md", KITCHEN)
    records = {record.id: record for record in library.documents(EVERYTHING)}
    assert library.size(EVERYTHING) == (len(PAGES) + 2, chunks + 1)
    assert records["uploads/copy.md"].same_as == "uploads/note.md"
    copy = library.document("uploads/copy.md", EVERYTHING)
    assert (copy.id, copy.text, copy.same_as) == ("uploads/copy.md", KITCHEN, "uploads/note.md")
    assert found(library, "When does the kitchen open?") == "uploads/note.md"
    only = library.searched(SearchFilter(document_ids=("uploads/copy.md", "travel.txt", "none.md")), EVERYTHING)
    assert only.document_ids == ("uploads/note.md", "travel.txt", "none.md")


def test_a_copy_takes_over_when_its_original_is_deleted(library: Library) -> None:
    upload(library, "note.md", KITCHEN)
    upload(library, "copy.md", KITCHEN)
    job_id = library.delete("uploads/note.md", LOCAL)
    assert job_id is not None
    ended(library, job_id)
    assert library.document("uploads/copy.md", EVERYTHING).same_as is None
    assert found(library, "When does the kitchen open?") == "uploads/copy.md"
    assert library.delete("uploads/copy.md", LOCAL) is None


def test_a_copy_takes_over_when_its_original_is_replaced(library: Library) -> None:
    upload(library, "note.md", KITCHEN)
    upload(library, "copy.md", KITCHEN)
    report = upload(library, "note.md", "# Garden\n\nThe garden is watered on Fridays.", replacing=True)
    assert report.updated == 2
    assert library.document("uploads/copy.md", EVERYTHING).text == KITCHEN
    assert found(library, "When does the kitchen open?") == "uploads/copy.md"


def test_a_copy_can_be_deleted_alone(library: Library) -> None:
    upload(library, "note.md", KITCHEN)
    upload(library, "copy.md", KITCHEN)
    assert library.delete("uploads/copy.md", LOCAL) is None
    assert library.document("uploads/note.md", EVERYTHING).text == KITCHEN


def test_uploads_that_were_not_read_are_read_when_the_service_starts_again(tmp_path: Path) -> None:
    with open_service(tmp_path) as before:
        upload(before.library, "note.md", KITCHEN)
    (uploads_of(before) / "late.md").write_text("# Late\n\nThe bus is late.", encoding="utf-8")
    version = uploads_of(before) / ".incoming" / "1" / "note.md"
    version.parent.mkdir()
    version.write_text(KITCHEN.replace("eight", "nine"), encoding="utf-8")

    service = make_service(tmp_path)
    opened = threading.Event()
    service.open_in_background(opened.set)
    assert opened.wait(60)
    for _ in range(3000):
        if not service.library.unread_uploads(LOCAL) and not version.exists():
            break
        time.sleep(0.01)

    assert service.library.document("uploads/late.md", EVERYTHING).text.endswith("The bus is late.")
    assert "nine" in service.library.document("uploads/note.md", EVERYTHING).text
    assert "nine" in (uploads_of(service) / "note.md").read_text(encoding="utf-8")
    service.close()


def test_a_job_that_is_cancelled_drops_its_new_version_and_keeps_its_new_file(
    service: Service, library: Library
) -> None:
    upload(library, "note.md", KITCHEN)
    with library.jobs.writing:
        # The first waits for the lock, the second in the queue.
        first = send(library, ("first.md", "# First\n\nThis page is first."))
        second = send(library, ("note.md", "# Other\n\nOther text."), ("late.md", "# Late\n\nLate."), replacing=True)
        assert library.cancel(second, LOCAL).status == "cancelled"
    ended(library, first)

    assert library.document("uploads/note.md", EVERYTHING).text == KITCHEN
    assert not list((uploads_of(service) / ".incoming").iterdir())
    assert library.unread_uploads(LOCAL) == [UnreadUpload("uploads/late.md", "failed", "its job was cancelled")]
    library.delete("uploads/late.md", LOCAL)


# Sources


def test_a_folder_that_is_gone_is_named_when_the_service_starts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_pages(tmp_path / "more", {"garden.md": "# Garden\n\nThe garden is watered on Fridays."})
    with open_service(tmp_path) as before:
        before.library.ingest([folder], rebuilding=False, progress=ignore_progress)
    shutil.rmtree(folder)

    service = make_service(tmp_path)
    opened = threading.Event()
    service.open_in_background(opened.set)
    assert opened.wait(60)

    assert f"the source {folder} does not exist any more; its documents are still answered from" in caplog.text
    assert f"groundwork ingest --forget {folder}" in caplog.text
    assert service.library.document("garden.md", EVERYTHING).text
    service.close()


def test_a_source_that_is_forgotten_has_no_documents_and_is_not_read_again(library: Library, tmp_path: Path) -> None:
    folder = write_pages(tmp_path / "more", {"garden.md": "# Garden\n\nThe garden is watered on Fridays."})
    library.ingest([folder], rebuilding=False, progress=ignore_progress)

    job = ended(library, library.start_forgetting([str(folder)], LOCAL))

    assert job.report is not None
    assert (job.report.deleted, job.report.forgotten, job.report.exit_code) == (1, (str(folder),), 0)
    assert library.size(EVERYTHING)[0] == len(PAGES)
    assert library.ingest([], rebuilding=False, progress=ignore_progress).unchanged == len(PAGES)


def test_a_source_that_does_not_exist_is_not_forgotten(library: Library) -> None:
    with pytest.raises(ConfigurationError, match=r"There is no source '/nowhere'\. The sources are: .*team:corpus"):
        library.forget(["/nowhere"])


def test_uploads_are_not_forgotten_while_there_are_files(service: Service, library: Library) -> None:
    upload(library, "note.md", KITCHEN)
    with pytest.raises(Conflict, match="has files, which the next run would read again"):
        library.forget(["uploads"])
    (uploads_of(service) / "note.md").unlink()
    kept = library.ingest([], rebuilding=False, progress=ignore_progress)
    assert [row.path for row in kept.failed] == ["uploads"]
    assert library.document("uploads/note.md", EVERYTHING).text == KITCHEN
    assert library.forget(["uploads"]).deleted == 1


def test_a_source_can_be_forgotten_when_the_index_has_to_be_rebuilt(tmp_path: Path) -> None:
    folder = write_pages(tmp_path / "more", {"garden.md": "# Garden\n\nThe garden is watered on Fridays."})
    with open_service(tmp_path) as before:
        before.library.ingest([folder], rebuilding=False, progress=ignore_progress)
    shutil.rmtree(folder)
    service = make_service(tmp_path, language="german")
    service.library.open_index()
    with pytest.raises(SourceUnavailable, match=f"groundwork ingest --forget {folder}"):
        service.library.ingest([], rebuilding=True, progress=ignore_progress)

    report = service.library.forget([str(folder)])

    assert (report.deleted, report.forgotten, report.exit_code) == (0, (str(folder),), 0)
    assert service.library.ingest([], rebuilding=True, progress=ignore_progress).created == len(PAGES)
    service.close()
