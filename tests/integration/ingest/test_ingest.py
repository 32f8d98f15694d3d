"""A run of the ingestion on real files: what it writes, skips, removes, and says about it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.embedding.bundled import bundled_embedder
from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.errors import ConfigurationError, DiskFull, SourceUnavailable
from core.index import Bm25Encoder, Index
from core.index.edge.index import EdgeIndex
from core.index.edge.store import EdgeStore
from core.permissions import EVERYTHING
from core.types import HybridQuery, Vectors
from ingest.copies import Copy
from ingest.parse import ParsedText, parse
from ingest.progress import Progress
from ingest.report import IngestReport, LeftOut, Unread
from ingest.run import Stages, fingerprint_of, forget, ingest, rebuild
from ingest.sources import FolderSource, sources_from_paths
from testing.builders import hash_fingerprint, hash_stages, no_progress, query_of
from testing.contents import stored_in
from testing.files import PNG, docx, pdf, xlsx
from testing.hash_embedder import HashEmbedder
from testing.stores import BACKENDS, LOCAL_MODE, place


class RefusingEmbedder(HashEmbedder):
    """An embedder that must not be asked."""

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        raise AssertionError(f"{len(texts)} texts were embedded again")


def write(folder: Path, **pages: str) -> None:
    """`leave="…"` writes leave.md."""
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def run(index: Index, *folders: Path, embedder: HashEmbedder | None = None) -> IngestReport:
    return ingest(sources_from_paths(folders), index, hash_stages(embedder), no_progress)


def found(index: Index, text: str) -> list[str]:
    """Return the documents of the chunks that contain every word of the text."""
    query = query_of(text)
    return [
        hit.chunk.document_id
        for hit in index.visible_to(EVERYTHING).search(query, 50)
        if set(query.sparse.indices) <= hit.tokens
    ]


def ids(index: Index) -> list[str]:
    return [record.id for record in index.records()]


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.deleted


def test_good_files_are_found_and_bad_ones_are_named_with_their_reasons(folder: Path, index: Index) -> None:
    files = {
        "leave/annual.md": b"# Annual leave\n\nThirty days a year.\n",
        "rules.pdf": pdf([["Parking is free."], ["Bicycles go to the cellar."]]),
        "welcome.docx": docx("Welcome", ["Bring your badge."]),
        "rates.xlsx": xlsx([["Country", "Rate"], ["Norway", "eighty"]]),
        "rates.csv": b"City,Rate\nOslo,ninety\n",
        "holidays.html": b"<h1>Holidays</h1><p>Ten festivities.</p>",
        "notes.txt": b"The kettle is upstairs.\n",
        "bad/secret.pdf": pdf([["Hidden."]], password="secret"),
        "bad/picture.pdf": PNG,
        "bad/empty.md": b"",
        "bad/blank.txt": b" \n\n",
        "bad/binary.md": b"# Title\n\x00\x01",
        "setup.exe": b"MZ",
        "LICENSE": b"Free.",
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "link.md").symlink_to("/etc/hostname")

    report = run(index, folder)

    assert counts(report) == (7, 0, 0, 0)
    assert report.exit_code == 3
    assert report.chunks == index.visible_to(EVERYTHING).chunk_count() == 7
    failed = {row.path: row.reason for row in report.failed}
    assert failed["bad/secret.pdf"] == "it is encrypted; save it without a password"
    assert failed["bad/picture.pdf"].startswith("it could not be parsed")
    assert failed["bad/empty.md"] == "it is empty"
    assert failed["bad/blank.txt"] == "it contains no text"
    assert failed["bad/binary.md"] == "it is a binary file, although its name ends like that of a text file"
    assert len(failed) == 5
    assert {row.path: row.reason for row in report.skipped} == {
        "LICENSE": "it has no file ending",
        "link.md": "it is a link out of the folder, to /etc/hostname",
        "setup.exe": "files ending in '.exe' are not read",
    }
    assert found(index, "annual leave") == ["leave/annual.md"]
    assert found(index, "Norway eighty") == ["rates.xlsx"]
    assert found(index, "Oslo ninety") == ["rates.csv"]
    assert found(index, "festivities") == ["holidays.html"]
    assert found(index, "kettle") == ["notes.txt"]
    assert found(index, "badge") == ["welcome.docx"]


def test_a_passage_of_a_pdf_is_on_its_page_and_its_offsets_lead_to_it(folder: Path, index: Index) -> None:
    (folder / "rules.pdf").write_bytes(pdf([["Parking is free. " * 6] * 20, ["Bicycles go to the cellar. " * 4] * 20]))
    run(index, folder)
    document = index.visible_to(EVERYTHING).document("rules.pdf")
    assert document is not None
    second_page = document.text.index("Bicycles")

    hits = index.visible_to(EVERYTHING).search(query_of("parking bicycles"), 50)

    assert document.page_starts == (0, second_page)
    assert {hit.chunk.page for hit in hits} == {1, 2}
    for hit in hits:
        assert document.text[hit.chunk.start : hit.chunk.end] == hit.chunk.text
        assert hit.chunk.page == (1 if hit.chunk.start < second_page else 2)


def test_a_second_run_embeds_nothing(folder: Path, index: Index) -> None:
    write(folder, leave="Thirty days.", pay="On the first.")
    first = run(index, folder)

    second = run(index, folder, embedder=RefusingEmbedder())

    assert counts(first) == (2, 0, 0, 0)
    assert counts(second) == (0, 0, 2, 0)
    assert (second.chunks, second.exit_code) == (0, 0)


def test_a_touched_file_is_unchanged(folder: Path, index: Index) -> None:
    write(folder, leave="Thirty days.")
    run(index, folder)
    os.utime(folder / "leave.md", (1, 1))

    assert counts(run(index, folder, embedder=RefusingEmbedder())) == (0, 0, 1, 0)


def test_a_changed_file_is_updated_and_its_old_chunks_are_gone(folder: Path, index: Index) -> None:
    long = "\n\n".join(f"# Part {number}\n\nThirty days of oldness." for number in range(5))
    write(folder, leave=long, pay="On the first.")
    run(index, folder)

    write(folder, leave="Forty days of novelty.")
    report = run(index, folder)

    assert counts(report) == (0, 1, 1, 0)
    assert report.chunks == 1
    assert index.visible_to(EVERYTHING).chunk_count() == 2
    assert found(index, "oldness") == []
    assert found(index, "novelty") == ["leave.md"]
    assert [(record.chunks, record.complete) for record in index.records()] == [(1, True), (1, True)]
    document = index.visible_to(EVERYTHING).document("leave.md")
    assert document is not None
    assert document.text == "Forty days of novelty."


def test_a_vanished_file_is_removed_and_a_renamed_one_moves(folder: Path, index: Index) -> None:
    write(folder, leave="Thirty days.", pay="On the first.")
    run(index, folder)

    (folder / "leave.md").unlink()
    (folder / "pay.md").rename(folder / "salary.md")
    report = run(index, folder)

    assert counts(report) == (1, 0, 0, 2)
    assert ids(index) == ["salary.md"]
    assert index.visible_to(EVERYTHING).chunk_count() == 1


def test_a_run_removes_documents_of_its_own_sources_only(folder: Path, index: Index, tmp_path: Path) -> None:
    support = tmp_path / "support"
    support.mkdir()
    write(folder, leave="Thirty days.", pay="On the first.")
    write(support, ticket="Open a ticket.")
    run(index, folder)
    run(index, support)

    (folder / "leave.md").unlink()
    assert counts(run(index, support)) == (0, 0, 1, 0)
    assert ids(index) == ["leave.md", "pay.md", "ticket.md"]
    assert run(index, folder).exit_code == 0
    assert ids(index) == ["pay.md", "ticket.md"]


def test_a_new_version_that_cannot_be_read_keeps_the_old_one(folder: Path, index: Index) -> None:
    (folder / "rules.pdf").write_bytes(pdf([["Parking is free."]]))
    run(index, folder)
    (folder / "rules.pdf").write_bytes(pdf([["Parking is dear."]], password="secret"))

    report = run(index, folder)

    (row,) = report.failed
    assert row.reason == ("it is encrypted; save it without a password; the version from before stays in the index")
    assert found(index, "parking free") == ["rules.pdf"]
    assert index.visible_to(EVERYTHING).document("rules.pdf") is not None


# Passages that are known


def handbook(parts: int, name: str = "Handbook") -> str:
    """A document with a title and a chunk for each part."""
    return "\n\n".join([f"# {name}", *(f"## Part {part}\n\nRule {part} of the house." for part in range(parts))])


def test_a_renamed_file_with_a_title_and_a_moved_one_without_cost_no_embedding(folder: Path, index: Index) -> None:
    write(folder, leave=handbook(3), pay="On the first.")
    run(index, folder)

    (folder / "old").mkdir()
    (folder / "leave.md").rename(folder / "holidays.md")
    (folder / "pay.md").rename(folder / "old" / "pay.md")
    report = run(index, folder, embedder=RefusingEmbedder())

    assert counts(report) == (2, 0, 0, 2)
    assert (report.chunks, report.reused) == (4, 4)
    assert ids(index) == ["holidays.md", "old/pay.md"]
    assert found(index, "rule house") == ["holidays.md"] * 3


def test_of_a_changed_document_only_the_changed_passages_are_embedded(folder: Path, index: Index) -> None:
    write(folder, leave=handbook(20))
    run(index, folder)

    write(folder, leave=handbook(20).replace("Rule 7 of", "Exception 7 to"))
    report = run(index, folder)

    assert counts(report) == (0, 1, 0, 0)
    assert (report.chunks, report.reused) == (20, 19)
    assert found(index, "exception 7") == ["leave.md"]


def test_identical_passages_of_different_documents_and_sources_are_embedded_once(
    folder: Path, index: Index, tmp_path: Path
) -> None:
    class CountingEmbedder(HashEmbedder):
        embedded = 0

        def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
            self.embedded += len(texts)
            return super().embed(texts, report)

    embedder = CountingEmbedder()
    write(folder, a=handbook(3) + "\n\nEdition A.", b=handbook(3) + "\n\nEdition B.")
    first = run(index, folder, embedder=embedder)
    other = tmp_path / "other"
    other.mkdir()
    write(other, c=handbook(3) + "\n\nEdition C.")
    second = run(index, other, embedder=embedder)

    assert (first.chunks, first.reused) == (6, 2)
    assert (second.chunks, second.reused) == (3, 2)
    assert embedder.embedded == 5


def test_an_edited_index_has_the_vectors_of_a_new_one(folder: Path, store: EdgeStore, tmp_path: Path) -> None:
    write(folder, leave=handbook(4), pay=handbook(4, "Pay"))
    edited = store.open()
    run(edited, folder)
    write(folder, leave=handbook(5), pay=handbook(4, "Pay") + "\n\nMore.")
    run(edited, folder)
    new = EdgeIndex.create(tmp_path / "new", hash_fingerprint())
    run(new, folder)

    assert stored_in(edited) == stored_in(new)
    edited.close()
    new.close()


# Copies


def same_as(index: Index) -> dict[str, str | None]:
    return {record.id: record.same_as for record in index.records()}


def test_two_files_of_the_same_content_are_one_document_with_two_names(folder: Path, index: Index) -> None:
    write(folder, a="Thirty days.", b="Thirty days.", c="Thirty days.")

    report = run(index, folder)

    assert (counts(report), report.chunks) == ((3, 0, 0, 0), 1)
    assert found(index, "thirty days") == ["a.md"]
    assert same_as(index) == {"a.md": None, "b.md": "a.md", "c.md": "a.md"}
    assert [(record.chunks, record.characters, record.complete) for record in index.records()] == [
        (1, 12, True), (0, 12, True), (0, 12, True),
    ]  # fmt: skip
    assert counts(run(index, folder, embedder=RefusingEmbedder())) == (0, 0, 3, 0)


def test_a_copy_has_the_title_of_its_content_or_the_name_of_its_own_file(folder: Path, index: Index) -> None:
    write(folder, a="# Annual leave\n\nThirty days.", b="# Annual leave\n\nThirty days.", first="Text.", other="Text.")

    run(index, folder)

    assert [record.name for record in index.records()] == ["Annual leave", "Annual leave", "first", "other"]


def test_a_file_that_appears_before_its_original_is_the_copy(folder: Path, index: Index) -> None:
    write(folder, z="Thirty days.")
    run(index, folder)
    write(folder, a="Thirty days.")

    report = run(index, folder, embedder=RefusingEmbedder())

    assert counts(report) == (1, 0, 1, 0)
    assert same_as(index) == {"a.md": "z.md", "z.md": None}


def test_a_copy_takes_over_when_its_original_vanishes(folder: Path, index: Index) -> None:
    write(folder, a="Thirty days.", b="Thirty days.", c="Thirty days.")
    run(index, folder)
    (folder / "a.md").unlink()

    report = run(index, folder)

    assert counts(report) == (0, 2, 0, 1)
    assert same_as(index) == {"b.md": None, "c.md": "b.md"}
    assert found(index, "thirty days") == ["b.md"]
    assert index.visible_to(EVERYTHING).chunk_count() == 1


def test_a_copy_takes_over_when_its_original_changes(folder: Path, index: Index) -> None:
    write(folder, a="Thirty days.", b="Thirty days.")
    run(index, folder)
    write(folder, a="Forty days.")

    assert counts(run(index, folder)) == (0, 2, 0, 0)
    assert same_as(index) == {"a.md": None, "b.md": None}
    assert (found(index, "forty"), found(index, "thirty")) == (["a.md"], ["b.md"])
    document = index.visible_to(EVERYTHING).document("b.md")
    assert document is not None
    assert document.text == "Thirty days."


def test_a_document_that_becomes_a_copy_loses_its_chunks_and_one_that_changes_gets_some(
    folder: Path, index: Index
) -> None:
    write(folder, a="Thirty days.", b="Forty days.")
    run(index, folder)
    write(folder, b="Thirty days.")
    assert counts(run(index, folder)) == (0, 1, 1, 0)
    assert (same_as(index)["b.md"], index.visible_to(EVERYTHING).chunk_count(), found(index, "forty")) == (
        "a.md",
        1,
        [],
    )

    write(folder, b="Fifty days.")
    assert counts(run(index, folder)) == (0, 1, 1, 0)
    assert (same_as(index)["b.md"], found(index, "fifty")) == (None, ["b.md"])


def test_two_files_that_exchange_their_contents_lose_nothing(folder: Path, index: Index) -> None:
    write(folder, a="Thirty days.", b="Forty days.")
    run(index, folder)
    write(folder, a="Forty days.", b="Thirty days.")

    assert counts(run(index, folder)) == (0, 2, 0, 0)
    assert (found(index, "forty"), found(index, "thirty")) == (["a.md"], ["b.md"])
    assert index.visible_to(EVERYTHING).chunk_count() == 2


def test_an_original_that_cannot_be_read_any_more_keeps_its_version_and_its_copy(folder: Path, index: Index) -> None:
    write(folder, a="Thirty days.", b="Thirty days.")
    run(index, folder)
    write(folder, a="")

    report = run(index, folder)

    assert [row.path for row in report.failed] == ["a.md"]
    assert same_as(index) == {"a.md": None, "b.md": "a.md"}
    assert found(index, "thirty") == ["a.md"]


def test_a_copy_of_a_file_that_cannot_be_read_is_reported_like_it(folder: Path, index: Index) -> None:
    (folder / "a.pdf").write_bytes(b"%PDF-1.4 nonsense")
    (folder / "b.pdf").write_bytes(b"%PDF-1.4 nonsense")

    report = run(index, folder)

    assert [row.path for row in report.failed] == ["a.pdf", "b.pdf"]
    assert ids(index) == []


def test_a_copy_outside_the_part_that_is_read_takes_over(folder: Path, index: Index) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "x.md").write_text("Thirty days.", encoding="utf-8")
    source = FolderSource("team", folder)
    ingest([source], index, hash_stages(), no_progress)
    write(folder, y="Thirty days.")
    ingest([source], index, hash_stages(), no_progress)
    assert same_as(index)["y.md"] == "sub/x.md"
    (folder / "sub" / "x.md").write_text("Forty days.", encoding="utf-8")

    report = ingest([replace(source, part="sub")], index, hash_stages(), no_progress)

    assert counts(report) == (0, 2, 0, 0)
    assert found(index, "thirty") == ["y.md"]


def test_documents_of_two_sources_are_never_copies(folder: Path, index: Index, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write(folder, a="Thirty days.")
    write(other, b="Thirty days.")

    run(index, folder, other)

    assert set(same_as(index).values()) == {None}


# Sources that are gone


def test_a_folder_that_is_gone_keeps_its_documents_and_is_named_with_the_command(
    folder: Path, index: Index, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write(folder, a="Thirty days.")
    write(other, b="Forty days.")
    sources = sources_from_paths([folder, other])
    ingest(sources, index, hash_stages(), no_progress)
    folder.rename(tmp_path / "unmounted")

    report = ingest(sources, index, hash_stages(), no_progress)

    assert (counts(report), report.exit_code) == ((0, 0, 1, 0), 3)
    assert report.failed == (
        Unread(
            str(folder),
            f"{folder} does not exist; mount its disk, or move it back; its 1 document(s) stay in the index. "
            f"If it is gone for good, remove its documents: groundwork ingest --forget {folder}",
        ),
    )
    assert len(ids(index)) == 2


@pytest.mark.parametrize("remains", [None, "lost+found", "broken.pdf"])
def test_a_run_never_removes_the_last_document_of_a_folder(folder: Path, index: Index, remains: str | None) -> None:
    write(folder, a="Thirty days.", b="Forty days.")
    run(index, folder)
    for name in ("a", "b"):
        (folder / f"{name}.md").unlink()
    if remains:
        (folder / remains).write_bytes(b"%PDF-1.4 nonsense")

    report = run(index, folder)

    (*_, row) = report.failed
    assert row.path == str(folder)
    assert "none of its files is there any more" in row.reason
    assert "its 2 document(s) stay in the index" in row.reason
    assert row.reason.endswith(f"remove its documents: groundwork ingest --forget {folder}")
    assert ids(index) == ["a.md", "b.md"]


def test_a_single_file_that_is_gone_keeps_its_document(folder: Path, index: Index) -> None:
    write(folder, a="Thirty days.")
    sources = sources_from_paths([folder / "a.md"])
    ingest(sources, index, hash_stages(), no_progress)
    (folder / "a.md").unlink()

    report = ingest(sources, index, hash_stages(), no_progress)

    assert (report.exit_code, [row.path for row in report.failed]) == (1, [str(folder / "a.md")])
    assert ids(index) == ["a.md"]


def test_when_every_file_has_a_new_name_the_old_ones_are_removed(folder: Path, index: Index) -> None:
    write(folder, a="Thirty days.")
    run(index, folder)
    write(folder, a="Forty days.")
    (folder / "a.md").rename(folder / "b.md")

    assert counts(run(index, folder)) == (1, 0, 0, 1)
    assert ids(index) == ["b.md"]


def test_a_source_that_is_forgotten_is_removed_whole(folder: Path, index: Index, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write(folder, a="Thirty days.", b="Thirty days.")
    write(other, c="Forty days.")
    run(index, folder, other)

    report = forget([str(folder)], index)

    assert (report.deleted, report.forgotten, report.exit_code) == (2, (str(folder),), 0)
    assert ids(index) == ["other/c.md"]
    assert index.visible_to(EVERYTHING).chunk_count() == 1


def test_a_rebuild_without_a_folder_that_is_gone_is_not_begun(folder: Path, store: EdgeStore) -> None:
    write(folder, a="Thirty days.")
    sources = sources_from_paths([folder])
    folder.rename(folder.with_name("unmounted"))

    with pytest.raises(SourceUnavailable, match=f"remove its documents: groundwork ingest --forget {folder}"):
        rebuild(sources, store, hash_stages(), no_progress)


# Sources with the same ids


def test_a_document_of_another_source_is_not_even_read(folder: Path, index: Index, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write(folder, leave="Thirty days.")
    write(other, leave="")
    run(index, folder)

    (row,) = run(index, other).failed

    assert "a document with this id came from the source" in row.reason


def test_an_id_that_belongs_to_another_source_is_refused_and_nothing_is_overwritten(
    folder: Path, index: Index, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write(folder, leave="Thirty days.")
    write(other, leave="Forty days.", pay="On the first.")
    run(index, folder)

    report = run(index, other)

    (row,) = report.failed
    assert row.path == "leave.md"
    assert row.reason.startswith(f"a document with this id came from the source '{folder}'; ingest both folders")
    assert counts(report) == (1, 0, 0, 0)
    assert found(index, "thirty") == ["leave.md"]
    assert found(index, "forty") == []


def test_one_id_from_two_sources_of_one_run_is_written_once(folder: Path, index: Index, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write(folder, leave="Thirty days.")
    write(other, leave="Forty days.")
    sources = [FolderSource(str(root), root) for root in (folder, other)]

    report = ingest(sources, index, hash_stages(), no_progress)

    assert counts(report) == (1, 0, 0, 0)
    assert [row.path for row in report.failed] == ["leave.md"]
    assert index.visible_to(EVERYTHING).chunk_count() == 1
    again = ingest(sources, index, hash_stages(RefusingEmbedder()), no_progress)
    assert counts(again) == (0, 0, 1, 0)


def test_folders_that_are_named_together_keep_their_documents_apart(folder: Path, index: Index, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write(folder, leave="Thirty days.")
    write(other, leave="Forty days.")

    report = run(index, folder, other)

    assert counts(report) == (2, 0, 0, 0)
    assert ids(index) == ["handbook/leave.md", "other/leave.md"]


@pytest.mark.parametrize("name", ["setup.exe", "empty.md"])
def test_a_folder_in_which_nothing_can_be_read_is_exit_code_1(folder: Path, index: Index, name: str) -> None:
    (folder / name).touch()

    report = run(index, folder)

    assert report.exit_code == 1
    assert len(report.failed) + len(report.skipped) == 1


def test_a_document_names_itself_or_is_called_after_its_file(folder: Path, index: Index) -> None:
    write(folder, a="# Annual leave\n\nThirty days.", parental_leave="Twelve weeks.")
    (folder / "sick-leave.txt").write_text("Call in.", encoding="utf-8")

    run(index, folder)

    assert {record.id: record.name for record in index.records()} == {
        "a.md": "Annual leave", "parental_leave.md": "parental leave", "sick-leave.txt": "sick leave",
    }  # fmt: skip


def test_a_page_of_headings_alone_is_a_document_without_chunks(folder: Path, index: Index) -> None:
    write(folder, index="# Leave\n\n## Annual\n")

    report = run(index, folder)

    assert (counts(report), report.chunks) == ((1, 0, 0, 0), 0)
    assert counts(run(index, folder)) == (0, 0, 1, 0)


def test_what_a_parser_left_out_is_reported_once_and_kept_with_the_document(folder: Path, index: Index) -> None:
    write(folder, a="Thirty days.", b="Forty days.")

    def parse_all_but_comments(content: bytes, name: str) -> ParsedText:
        parsed = parse(content, name)
        return replace(parsed, left_out=("2 comments", "a header")) if b"Thirty" in content else parsed

    stages = replace(hash_stages(), parse=parse_all_but_comments)
    first = ingest(sources_from_paths([folder]), index, stages, no_progress)
    second = ingest(sources_from_paths([folder]), index, stages, no_progress)

    assert first.left_out == (LeftOut("a.md", "2 comments"), LeftOut("a.md", "a header"))
    assert second.left_out == ()
    document = index.visible_to(EVERYTHING).document("a.md")
    assert document is not None
    assert document.left_out == ("2 comments", "a header")


def test_progress_is_shown_for_every_file(folder: Path, index: Index) -> None:
    write(folder, a="Text.", b="Other.", c="")
    seen: list[Progress] = []

    ingest(sources_from_paths([folder]), index, hash_stages(), seen.append)

    read = [(progress.done, progress.total, progress.name) for progress in seen if progress.stage == "reading"]
    assert read == [(0, 3, ""), (1, 3, "a.md"), (2, 3, "b.md"), (3, 3, "c.md")]
    assert list(dict.fromkeys(progress.stage for progress in seen)) == [
        *("listing", "reading", "embedding", "writing", "removing")
    ]
    assert (seen[-1].chunks, seen[-1].chunks_expected, seen[-1].seconds_left) == (2, 2, 0.0)


def test_a_folder_of_many_windows_is_ingested_whole(folder: Path, index: Index) -> None:
    for number in range(30):
        write(folder, **{f"page{number:02d}": f"# Page {number}\n\n" + f"Sentence of page {number}. " * 900})

    report = run(index, folder)

    assert report.created == 30
    assert (
        sum(record.chunks for record in index.records()) == report.chunks == index.visible_to(EVERYTHING).chunk_count()
    )


class Killed(BaseException):
    """Ends a run where a SIGKILL might."""


class DyingIndex(EdgeIndex):
    """Dies when new chunks are written and the old ones are not yet removed."""

    def remove_chunks(self, document_id: str, *, except_hash: str) -> None:
        raise Killed


def test_a_file_that_is_put_back_after_a_killed_update_has_its_own_chunks_alone(folder: Path, tmp_path: Path) -> None:
    shard = tmp_path / "shard"
    index = EdgeIndex.create(shard, hash_fingerprint())
    write(folder, leave="Thirty days.")
    run(index, folder)
    index.close()
    write(folder, leave="Forty days.")
    dying = DyingIndex.load(shard, hash_fingerprint())
    with pytest.raises(Killed):
        run(dying, folder)
    served = dying.visible_to(EVERYTHING).document("leave.md")
    assert served is not None
    assert served.text == "Thirty days."
    dying.close()

    write(folder, leave="Thirty days.")
    index = EdgeIndex.load(shard, hash_fingerprint())
    report = run(index, folder)

    assert counts(report) == (0, 1, 0, 0)
    assert index.visible_to(EVERYTHING).chunk_count() == 1
    assert (found(index, "thirty"), found(index, "forty")) == (["leave.md"], [])
    index.close()


def test_a_rebuild_replaces_everything_at_once(folder: Path, store: EdgeStore) -> None:
    write(folder, leave="Thirty days.")
    old = store.open()
    run(old, folder)
    (folder / "leave.md").rename(folder / "annual.md")

    rebuilt, report = rebuild(sources_from_paths([folder]), store, hash_stages(), no_progress)

    assert counts(report) == (1, 0, 0, 0)
    assert rebuilt is not None
    assert (ids(old), ids(rebuilt)) == (["leave.md"], ["annual.md"])
    old.close()
    rebuilt.close()
    again = store.open()
    assert ids(again) == ["annual.md"]
    again.close()


def test_a_rebuild_that_reads_nothing_leaves_the_old_generation(folder: Path, store: EdgeStore) -> None:
    write(folder, leave="Thirty days.")
    old = store.open()
    run(old, folder)
    old.close()
    write(folder, leave="")

    rebuilt, report = rebuild(sources_from_paths([folder]), store, hash_stages(), no_progress)

    assert (rebuilt, report.exit_code) == (None, 1)
    again = store.open()
    assert found(again, "thirty") == ["leave.md"]
    again.close()
    assert [path.name for path in Path(store.place).glob("generation-*")] == ["generation-0001"]


def test_a_rebuild_that_ends_with_an_error_leaves_nothing_on_the_disk(folder: Path, store: EdgeStore) -> None:
    write(folder, leave="Thirty days.")
    store.open().close()

    def fail(*_: object) -> list[Copy]:
        raise DiskFull("The disk is full.")

    with pytest.raises(DiskFull, match="full"):
        rebuild(sources_from_paths([folder]), store, hash_stages(), no_progress, lambda _: fail)

    assert [path.name for path in Path(store.place).glob("generation-*")] == ["generation-0001"]


def test_a_source_that_is_missing_stops_before_anything_is_removed(folder: Path, index: Index) -> None:
    write(folder, leave="Thirty days.")
    run(index, folder)
    folder.rename(folder.with_name("elsewhere"))

    with pytest.raises(ConfigurationError, match="There is no file or folder"):
        run(index, folder)
    assert ids(index) == ["leave.md"]


@pytest.mark.filterwarnings(LOCAL_MODE)
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_life_of_a_folder_is_the_same_on_every_backend(folder: Path, tmp_path: Path, backend: str) -> None:
    (tmp_path / "index").mkdir()
    with place(backend, tmp_path / "index") as where:
        index = where.store(hash_fingerprint()).open()
        write(folder, a="# A\n\nThirty days.", b="# B\n\nForty days.")
        assert counts(run(index, folder)) == (2, 0, 0, 0)
        write(folder, a="# A\n\nFifty days.", c="# C\n\nSixty days.")
        (folder / "b.md").unlink()

        assert counts(run(index, folder)) == (1, 1, 0, 1)

        assert (ids(index), index.visible_to(EVERYTHING).chunk_count()) == (["a.md", "c.md"], 2)
        assert [found(index, word) for word in ("thirty", "forty", "fifty", "sixty")] == [[], [], ["a.md"], ["c.md"]]
        assert counts(run(index, folder, embedder=RefusingEmbedder())) == (0, 0, 2, 0)
        index.close()


def test_with_the_bundled_model_a_passage_is_found_by_its_meaning(folder: Path, tmp_path: Path) -> None:
    write(folder, leave="Colleagues have thirty days off.", laptops="A cracked screen is replaced.", vpn="Use the VPN.")
    stages = Stages(parse, bundled_embedder(), Bm25Encoder("english"))
    index = EdgeIndex.create(tmp_path / "shard", fingerprint_of(stages.embedder, stages.sparse, "handbook"))
    ingest(sources_from_paths([folder]), index, stages, no_progress)
    question = "How much vacation may I take?"

    hits = index.visible_to(EVERYTHING).search(
        HybridQuery(stages.embedder.embed([question])[0], stages.sparse.query(question), candidates=50, rrf_k=2), 3
    )

    assert hits[0].chunk.document_id == "leave.md"
    index.close()
