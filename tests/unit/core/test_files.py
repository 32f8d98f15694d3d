from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.files import replace_text


def test_a_text_replaces_what_the_file_had_and_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "new" / "cases.jsonl"
    replace_text(file, "one\n")
    file.chmod(0o640)
    replace_text(file, "zwei ü\n")
    assert file.read_text(encoding="utf-8") == "zwei ü\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(file.parent.iterdir()) == [file]


def test_a_write_that_fails_keeps_what_the_file_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "cases.jsonl"
    replace_text(file, "one\n")

    def fail(source: object, target: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        replace_text(file, "two\n")
    assert file.read_text(encoding="utf-8") == "one\n"
    assert list(tmp_path.iterdir()) == [file]
