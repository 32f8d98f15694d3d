"""What `groundwork backup` refuses before it reads anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.operations.backup import backup_command
from core.errors import BackupFault, ConfigurationError
from testing.handbook import write_domain


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GROUNDWORK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GROUNDWORK_DOMAIN", str(write_domain(tmp_path / "team")))
    monkeypatch.delenv("QDRANT_URL", raising=False)
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("backup.zip", r"must end with \.tar or \.tar\.gz"),
        ("nowhere/backup.tar", "does not exist"),
        ("there.tar", "exists already"),
        ("data/backup.tar", "is in the data directory"),
    ],
)
def test_a_file_that_cannot_be_a_backups_is_refused(data_dir: Path, tmp_path: Path, name: str, why: str) -> None:
    data_dir.mkdir()
    (tmp_path / "there.tar").write_text("mine", encoding="utf-8")

    with pytest.raises(ConfigurationError, match=why):
        backup_command(tmp_path / name)

    assert (tmp_path / "there.tar").read_text(encoding="utf-8") == "mine"


def test_a_place_without_an_index_is_named_and_no_file_is_left(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupFault, match=f"There is no index in {data_dir / 'index'}"):
        backup_command(tmp_path / "backup.tar")

    assert list(tmp_path.glob("backup*")) == []
