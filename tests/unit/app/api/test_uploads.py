"""Uploads of one name at the same time."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest
from fastapi import UploadFile

from app.api.documents import save_upload
from core.errors import TooLarge
from ingest.parse import MAX_BYTES

THREADS = 8


def test_uploads_of_one_name_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    contents = [bytes([65 + number]) * 3_000_000 for number in range(THREADS)]
    begin = threading.Barrier(THREADS)
    errors: list[Exception] = []

    def upload(content: bytes) -> None:
        begin.wait()
        try:
            save_upload(UploadFile(io.BytesIO(content)), tmp_path / "note.md")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=upload, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (tmp_path / "note.md").read_bytes() in contents
    assert [path.name for path in tmp_path.iterdir()] == ["note.md"]


class _Endless(io.RawIOBase):
    def read(self, size: int = -1) -> bytes:
        return b"x" * size


def test_an_upload_that_is_too_large_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("before", encoding="utf-8")
    with pytest.raises(TooLarge, match=f"{MAX_BYTES:,} bytes"):
        save_upload(UploadFile(_Endless()), tmp_path / "note.md")  # type: ignore[arg-type]
    assert (tmp_path / "note.md").read_text(encoding="utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["note.md"]
