"""A long document is written a window of chunks at a time; a killed run is finished from the window that it reached."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from core.index import Index
from core.index.edge.index import EdgeIndex
from core.permissions import EVERYTHING
from core.types import EmbeddedChunk
from ingest.progress import Progress
from ingest.run import ingest
from ingest.sources import FolderSource
from testing.builders import hash_fingerprint, hash_stages, no_progress, query_of

PARAGRAPHS = 40


class CountingIndex(EdgeIndex):
    """Counts the chunks of each write, and dies after as many writes as it is allowed."""

    sizes: list[int]
    allowed = 1000

    def write_chunks(self, chunks: Sequence[EmbeddedChunk]) -> None:
        if len(self.sizes) == self.allowed:
            raise KeyboardInterrupt
        self.sizes.append(len(chunks))
        super().write_chunks(chunks)


@pytest.fixture(autouse=True)
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.write.WINDOW_CHUNKS", 8)
    monkeypatch.setattr("ingest.write._WINDOW_CHARACTERS", 8 * 1000)


@pytest.fixture
def counting(tmp_path: Path) -> CountingIndex:
    made = CountingIndex.create(tmp_path / "counting", hash_fingerprint())
    assert isinstance(made, CountingIndex)
    made.sizes = []
    return made


def write_long(folder: Path, version: str = "first") -> FolderSource:
    paragraphs = [f"Paragraph {n} of the {version} edition says {'something ' * 150}." for n in range(PARAGRAPHS)]
    (folder / "long.md").write_text("\n\n".join(paragraphs), encoding="utf-8")
    return FolderSource("handbook", folder)


def test_no_window_is_larger_than_it_may_be(folder: Path, counting: CountingIndex) -> None:
    report = ingest([write_long(folder)], counting, hash_stages(), no_progress)
    assert max(counting.sizes) == 8
    assert sum(counting.sizes) == report.chunks == counting.visible_to(EVERYTHING).chunk_count() == PARAGRAPHS
    assert [record.chunks for record in counting.records()] == [PARAGRAPHS]
    counting.close()


def test_small_documents_share_a_window(folder: Path, counting: CountingIndex) -> None:
    for number in range(12):
        (folder / f"page{number:02}.md").write_text(f"This is page {number}.", encoding="utf-8")
    ingest([FolderSource("handbook", folder)], counting, hash_stages(), no_progress)
    assert counting.sizes == [8, 4]
    counting.close()


def test_a_killed_run_is_finished_without_embedding_again_what_it_wrote(folder: Path, counting: CountingIndex) -> None:
    source = write_long(folder)
    counting.allowed = 3
    with pytest.raises(KeyboardInterrupt):
        ingest([source], counting, hash_stages(), no_progress)
    assert counting.visible_to(EVERYTHING).chunk_count() == 24
    assert counting.visible_to(EVERYTHING).document("long.md") is None

    counting.allowed = 1000
    seen: list[Progress] = []
    report = ingest([source], counting, hash_stages(), seen.append)
    assert (report.created, report.chunks) == (1, PARAGRAPHS - 24)
    assert (seen[-1].chunks, seen[-1].chunks_expected) == (PARAGRAPHS - 24, PARAGRAPHS - 24)
    assert counting.visible_to(EVERYTHING).chunk_count() == PARAGRAPHS
    assert {
        hit.chunk.ordinal for hit in counting.visible_to(EVERYTHING).search(query_of("paragraph", candidates=99), 99)
    } == set(range(PARAGRAPHS))
    counting.close()


@pytest.mark.parametrize("then", ["second", "third", "first"])
def test_a_killed_update_ends_with_the_chunks_of_one_version(folder: Path, counting: CountingIndex, then: str) -> None:
    ingest([write_long(folder)], counting, hash_stages(), no_progress)
    counting.allowed = len(counting.sizes) + 2
    with pytest.raises(KeyboardInterrupt):
        ingest([write_long(folder, "second")], counting, hash_stages(), no_progress)
    assert counting.visible_to(EVERYTHING).chunk_count() == PARAGRAPHS + 16
    earlier = counting.visible_to(EVERYTHING).document("long.md")
    assert earlier is not None
    assert "first edition" in earlier.text

    counting.allowed = 1000
    report = ingest([write_long(folder, then)], counting, hash_stages(), no_progress)

    assert report.updated == 1
    assert report.chunks == {"second": PARAGRAPHS - 16, "third": PARAGRAPHS, "first": 0}[then]
    assert counting.visible_to(EVERYTHING).chunk_count() == PARAGRAPHS
    hits = counting.visible_to(EVERYTHING).search(query_of("edition", candidates=99), 99)
    assert all(f"{then} edition" in hit.chunk.text for hit in hits)
    counting.close()


def test_a_complete_document_is_unchanged_in_the_next_run(folder: Path, index: Index) -> None:
    source = write_long(folder)
    ingest([source], index, hash_stages(), no_progress)
    assert ingest([source], index, hash_stages(), no_progress).unchanged == 1
