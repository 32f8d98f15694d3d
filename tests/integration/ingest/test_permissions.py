"""Groups of documents from an ingestion: changed without embedding, and never open by mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain import PermissionRule
from core.index.edge.index import EdgeIndex
from core.permissions import EVERYTHING, PUBLIC, Readers
from core.types import Vectors
from ingest.report import IngestReport
from ingest.run import ingest
from ingest.sources import FolderSource, UploadedFiles
from testing.builders import hash_fingerprint, hash_stages, no_progress, query_of
from testing.handbook import write_pages
from testing.hash_embedder import HashEmbedder

HR = PermissionRule("hr", ("hr",))
PAGES = {"hr/pay.md": "Salaries are raised in March.", "open.md": "The canteen opens at noon in March."}


class CountingEmbedder(HashEmbedder):
    """Counts the texts that it embeds."""

    embedded = 0

    def embed(self, texts: Sequence[str], *rest: object) -> Vectors:
        """See Embedder."""
        self.embedded += len(texts)
        return super().embed(texts)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[EdgeIndex]:
    made = EdgeIndex.create(tmp_path / "index", hash_fingerprint())
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pages(tmp_path / "corpus", PAGES)


def run(index: EdgeIndex, folder: Path, *rules: PermissionRule, embedder: HashEmbedder | None = None) -> IngestReport:
    stages = replace(hash_stages(embedder), permissions=rules)
    return ingest([FolderSource("corpus", folder)], index, stages, no_progress)


def read_by(index: EdgeIndex, *groups: str) -> set[str]:
    """Return the documents that members of groups find and list, which are the same."""
    view = index.visible_to(Readers(frozenset(groups)))
    listed = {record.id for record in view.records() if record.complete and record.same_as is None}
    assert {hit.chunk.document_id for hit in view.search(query_of("March"), 50)} == listed
    return {record.id for record in view.records()}


def test_a_rule_that_is_added_is_applied_by_the_next_run_without_embedding(index: EdgeIndex, folder: Path) -> None:
    embedder = CountingEmbedder(64)
    run(index, folder, embedder=embedder)
    assert read_by(index) == {"hr/pay.md", "open.md"}
    embedded = embedder.embedded

    report = run(index, folder, HR, embedder=embedder)

    assert (report.updated, report.unchanged, report.chunks) == (1, 1, 0)
    assert embedder.embedded == embedded
    assert read_by(index) == {"open.md"}
    assert read_by(index, "hr") == {"hr/pay.md", "open.md"}
    assert "salaries" not in index.visible_to(PUBLIC).similar_words("salaryes", 5)
    assert (run(index, folder, HR).updated, run(index, folder).updated) == (0, 1)
    assert read_by(index) == {"hr/pay.md", "open.md"}


@pytest.mark.parametrize("ending", [".access.toml", ".ACCESS.TOML"])
def test_a_permissions_file_is_no_document_and_decides(index: EdgeIndex, folder: Path, ending: str) -> None:
    (folder / f"open.md{ending}").write_text('groups = ["board"]', encoding="utf-8")
    report = run(index, folder, HR)
    assert (report.created, report.failed, report.skipped) == (2, (), ())
    assert read_by(index, "board") == {"open.md"}
    (folder / f"open.md{ending}").unlink()
    run(index, folder, HR)
    assert read_by(index) == {"open.md"}


@pytest.mark.parametrize("content", ["groups = [", "", 'groups = "*"'])
def test_a_document_with_an_unreadable_permissions_file_leaves_the_index(
    index: EdgeIndex, folder: Path, content: str
) -> None:
    run(index, folder)
    (folder / "open.md.access.toml").write_text(content, encoding="utf-8")
    report = run(index, folder)
    assert [row.path for row in report.failed] == ["open.md"]
    assert "permissions file" in report.failed[0].reason
    assert "was removed" in report.failed[0].reason
    assert {record.id for record in index.records()} == {"hr/pay.md"}


@pytest.mark.parametrize("name", ["absent.md.access.toml", "open.access.toml", "absent.md.ACCESS.TOML"])
def test_a_permissions_file_without_its_document_is_reported(index: EdgeIndex, folder: Path, name: str) -> None:
    (folder / name).write_text('groups = ["hr"]', encoding="utf-8")
    assert [row.path for row in run(index, folder).failed] == [name]


def test_a_permissions_file_that_is_a_link_is_not_followed(index: EdgeIndex, folder: Path) -> None:
    (folder / "open.md.access.toml").symlink_to(folder / "absent")
    assert [row.path for row in run(index, folder).failed] == ["open.md"]


def test_the_same_content_for_other_readers_is_a_document_of_its_own(index: EdgeIndex, folder: Path) -> None:
    write_pages(folder, {"hr/copy.md": PAGES["hr/pay.md"], "copy.md": PAGES["hr/pay.md"]})
    run(index, folder, HR)
    same_as = {record.id: record.same_as for record in index.records()}
    assert same_as == {"copy.md": None, "hr/copy.md": None, "hr/pay.md": "hr/copy.md", "open.md": None}
    assert read_by(index) == {"copy.md", "open.md"}
    assert len(read_by(index, "hr")) == 4

    # Both are open now: one of them becomes the copy of the other.
    run(index, folder)
    assert {record.id for record in index.records() if record.same_as} == {"hr/copy.md", "hr/pay.md"}
    assert len(read_by(index)) == 4

    run(index, folder, HR)
    assert read_by(index) == {"copy.md", "open.md"}
    assert len(read_by(index, "hr")) == 4


def test_a_document_that_is_changed_and_restricted_at_once_is_not_read_meanwhile(
    index: EdgeIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(index, folder)
    seen: list[set[str]] = []
    write = EdgeIndex.write_chunks

    def watched(self: EdgeIndex, chunks: object) -> None:
        seen.append({record.id for record in self.visible_to(PUBLIC).records()})
        write(self, chunks)  # type: ignore[arg-type]

    monkeypatch.setattr(EdgeIndex, "write_chunks", watched)
    write_pages(folder, {"hr/pay.md": "Salaries are raised in March and in May."})
    run(index, folder, HR)
    assert seen == [{"open.md"}]
    assert index.visible_to(Readers(frozenset({"hr"}))).document("hr/pay.md") is not None


def test_a_new_version_of_an_upload_keeps_the_permissions_file_of_its_name(index: EdgeIndex, tmp_path: Path) -> None:
    uploads = write_pages(tmp_path / "uploads", {"a.md": "First.", "a.md.access.toml": 'groups = ["hr"]'})
    version = write_pages(tmp_path / "incoming", {"a.md": "Second."}) / "a.md"
    source = UploadedFiles(uploads, (("uploads/a.md", version),))
    ingest([source], index, hash_stages(), no_progress)
    assert index.visible_to(EVERYTHING).document("uploads/a.md") is not None
    assert index.visible_to(PUBLIC).document("uploads/a.md") is None
