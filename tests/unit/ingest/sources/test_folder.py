"""Which files a source has, and what their documents are called."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ConfigurationError, SourceUnavailable, UnsupportedDocument
from ingest.sources import (
    FileItem,
    FolderSource,
    RawDocument,
    Source,
    UploadedFiles,
    source_name,
    sources_from_paths,
    uploads_source,
)
from ingest.sources.named import check_apart


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two pages."""
    root = tmp_path / "handbook"
    write(root / "index.md")
    write(root / "leave" / "parental.md")
    return root


def write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("Text.\n", encoding="utf-8")


def ids(source: Source) -> list[str]:
    return [item.document_id for item in source.items()]


def problems(root: Path) -> dict[str, str | None]:
    found = FolderSource("s", root).items()
    return {item.document_id: item.problem for item in found if isinstance(item, FileItem)}


def test_ids_are_paths_below_the_root_in_order(folder: Path) -> None:
    write(folder / "Zebra.md")

    (source,) = sources_from_paths([folder])

    assert ids(source) == ["Zebra.md", "index.md", "leave/parental.md"]
    assert (source.name, source.prefix) == (str(folder), "")


def test_with_several_sources_ids_begin_with_the_folders_name(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "support" / "index.md")
    write(tmp_path / "single.md")

    found = sources_from_paths([folder, tmp_path / "support", tmp_path / "single.md"])

    assert [ids(source) for source in found] == [
        ["handbook/index.md", "handbook/leave/parental.md"],
        ["support/index.md"],
        ["single.md"],
    ]
    assert len({source.name for source in found}) == 3


def test_one_file_is_a_source_of_one_document(folder: Path) -> None:
    (source,) = sources_from_paths([folder / "leave" / "parental.md"])

    assert ids(source) == ["parental.md"]


def test_a_relative_path_is_the_same_source_from_everywhere(folder: Path) -> None:
    relative = Path(os.path.relpath(folder))

    (source,) = sources_from_paths([relative])

    assert source.root.is_absolute()
    assert ids(source) == ["index.md", "leave/parental.md"]


def test_uploads_have_ids_of_their_own(folder: Path) -> None:
    assert ids(uploads_source(folder)) == ["uploads/index.md", "uploads/leave/parental.md"]


def test_hidden_files_and_folders_are_left_out(folder: Path) -> None:
    write(folder / ".git" / "notes.md")
    write(folder / "leave" / ".draft.md")

    assert ids(FolderSource("s", folder)) == ["index.md", "leave/parental.md"]


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"There is no file or folder .*/none\. Name one that exists."):
        sources_from_paths([tmp_path / "none"])


def test_two_folders_of_one_name_are_refused_with_the_fix(tmp_path: Path) -> None:
    write(tmp_path / "a" / "docs" / "x.md")
    write(tmp_path / "b" / "docs" / "x.md")

    with pytest.raises(ConfigurationError) as caught:
        sources_from_paths([tmp_path / "a" / "docs", tmp_path / "b" / "docs"])

    assert "named 'docs'" in str(caught.value)
    assert "Rename one, or ingest the folder above them." in str(caught.value)


def test_a_link_inside_the_folder_is_a_file_of_its_own(folder: Path) -> None:
    (folder / "alias.md").symlink_to(folder / "index.md")

    assert problems(folder)["alias.md"] is None


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "secret.md")
    (folder / "out.md").symlink_to(tmp_path / "secret.md")
    (folder / "outside").symlink_to(tmp_path)

    found = problems(folder)

    assert found["out.md"] == f"it is a link out of the folder, to {tmp_path / 'secret.md'}"
    assert found["outside"] == f"it is a link out of the folder, to {tmp_path}"
    assert len(found) == 4


def test_links_to_nothing_to_a_folder_and_to_themselves_are_named(folder: Path) -> None:
    (folder / "dangling.md").symlink_to(folder / "gone.md")
    (folder / "again").symlink_to(folder / "leave")
    (folder / "loop.md").symlink_to(folder / "loop.md")

    found = problems(folder)

    assert [found[name] for name in ("dangling.md", "again", "loop.md")] == [
        "it is a link to something that is no file"
    ] * 3


def test_a_root_that_is_a_link_itself_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(folder)

    assert problems(tmp_path / "current") == {"index.md": None, "leave/parental.md": None}


def test_a_pipe_is_named_and_never_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.md")

    assert problems(folder)["pipe.md"] == "it is no regular file"


def test_a_name_that_is_not_utf_8_is_named_readably(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/B\xfcro.md")).write_text("Text.\n", encoding="utf-8")

    assert problems(folder)["B\ufffdro.md"] == "its name is not valid UTF-8; rename it"


def test_a_folder_that_cannot_be_read_stops_the_run_before_anything_is_removed(tmp_path: Path) -> None:
    # Permissions do not bind the superuser; a path beyond the system's limit binds everybody.
    root = tmp_path / "root"
    root.mkdir()
    descriptor = os.open(root, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=descriptor)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)

    with pytest.raises(ConfigurationError, match=r"cannot be read: File name too long\. Give yourself the permission"):
        FolderSource("s", root).items()


def test_a_folder_deeper_than_pythons_stack_is_listed(tmp_path: Path) -> None:
    # As a command: Python's own functions for making and removing folders recur.
    root, deep = tmp_path / "root", f"{tmp_path}/root" + "/d" * 1500
    subprocess.run(["mkdir", "-p", deep], check=True)
    write(Path(deep) / "a.md")

    assert len(ids(FolderSource("s", root))) == 1
    subprocess.run(["rm", "-r", str(root)], check=True)


def test_a_part_of_a_folder_has_the_same_ids(folder: Path) -> None:
    whole = FolderSource("s", folder, "handbook/")

    part = replace(whole, part="leave")
    for each in (part, replace(whole, part="leave/parental.md")):
        assert ids(each) == ["handbook/leave/parental.md"]
    assert part.lists("handbook/leave/gone.md")
    assert not part.lists("handbook/index.md")
    assert not part.lists("handbook/leave2/index.md")
    assert whole.lists("handbook/index.md")


@pytest.mark.parametrize("pattern", ["leave", "leave/parental.md", "*/parental.md", "**/parental.md", "leave/**", "l*"])
def test_an_excluded_file_is_no_item_and_is_not_to_be_read(folder: Path, pattern: str) -> None:
    source = FolderSource("s", folder, exclude=(pattern,))

    assert ids(source) == ["index.md"]
    assert source.lists("leave/parental.md")
    assert source.item("leave/parental.md") is None
    assert source.path_of("leave/parental.md") is None
    assert source.path_of("index.md") == folder / "index.md"


@pytest.mark.parametrize("pattern", ["parental.md", "leav", "LEAVE", "*.txt"])
def test_a_pattern_that_matches_no_whole_id_excludes_nothing(folder: Path, pattern: str) -> None:
    assert ids(FolderSource("s", folder, exclude=(pattern,))) == ["index.md", "leave/parental.md"]


def test_exclusions_are_ids_with_the_prefix_of_their_source(folder: Path) -> None:
    prefixed = FolderSource("s", folder, "handbook/", exclude=("handbook/leave",))

    assert ids(prefixed) == ["handbook/index.md"]
    assert ids(FolderSource("s", folder / "index.md", exclude=("*.md",))) == []


def test_a_document_beside_the_part_can_still_be_read(folder: Path) -> None:
    part = FolderSource("s", folder, "handbook/", part="leave")

    item = part.item("handbook/index.md")

    assert item is not None
    assert item.read().content == b"Text.\n"
    assert part.item("handbook/none.md") is None


def test_a_folder_or_file_that_is_gone_cannot_be_listed(folder: Path) -> None:
    for gone in (folder / "none", folder / "none.md"):
        with pytest.raises(SourceUnavailable, match=f"{gone} does not exist"):
            FolderSource("s", gone).items()


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_a_path_inside_another_one_is_read_with_that(folder: Path, order: slice) -> None:
    paths = [folder, folder / "leave", folder / "index.md"][order]

    assert sources_from_paths(paths) == [FolderSource(str(folder), folder)]
    with pytest.raises(ConfigurationError, match=rf"is in {folder}.*Name {folder} alone"):
        check_apart(paths)


def test_a_path_that_is_neither_a_file_nor_a_folder_is_refused(folder: Path) -> None:
    os.mkfifo(folder / "pipe")

    for path in (folder / "pipe", Path("/dev/zero")):
        with pytest.raises(ConfigurationError, match="is neither a file nor a folder"):
            sources_from_paths([path])


@pytest.mark.parametrize("path", ["x" * 300, "d/" * 3000, "a\0b", "loop"])
def test_a_path_that_no_file_can_have_is_one_clear_message(folder: Path, path: str) -> None:
    (folder / "loop").symlink_to(folder / "loop")

    with pytest.raises(ConfigurationError) as refused:
        sources_from_paths([folder / path])
    assert len(str(refused.value)) < 1200


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("uploads", "uploads"),
        ("onboarding:corpus", "onboarding:corpus"),
        ("docs", f"{Path.cwd()}/docs"),
        ("./uploads", f"{Path.cwd()}/uploads"),
        ("/mnt/a:b", "/mnt/a:b"),
        ("/mnt/docs/", "/mnt/docs"),
    ],
)
def test_an_argument_names_a_source_or_its_path(argument: str, name: str) -> None:
    assert source_name(argument) == name


def test_some_of_the_uploads_are_read_and_the_others_neither_read_nor_removed(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "aside" / "index.md")
    files = (("uploads/index.md", tmp_path / "aside" / "index.md"), ("uploads/gone.md", folder / "gone.md"))
    some = UploadedFiles(folder, files)

    (item,) = some.items()

    assert (item.document_id, item.path) == ("uploads/index.md", tmp_path / "aside" / "index.md")
    assert not some.lists("uploads/gone.md")
    other = some.item("uploads/leave/parental.md")
    assert isinstance(other, FileItem)
    assert other.path == folder / "leave" / "parental.md"


def test_a_file_is_read_as_it_is_and_its_hash_is_that_of_its_bytes(folder: Path) -> None:
    raw = FolderSource("s", folder).items()[0].read()

    assert raw == RawDocument(b"Text.\n", "index.md")
    assert raw.content_hash == hashlib.sha256(b"Text.\n").hexdigest()


def test_a_file_of_a_kind_that_no_parser_reads_is_skipped(folder: Path) -> None:
    write(folder / "a.exe")

    with pytest.raises(UnsupportedDocument, match=r"files ending in '\.exe' are not read"):
        FolderSource("s", folder).items()[0].read()


def test_a_file_that_must_not_be_opened_is_not_read(folder: Path) -> None:
    os.mkfifo(folder / "a.md")

    with pytest.raises(UnsupportedDocument, match="it is no regular file"):
        FolderSource("s", folder).items()[0].read()


def test_the_file_of_a_document_is_found_by_its_id(folder: Path, tmp_path: Path) -> None:
    source = FolderSource("team:handbook", folder, "handbook/")
    assert source.path_of("handbook/leave/parental.md") == (folder / "leave" / "parental.md").resolve()
    alone = FolderSource("one", folder / "index.md")
    assert alone.path_of("index.md") == (folder / "index.md").resolve()
    assert alone.path_of("other.md") is None
    write(tmp_path / "uploads" / "a.md")
    assert uploads_source(tmp_path / "uploads").path_of("uploads/a.md") is not None


@pytest.mark.parametrize(
    "document_id",
    [
        "nothing.md",
        "leave",
        "",
        ".",
        "..",
        "../outside.md",
        "leave/../index.md",
        "leave/../../outside.md",
        ".hidden.md",
        ".hidden/a.md",
        "/etc/passwd",
        "a\0b.md",
        "link.md",
        "linked/outside.md",
        "pipe.md",
    ],
)
def test_an_id_never_leads_to_a_file_that_the_source_does_not_list(
    folder: Path, tmp_path: Path, document_id: str
) -> None:
    write(tmp_path / "outside.md")
    write(folder / ".hidden.md")
    write(folder / ".hidden" / "a.md")
    (folder / "link.md").symlink_to(tmp_path / "outside.md")
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.md")
    assert FolderSource("handbook", folder).path_of(document_id) is None


def test_an_id_without_the_prefix_of_its_source_has_no_file(folder: Path) -> None:
    assert FolderSource("team:handbook", folder, "handbook/").path_of("index.md") is None


def test_a_folder_that_does_not_exist_has_no_files(tmp_path: Path) -> None:
    assert FolderSource("gone", tmp_path / "gone").path_of("index.md") is None
