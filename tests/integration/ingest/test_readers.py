"""Runs of the ingestion over LlamaIndex readers whose documents change between the runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.domain import ReaderSettings
from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.errors import ConfigurationError, SourceUnavailable
from core.index import Index
from core.index.edge.store import EdgeStore
from core.permissions import EVERYTHING
from core.types import Vectors
from ingest.report import IngestReport, Unread
from ingest.run import ingest, rebuild
from ingest.sources import FolderSource, Source
from ingest.sources.readers import ReaderSource
from testing import llama_readers
from testing.builders import hash_stages, no_progress, query_of
from testing.hash_embedder import HashEmbedder


class CountingEmbedder(HashEmbedder):
    """Counts the texts that it embeds."""

    embedded = 0

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        self.embedded += len(texts)
        return super().embed(texts, report)


@pytest.fixture(autouse=True)
def wiki() -> Iterator[dict[str, str]]:
    llama_readers.pages.clear()
    llama_readers.pages.update({"leave": "# Leave\n\nThirty days.\n\n## Sick\n\nCall in.", "pay": "On the first."})
    yield llama_readers.pages
    llama_readers.pages.clear()


def reader_of(class_path: str = "testing.llama_readers.WikiReader", **load: Any) -> ReaderSource:
    arguments = {"space": "HR"} if class_path.startswith("testing") else {}
    return ReaderSource("team:wiki", ReaderSettings("wiki", class_path, arguments, load), Path("/team"))


def run(index: Index, *sources: Source, embedder: HashEmbedder | None = None) -> IngestReport:
    return ingest(sources or [reader_of()], index, hash_stages(embedder), no_progress)


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.deleted


def ids(index: Index) -> list[str]:
    return [record.id for record in index.records()]


def test_documents_of_a_reader_are_found_with_title_url_section_and_offsets(index: Index) -> None:
    report = run(index)

    assert (counts(report), report.exit_code) == ((2, 0, 0, 0), 0)
    assert [(record.id, record.name, record.source) for record in index.records()] == [
        ("wiki/leave", "Leave", "team:wiki"), ("wiki/pay", "Pay", "team:wiki"),
    ]  # fmt: skip
    chunk = index.visible_to(EVERYTHING).search(query_of("call in"), 1)[0].chunk
    assert (chunk.document_id, chunk.section, chunk.url) == (
        "wiki/leave", ("Leave", "Sick"), "https://wiki.example.org/HR/leave",
    )  # fmt: skip
    document = index.visible_to(EVERYTHING).document("wiki/leave")
    assert document is not None
    assert document.text[chunk.start : chunk.end] == chunk.text == "Call in."


def test_only_what_changed_is_embedded(index: Index, wiki: dict[str, str]) -> None:
    run(index)
    embedder = CountingEmbedder()
    assert counts(run(index, embedder=embedder)) == (0, 0, 2, 0)
    assert embedder.embedded == 0

    wiki["pay"] = "On the second."
    wiki["travel"] = "Second class."

    assert counts(run(index, embedder=embedder)) == (1, 1, 1, 0)
    assert embedder.embedded == 2


def test_a_document_that_the_reader_no_longer_loads_is_removed(index: Index, wiki: dict[str, str]) -> None:
    run(index)
    del wiki["pay"]

    assert counts(run(index)) == (0, 0, 1, 1)
    assert ids(index) == ["wiki/leave"]


def test_a_reader_that_fails_is_reported_and_loses_nothing(index: Index, wiki: dict[str, str], folder: Path) -> None:
    (folder / "a.md").write_text("Text.", encoding="utf-8")
    sources: list[Source] = [FolderSource("team:handbook", folder), reader_of()]
    run(index, *sources)
    wiki["!"] = "down"
    (folder / "a.md").write_text("Other text.", encoding="utf-8")

    report = run(index, *sources)

    assert (counts(report), report.exit_code) == ((0, 1, 0, 0), 3)
    reason = "it could not be loaded: ConnectionError: wiki.example.org did not answer; its documents stay in the index"
    assert report.failed == (Unread("team:wiki", reason),)
    assert ids(index) == ["a.md", "wiki/leave", "wiki/pay"]


def test_when_the_only_source_fails_nothing_could_be_read(index: Index, wiki: dict[str, str]) -> None:
    run(index)
    wiki["!"] = "down"

    assert run(index).exit_code == 1
    assert len(ids(index)) == 2


def test_a_document_without_text_is_reported_and_its_earlier_version_stays(index: Index, wiki: dict[str, str]) -> None:
    run(index)
    wiki["pay"] = " "

    report = run(index)

    assert [row.path for row in report.failed] == ["wiki/pay"]
    assert report.failed[0].reason.startswith("it contains no text")
    assert report.exit_code == 3
    assert index.visible_to(EVERYTHING).search(query_of("first"), 1)[0].chunk.document_id == "wiki/pay"


def test_a_reader_that_is_set_up_wrongly_stops_the_run_before_anything_changes(index: Index, folder: Path) -> None:
    (folder / "a.md").write_text("Text.", encoding="utf-8")

    with pytest.raises(ConfigurationError, match="refuses the key 'load'"):
        run(index, FolderSource("team:handbook", folder), reader_of(pages=3))
    assert ids(index) == []


def test_strings_are_documents_of_their_content(index: Index) -> None:
    strings = "llama_index.core.readers.StringIterableReader"
    run(index, reader_of(strings, texts=["Thirty days.", "On the first."]))

    assert counts(run(index, reader_of(strings, texts=["On the first.", "Forty days."]))) == (1, 0, 1, 1)


def test_a_directory_is_read_by_the_reader_of_llama_index(index: Index, folder: Path) -> None:
    (folder / "leave").mkdir()
    (folder / "leave" / "annual.md").write_text("# Annual leave\n\nThirty days.", encoding="utf-8")
    (folder / "travel.txt").write_text("Second class.", encoding="utf-8")
    arguments = {"input_dir": str(folder), "recursive": True}
    settings = ReaderSettings("files", "llama_index.core.SimpleDirectoryReader", arguments)
    source = ReaderSource("team:files", settings, folder)

    run(index, source)

    assert {record.id: record.name for record in index.records()} == {
        "files/leave/annual.md": "Annual leave", "files/travel.txt": "travel",
    }  # fmt: skip
    (folder / "travel.txt").unlink()
    assert counts(run(index, source)) == (0, 0, 1, 1)


def test_a_rebuild_reads_the_readers_too(store: EdgeStore) -> None:
    store.open().close()

    rebuilt, report = rebuild([reader_of()], store, hash_stages(), no_progress)

    assert counts(report) == (2, 0, 0, 0)
    assert rebuilt is not None
    assert ids(rebuilt) == ["wiki/leave", "wiki/pay"]
    rebuilt.close()


def test_a_rebuild_without_one_of_its_readers_is_not_begun(store: EdgeStore, wiki: dict[str, str]) -> None:
    old = store.open()
    run(old)
    old.close()
    wiki["!"] = "down"

    with pytest.raises(SourceUnavailable) as caught:
        rebuild([reader_of()], store, hash_stages(), no_progress)

    assert str(caught.value) == (
        "The index was not rebuilt, because the documents of the source 'team:wiki' would be lost: it could not be "
        "loaded: ConnectionError: wiki.example.org did not answer. Try again, or remove the source from domain.toml."
    )
    again = store.open()
    assert ids(again) == ["wiki/leave", "wiki/pay"]
    again.close()
