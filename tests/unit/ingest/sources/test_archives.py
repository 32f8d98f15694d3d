"""ZIP archives as a part of a folder: which members are documents, and which are refused by name."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.errors import DocumentError, UnreadablePermissions, UnsupportedDocument
from ingest.sources import FolderSource, Source
from ingest.sources.archives import ArchiveItem


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def folder_with(tmp_path: Path, content: bytes, **source: object) -> FolderSource:
    root = tmp_path / "handbook"
    (root / "old").mkdir(parents=True)
    (root / "old" / "pages.zip").write_bytes(content)
    return FolderSource("handbook", root, **source)  # type: ignore[arg-type]


def ids(source: Source) -> list[str]:
    return [item.document_id for item in source.items()]


def reason_of(source: FolderSource, document_id: str) -> str:
    (item,) = [item for item in source.items() if item.document_id == document_id]
    with pytest.raises(DocumentError) as raised:
        item.read()
    return raised.value.reason


def test_each_member_is_a_document_and_hidden_ones_are_none(tmp_path: Path) -> None:
    members = {
        "leave.md": b"Thirty days.",
        "hr/pay.txt": b"On the first.",
        "__MACOSX/._leave.md": b"x",
        ".git/x.md": b"x",
    }
    source = folder_with(tmp_path, zipped(members))

    assert ids(source) == ["old/pages.zip/hr/pay.txt", "old/pages.zip/leave.md"]
    item = source.item("old/pages.zip/hr/pay.txt")
    assert isinstance(item, ArchiveItem)
    assert (item.read().content, item.read().file_name) == (b"On the first.", "pay.txt")
    assert source.item("old/pages.zip/gone.md") is None
    assert source.path_of("old/pages.zip/leave.md") is None


def test_an_archive_alone_has_the_same_members(tmp_path: Path) -> None:
    source = folder_with(tmp_path, zipped({"a.md": b"A."}))
    alone = FolderSource("pages", source.root / "old" / "pages.zip")

    assert ids(alone) == ["pages.zip/a.md"]
    assert alone.item("pages.zip/a.md") is not None
    assert alone.lists("pages.zip/b.md")


def test_what_a_domain_excludes_is_no_member_either(tmp_path: Path) -> None:
    source = folder_with(tmp_path, zipped({"a.md": b"A.", "drafts/b.md": b"B."}), exclude=("**/drafts",))

    assert ids(source) == ["old/pages.zip/a.md"]


@pytest.mark.parametrize(
    ("member", "content", "reason"),
    [
        ("../../etc/cron.md", b"A.", "its name leads out of the archive"),
        ("/etc/cron.md", b"A.", "its name leads out of the archive"),
        ("C:\\cron.md", b"A.", "its name leads out of the archive"),
        ("inner.zip", zipped({"a.md": b"A."}), "it is an archive in an archive; unpack it"),
        ("bomb.txt", b"0" * 30_000_000, "it unpacks to more than 200 times its size"),
        ("program.exe", b"MZ", "files ending in '.exe' are not read"),
        ("empty.md", b"", "it is empty"),
        ("a.md.access.toml", b'groups = ["hr"]', "it says who may read a document of the name 'a.md'"),
    ],
)
def test_a_member_that_is_refused_is_named_with_the_reason(
    tmp_path: Path, member: str, content: bytes, reason: str
) -> None:
    source = folder_with(tmp_path, zipped({member: content, "good.md": b"A."}))

    document_id = f"old/pages.zip/{member}".replace("\\", "/")
    assert reason_of(source, document_id).startswith(reason)
    assert "old/pages.zip/good.md" in ids(source)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped({"secret.md": b"A."}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(signature) + offset
        struct.pack_into("<H", content, place, 1)

    assert reason_of(folder_with(tmp_path, bytes(content)), "old/pages.zip/secret.md").startswith("it is encrypted")


def test_a_member_with_damaged_bytes_is_refused(tmp_path: Path) -> None:
    content = zipped({"a.md": b"Thirty days of leave."}, zipfile.ZIP_STORED).replace(b"Thirty", b"Forty!")

    assert reason_of(folder_with(tmp_path, content), "old/pages.zip/a.md").startswith("it is damaged")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", zipped({"a.md": b"A."})[:-30], b"no archive at all"])
def test_of_a_damaged_archive_no_document_has_vanished(tmp_path: Path, content: bytes) -> None:
    source = folder_with(tmp_path, content)

    assert reason_of(source, "old/pages.zip").startswith("it is damaged: it is not a ZIP file")
    assert not source.lists("old/pages.zip/a.md")
    assert source.lists("old/other.md")


def test_an_archive_with_two_members_of_one_name_is_refused(tmp_path: Path) -> None:
    content = zipped({"a.md": b"A.", "b.md": b"B."}).replace(b"b.md", b"a.md")

    assert "it has two members named 'a.md'" in reason_of(folder_with(tmp_path, content), "old/pages.zip")


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sources.archives.MAX_UNPACKED_BYTES", 10)
    monkeypatch.setattr("ingest.sources.archives.MAX_PARTS", 2)
    much = folder_with(tmp_path / "much", zipped({"a.md": b"A" * 20}))
    many = folder_with(tmp_path / "many", zipped({f"{n}.md": b"" for n in range(3)}))

    assert "it unpacks to 20 bytes, more than the limit of 10" in reason_of(much, "old/pages.zip")
    assert "it has 3 members, more than the limit of 2" in reason_of(many, "old/pages.zip")


def test_the_permissions_of_a_member_are_its_own_or_those_of_the_archive(tmp_path: Path) -> None:
    members = {"pay.md": b"A.", "pay.md.access.toml": b"own", "leave.md": b"B.", "sick.md": b"C."}
    source = folder_with(tmp_path, zipped({**members, "sick.md.Access.TOML": b"capitals"}))
    (source.root / "old" / "pages.zip.Access.toml").write_bytes(b"whole")

    read = {item.document_id: item.read().sidecar for item in source.items()}
    assert read == {
        "old/pages.zip/leave.md": b"whole",
        "old/pages.zip/pay.md": b"own",
        "old/pages.zip/sick.md": b"capitals",
    }


def test_a_permissions_file_that_cannot_be_unpacked_closes_its_document(tmp_path: Path) -> None:
    source = folder_with(tmp_path, zipped({"pay.md": b"A.", "pay.md.access.toml": b"x" * 200_000}))
    (item,) = source.items()

    with pytest.raises(UnreadablePermissions, match="its permissions file cannot be read: it has 200,000 bytes"):
        item.read()


def test_an_archive_in_an_archive_is_skipped_and_no_failure(tmp_path: Path) -> None:
    (item,) = folder_with(tmp_path, zipped({"inner.zip": zipped({"a.md": b"A."})})).items()

    with pytest.raises(UnsupportedDocument):
        item.read()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_member_that_declares_less_than_it_unpacks_to_fills_no_memory(tmp_path: Path, method: int) -> None:
    content = bytearray(zipped({"bomb.txt": b"0" * 20_000_000}, method))
    # The size in the directory, which follows the packed one.
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 1000)
    source = folder_with(tmp_path, bytes(content))
    tracemalloc.start()
    reason = reason_of(source, "old/pages.zip/bomb.txt")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert reason.startswith(
        ("it is damaged: it cannot be unpacked", "it is packed with a method that is not supported")
    )
    assert peak < 5_000_000


def test_a_link_in_an_archive_is_no_document(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("policy.md")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "../../etc/passwd")
    source = folder_with(tmp_path, buffer.getvalue())

    assert reason_of(source, "old/pages.zip/policy.md").startswith("it is a link")


def test_names_have_no_dots_and_doubled_slashes_and_folders_of_windows_are_no_members(tmp_path: Path) -> None:
    source = folder_with(tmp_path, zipped({"./a.md": b"A.", "hr//b.md": b"B.", "docs\\": b""}))

    assert ids(source) == ["old/pages.zip/a.md", "old/pages.zip/hr/b.md"]
    assert [item.read().content for item in source.items()] == [b"A.", b"B."]
    twice = folder_with(tmp_path / "twice", zipped({"./a.md": b"A.", "a.md": b"B."}))
    assert "it has two members named 'a.md'" in reason_of(twice, "old/pages.zip")


@pytest.mark.parametrize("name", [b"\0", b"."])
def test_an_archive_with_a_member_without_a_name_is_refused(tmp_path: Path, name: bytes) -> None:
    source = folder_with(tmp_path, zipped({"x": b"A.", "good.md": b"B."}).replace(b"x", name, 2))

    assert "it has a member without a name" in reason_of(source, "old/pages.zip")


def test_names_that_differ_by_case_alone_are_two_documents(tmp_path: Path) -> None:
    source = folder_with(tmp_path, zipped({"A.md": b"Upper.", "a.md": b"Lower."}))

    assert [item.read().content for item in source.items()] == [b"Upper.", b"Lower."]


def test_a_member_that_goes_while_a_run_reads_fails_alone(tmp_path: Path) -> None:
    source = folder_with(tmp_path, zipped({"a.md": b"A.", "b.md": b"B."}))
    gone, kept = source.items()
    (source.root / "old" / "pages.zip").write_bytes(zipped({"b.md": b"Another B."}))

    with pytest.raises(DocumentError, match="has gone from the archive"):
        gone.read()
    assert kept.read().content == b"Another B."
