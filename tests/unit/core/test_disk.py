from __future__ import annotations

import errno
from collections import namedtuple
from pathlib import Path

import pytest

from core.disk import check_free, disk_full
from core.errors import DiskFull
from core.index.edge.index import EdgeIndex
from core.permissions import EVERYTHING
from testing.builders import chunk_of, document_of, embed, hash_fingerprint, query_of, record_of

Usage = namedtuple("Usage", "total used free")


def leave_free(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr("core.disk.shutil.disk_usage", lambda _: Usage(10**12, 10**12 - free, free))


def test_with_enough_space_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_free(monkeypatch, 300_000_000)
    check_free(tmp_path, 100_000_000)


def test_too_little_space_is_an_error_with_the_folder_and_both_sizes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_free(monkeypatch, 299_000_000)
    with pytest.raises(DiskFull, match=f"{tmp_path} is full: 299 MB are free, and 300 MB are needed. Free some space"):
        check_free(tmp_path, 100_000_000)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_write_that_fails_for_lack_of_space_is_an_error_with_the_file(number: int) -> None:
    found = disk_full(OSError(number, "No space left on device", "/data/uploads/a.md"))
    assert found is not None
    assert "The disk of /data/uploads/a.md is full" in str(found)
    assert (found.status, found.code) == (507, "disk_full")


def test_another_failure_of_the_system_is_not_taken_for_a_full_disk() -> None:
    assert disk_full(PermissionError(errno.EACCES, "Permission denied", "/data")) is None


def test_on_a_full_disk_an_index_refuses_writes_loses_nothing_and_still_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    index = EdgeIndex.create(tmp_path / "index", hash_fingerprint())
    page, chunks = document_of("Leave is thirty days."), embed([chunk_of("page.md", "Leave is thirty days.")])
    index.write_chunks(chunks)
    index.write_document(record_of(page), page)

    leave_free(monkeypatch, 150_000_000)
    with pytest.raises(DiskFull):
        index.write_chunks(embed([chunk_of("other.md", "Travel is by train.")]))
    with pytest.raises(DiskFull):
        index.write_document(record_of(document_of("Travel is by train.")), document_of("Travel is by train."))
    with pytest.raises(DiskFull):
        EdgeIndex.create(tmp_path / "another", hash_fingerprint())
    assert [hit.chunk.document_id for hit in index.visible_to(EVERYTHING).search(query_of("leave"), 5)] == ["page.md"]
    assert index.visible_to(EVERYTHING).document("page.md") == page

    index.remove_document("page.md")
    index.settle()
    assert index.visible_to(EVERYTHING).chunk_count() == 0
    assert "the index was not optimized" in caplog.text

    leave_free(monkeypatch, 50_000_000)
    with pytest.raises(DiskFull):
        index.remove_document("page.md")
    index.close()


def test_the_words_of_the_chunks_need_space_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = EdgeIndex.create(tmp_path / "index", hash_fingerprint())
    chunks = embed([chunk_of("page.md", "Leave is thirty days.")])
    monkeypatch.setattr("core.index.edge.index.check_free", lambda *_: None)
    leave_free(monkeypatch, 200_001_000)
    with pytest.raises(DiskFull):
        index.write_chunks(chunks)
    assert index.visible_to(EVERYTHING).chunk_count() == 0
    leave_free(monkeypatch, 200_003_000)
    index.write_chunks(chunks)
    index.close()
