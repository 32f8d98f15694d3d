"""Which documents are copied into a new project, and which paths are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.fork import documents
from cli.fork.documents import copy_documents, find_documents
from core.errors import ConfigurationError, ForkError
from testing.forks import write_files


def targets(*folders: Path) -> list[str]:
    return [found.target.as_posix() for found in find_documents(folders)]


def test_the_files_of_one_folder_keep_their_paths_below_it(tmp_path: Path) -> None:
    write_files(tmp_path / "docs", {"b.md": "B", "leave/a.pdf": "A"})

    found = find_documents([tmp_path / "docs"])
    copy_documents(found, tmp_path / "corpus")

    assert [document.target.as_posix() for document in found] == ["b.md", "leave/a.pdf"]
    assert (tmp_path / "corpus" / "leave" / "a.pdf").read_text(encoding="utf-8") == "A"


def test_several_folders_have_a_folder_each_and_a_file_is_copied_by_its_name(tmp_path: Path) -> None:
    write_files(tmp_path, {"law/a.md": "A", "tax/a.md": "A", "note.txt": "N"})

    assert targets(tmp_path / "law", tmp_path / "tax", tmp_path / "note.txt") == ["law/a.md", "tax/a.md", "note.txt"]


def test_hidden_files_hidden_folders_and_links_stay_where_they_are(tmp_path: Path) -> None:
    write_files(tmp_path / "docs", {"a.md": "A", ".env": "SECRET=1", ".git/config": "[core]"})
    (tmp_path / "docs" / "link.md").symlink_to(tmp_path / "docs" / "a.md")

    assert targets(tmp_path / "docs") == ["a.md"]


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"There is no folder .*/nowhere\. Name an existing folder or file"):
        find_documents([tmp_path / "nowhere"])


def test_a_folder_without_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no document"):
        find_documents([tmp_path])


def test_two_folders_of_the_same_name_are_refused(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/docs/x.md": "X", "b/docs/y.md": "Y"})

    with pytest.raises(ConfigurationError, match="Two of the paths of --documents are named 'docs'"):
        find_documents([tmp_path / "a" / "docs", tmp_path / "b" / "docs"])


def test_more_than_a_repository_should_hold_is_refused_with_the_other_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_BYTES", 3_000_000)
    write_files(tmp_path, {"a.bin": b"x" * 4_000_000})

    with pytest.raises(ConfigurationError, match=r"have 4 MB.*at most 3 MB.*--data sources="):
        find_documents([tmp_path])


def test_a_document_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.md": "A", "corpus": "a file in the place of the folder"})

    with pytest.raises(ForkError, match=r"docs/a\.md could not be copied to .*corpus/a\.md"):
        copy_documents(find_documents([tmp_path / "docs"]), tmp_path / "corpus")
