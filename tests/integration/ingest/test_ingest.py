"""A run of the ingestion on real files: what it writes, skips, removes, and says about it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.embedding.bundled import bundled_embedder
from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.errors import ConfigurationError
from core.index import Bm25Encoder, Index
from core.index.edge import EdgeIndex
from core.index.edge_store import EdgeStore
from core.types import HybridQuery, Vectors
from ingest.parse import parse
from ingest.progress import Progress
from ingest.report import IngestReport
from ingest.run import Stages, fingerprint_of, ingest, rebuild
from ingest.sources import FolderSource, sources_from_paths
from testing.builders import hash_fingerprint, hash_stages, no_progress, query_of
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
    return [hit.chunk.document_id for hit in index.search(query, 50) if set(query.sparse.indices) <= hit.tokens]


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
    assert report.chunks == index.chunk_count() == 7
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
    document = index.document("rules.pdf")
    assert document is not None
    second_page = document.text.index("Bicycles")

    hits = index.search(query_of("parking bicycles"), 50)

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
    assert index.chunk_count() == 2
    assert found(index, "oldness") == []
    assert found(index, "novelty") == ["leave.md"]
    assert [(record.chunks, record.complete) for record in index.records()] == [(1, True), (1, True)]
    document = index.document("leave.md")
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
    assert index.chunk_count() == 1


def test_a_run_removes_documents_of_its_own_sources_only(folder: Path, index: Index, tmp_path: Path) -> None:
    support = tmp_path / "support"
    support.mkdir()
    write(folder, leave="Thirty days.")
    write(support, ticket="Open a ticket.")
    run(index, folder)
    run(index, support)

    (folder / "leave.md").unlink()
    assert counts(run(index, support)) == (0, 0, 1, 0)
    assert ids(index) == ["leave.md", "ticket.md"]
    assert run(index, folder).exit_code == 0
    assert ids(index) == ["ticket.md"]


def test_a_new_version_that_cannot_be_read_keeps_the_old_one(folder: Path, index: Index) -> None:
    (folder / "rules.pdf").write_bytes(pdf([["Parking is free."]]))
    run(index, folder)
    (folder / "rules.pdf").write_bytes(pdf([["Parking is dear."]], password="secret"))

    report = run(index, folder)

    (row,) = report.failed
    assert row.reason == ("it is encrypted; save it without a password; the version from before stays in the index")
    assert found(index, "parking free") == ["rules.pdf"]
    assert index.document("rules.pdf") is not None


def test_two_files_of_the_same_content_are_two_documents(folder: Path, index: Index) -> None:
    write(folder, a="Thirty days.", b="Thirty days.")

    run(index, folder)

    assert set(found(index, "thirty days")) == {"a.md", "b.md"}


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
    assert index.chunk_count() == 1
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


def test_progress_is_shown_for_every_file(folder: Path, index: Index) -> None:
    write(folder, a="Text.", b="Text.", c="")
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
    assert sum(record.chunks for record in index.records()) == report.chunks == index.chunk_count()


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
    served = dying.document("leave.md")
    assert served is not None
    assert served.text == "Thirty days."
    dying.close()

    write(folder, leave="Thirty days.")
    index = EdgeIndex.load(shard, hash_fingerprint())
    report = run(index, folder)

    assert counts(report) == (0, 1, 0, 0)
    assert index.chunk_count() == 1
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

        assert (ids(index), index.chunk_count()) == (["a.md", "c.md"], 2)
        assert [found(index, word) for word in ("thirty", "forty", "fifty", "sixty")] == [[], [], ["a.md"], ["c.md"]]
        assert counts(run(index, folder, embedder=RefusingEmbedder())) == (0, 0, 2, 0)
        index.close()


def test_with_the_bundled_model_a_passage_is_found_by_its_meaning(folder: Path, tmp_path: Path) -> None:
    write(folder, leave="Colleagues have thirty days off.", laptops="A cracked screen is replaced.", vpn="Use the VPN.")
    stages = Stages(parse, bundled_embedder(), Bm25Encoder("english"))
    index = EdgeIndex.create(tmp_path / "shard", fingerprint_of(stages.embedder, stages.sparse, "handbook"))
    ingest(sources_from_paths([folder]), index, stages, no_progress)
    question = "How much vacation may I take?"

    hits = index.search(
        HybridQuery(stages.embedder.embed([question])[0], stages.sparse.query(question), candidates=50, rrf_k=2), 3
    )

    assert hits[0].chunk.document_id == "leave.md"
    index.close()
