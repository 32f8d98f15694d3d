"""The secret that signs the sessions of the widget."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.service.widget.secret import secret_file, widget_secret
from core.errors import ConfigurationError
from core.settings import Settings


def settings(folder: Path, secret: str | None = None) -> Settings:
    return Settings(data_dir=folder / "data", domain_dir=folder, widget_secret=secret)


def test_the_variable_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    assert widget_secret(settings(tmp_path, "x" * 48)) == "x" * 48
    assert not (tmp_path / "data").exists()


def test_a_secret_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    usual = os.umask(0)
    try:
        secret = widget_secret(settings(tmp_path))
    finally:
        os.umask(usual)
    assert len(secret) == 64
    assert widget_secret(settings(tmp_path)) == secret
    assert stat.S_IMODE(secret_file(settings(tmp_path)).stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["widget-secret"]


def test_two_data_directories_have_two_secrets(tmp_path: Path) -> None:
    assert widget_secret(settings(tmp_path / "a")) != widget_secret(settings(tmp_path / "b"))


def test_processes_that_start_at_once_have_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: widget_secret(settings(tmp_path)), range(40)))
    assert len(found) == 1


@pytest.mark.parametrize("content", [b"", b"short", "ä".encode() * 48])
def test_a_file_without_a_secret_is_named_and_not_used(tmp_path: Path, content: bytes) -> None:
    file = secret_file(settings(tmp_path))
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        widget_secret(settings(tmp_path))
    assert str(file) in str(caught.value)


def test_a_data_directory_that_is_a_file_is_named_with_the_fix(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="GROUNDWORK_WIDGET_SECRET") as caught:
        widget_secret(settings(tmp_path))
    assert str(tmp_path / "data") in str(caught.value)
