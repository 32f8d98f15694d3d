"""A backup has every file of the data directory that cannot be made again, and names what it leaves out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.backup.archive import Member
from app.backup.data_files import file_members, list_files, not_kept, replaced_entries
from core.settings import Settings

KEPT = ["cases.jsonl", "evals/run/results.jsonl", "releases/history.json", "sources.json", "uploads/.incoming/1/a.md"]
MADE_AGAIN = ["index/generation-0001/x", "models/a/weights", "groundwork.sqlite", "groundwork.sqlite-wal"]
HALF_WRITTEN = ["vllm-8001.log", "uploads/.incoming/0.part", "releases/.history.json.0a.new", "restoring/files/x"]


def filled(folder: Path) -> Settings:
    for name in (*KEPT, *MADE_AGAIN, *HALF_WRITTEN):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    (folder / "uploads" / "link.md").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe")
    return Settings(data_dir=folder, domain_dir=folder)


def content_of(member: Member) -> bytes:
    content = b"".join(member.content)
    assert len(content) == member.size
    return content


def test_all_is_kept_but_what_can_be_made_again(tmp_path: Path) -> None:
    settings = filled(tmp_path)
    files = list_files(settings, tmp_path / "groundwork.sqlite")

    contents = {member.name: content_of(member) for member in file_members(settings, files)}

    assert contents == {f"data/{name}": name.encode() for name in KEPT}
    assert sorted(files.left_out) == ["pipe", "uploads/link.md"]


def test_a_file_that_is_deleted_meanwhile_is_left_out(tmp_path: Path) -> None:
    settings = filled(tmp_path)
    files = list_files(settings, None)
    (tmp_path / "sources.json").unlink()

    names = [member.name for member in file_members(settings, files)]

    assert "data/sources.json" not in names
    assert "data/cases.jsonl" in names


def test_a_restore_replaces_what_a_backup_has_alone(tmp_path: Path) -> None:
    settings = filled(tmp_path)

    names = [path.name for path in replaced_entries(settings, tmp_path / "groundwork.sqlite")]

    assert names == ["cases.jsonl", "evals", "releases", "sources.json", "uploads"]


@pytest.mark.parametrize("database", [None, "other.sqlite"])
def test_a_sqlite_database_that_is_no_longer_used_is_left_out(tmp_path: Path, database: str | None) -> None:
    used = None if database is None else tmp_path / database

    assert list_files(filled(tmp_path), used).kept == [tmp_path / name for name in KEPT]


def test_the_names_of_the_files_that_are_kept_are_those_that_are_restored(tmp_path: Path) -> None:
    settings = filled(tmp_path)

    others = [*MADE_AGAIN, "restoring/files/x", "compiled/x.pyc"]

    assert list(not_kept([*KEPT, *others], settings, None)) == others
