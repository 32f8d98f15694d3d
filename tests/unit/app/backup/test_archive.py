"""An archive comes back as it was written, and whatever is wrong with a file is refused with a reason."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.backup.archive import (
    CHECKSUMS,
    HEADER,
    Header,
    Member,
    check_archive,
    member_of,
    read_members,
    write_archive,
)
from core.errors import BackupFault

HEAD = Header("1.0", "2026-11-30T04:00:00Z", "team", "0001", {"dimension": 3}, "embedded", "sqlite", 2, 5)
MEMBERS = (("index/points-000001.jsonl", b'{"id": 1}\n'), ("data/uploads/leave.md", b"# Leave\n" * 200))


def archive(members: Iterable[tuple[str, bytes]] = MEMBERS, header: Header = HEAD) -> bytes:
    return b"".join(write_archive(header, (member_of(*one) for one in members)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "backup.tar"
    written.write_bytes(archive())
    return written


@given(
    st.dictionaries(st.text(st.characters(categories=["L", "N", "Z", "S"]), min_size=1), st.binary(), max_size=5),
    st.booleans(),
)
def test_what_was_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, data: dict[str, bytes], small: bool
) -> None:
    written = tmp_path_factory.mktemp("archive") / "backup.tar"
    members = {f"data/{name}": content for name, content in data.items()}
    content = archive(members.items())
    written.write_bytes(gzip.compress(content) if small else content)

    checked = check_archive(written)
    read = {name: b"".join(blocks) for name, blocks in read_members(written)}

    assert checked.header == HEAD
    assert checked.files == len(members)
    assert {name: found for name, found in read.items() if name not in (HEADER, CHECKSUMS)} == members


def test_a_file_that_was_cut_off_anywhere_is_refused(file: Path) -> None:
    content = file.read_bytes().rstrip(b"\0")
    for size in range(0, len(content) - 1, 97):
        file.write_bytes(content[:size])
        with pytest.raises(BackupFault, match="damaged"):
            check_archive(file)


def test_a_compressed_file_that_was_cut_off_is_refused_unless_only_its_padding_is_missing(file: Path) -> None:
    whole, content = check_archive(file), gzip.compress(file.read_bytes())
    refused = 0
    for size in range(len(content)):
        file.write_bytes(content[:size])
        try:
            assert check_archive(file) == whole
        except BackupFault:
            refused += 1
    assert refused > len(content) / 2


def test_a_byte_that_was_changed_anywhere_is_noticed(file: Path) -> None:
    content = file.read_bytes()
    with tarfile.open(file) as opened:
        inside = [place for info in opened for place in range(info.offset_data, info.offset_data + info.size, 31)]
    for place in inside:
        changed = bytearray(content)
        changed[place] ^= 1
        file.write_bytes(changed)
        with pytest.raises(BackupFault):
            check_archive(file)


def foreign(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def named_with_a_zero_byte() -> tarfile.TarInfo:
    info = tarfile.TarInfo("data/zero")
    info.pax_headers = {"path": "data/ze\0ro"}
    return info


@pytest.mark.parametrize(
    ("info", "why"),
    [
        (foreign("data/../../escaped"), "leads out"),
        (foreign("/data/absolute"), "leads out"),
        (foreign("data//twice"), "leads out"),
        (foreign("data/./here"), "leads out"),
        (foreign("data/link", tarfile.SYMTYPE, "/etc/hostname"), "is a link"),
        (foreign("data/link", tarfile.LNKTYPE, "data/uploads/leave.md"), "is a link"),
        (foreign("data/folder", tarfile.DIRTYPE), "is a link, a folder"),
        (foreign("data/pipe", tarfile.FIFOTYPE), "is a link, a folder or a device"),
        (foreign("data/null", tarfile.CHRTYPE), "is a link, a folder or a device"),
        (foreign("elsewhere/file"), "is none of a backup's"),
        (foreign("data"), "is none of a backup's"),
        (named_with_a_zero_byte(), "has a zero byte in its name"),
        (foreign("data/uploads/leave.md"), "is there twice"),
    ],
)
def test_a_member_that_no_backup_has_is_refused(tmp_path: Path, info: tarfile.TarInfo, why: str) -> None:
    file = tmp_path / "backup.tar"
    with tarfile.open(file, "w") as made:
        for name, content in ((HEADER, json.dumps({}).encode()), MEMBERS[1]):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
        made.addfile(info)

    with pytest.raises(BackupFault, match=why):
        [b"".join(content) for _, content in read_members(file)]
    assert [path.name for path in tmp_path.iterdir()] == ["backup.tar"]


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    for content in (b"", b"hello", b"PK\3\4" * 500, gzip.compress(b"hello"), bytes(4096)):
        file.write_bytes(content)
        with pytest.raises(BackupFault):
            check_archive(file)
    with pytest.raises(BackupFault, match="There is no backup"):
        check_archive(tmp_path / "missing.tar")
    with pytest.raises(BackupFault, match="cannot be read"):
        check_archive(tmp_path)


def test_a_member_that_is_missing_or_was_added_is_noticed(file: Path) -> None:
    content = archive()
    with tarfile.open(fileobj=io.BytesIO(content)) as opened:
        members = [(info, opened.extractfile(info).read()) for info in opened]  # type: ignore[union-attr]

    def write(chosen: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        with tarfile.open(file, "w") as made:
            for info, of_member in chosen:
                made.addfile(info, io.BytesIO(of_member))

    write([members[0], *members[2:]])
    with pytest.raises(BackupFault, match=r"'index/points-000001\.jsonl' is missing"):
        check_archive(file)
    added = tarfile.TarInfo("data/added")
    write([*members[:-1], (added, b""), members[-1]])
    with pytest.raises(BackupFault, match="'data/added' is not among its checksums"):
        check_archive(file)
    write([*members, (added, b"")])
    with pytest.raises(BackupFault, match=r"'data/added' comes after groundwork-checksums\.json"):
        check_archive(file)
    write(members[1:])
    with pytest.raises(BackupFault, match=f"comes before {HEADER}"):
        check_archive(file)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda header: {**header, "format": "groundwork-backup-9"}, "'groundwork-backup-9'.*'groundwork-backup-1'"),
        (lambda header: {**header, "documents": "many"}, "cannot be read"),
        (lambda _: [], "has the format None"),
    ],
)
def test_a_header_of_another_format_is_refused(
    tmp_path: Path, change: Callable[[dict[str, object]], object], why: str
) -> None:
    content = archive()
    with tarfile.open(fileobj=io.BytesIO(content)) as opened:
        header = json.load(opened.extractfile(HEADER))  # type: ignore[arg-type]
    file = tmp_path / "backup.tar"
    changed = json.dumps(change(header)).encode()
    with tarfile.open(file, "w") as made:
        info = tarfile.TarInfo(HEADER)
        info.size = len(changed)
        made.addfile(info, io.BytesIO(changed))

    with pytest.raises(BackupFault, match=why):
        check_archive(file)


def test_a_file_that_shrinks_while_it_is_read_ends_the_backup() -> None:
    blocks = write_archive(HEAD, [Member("data/shrunk", 10, (b"12345",))])

    with pytest.raises(BackupFault, match="data/shrunk changed while it was read: 5 bytes in place of 10"):
        b"".join(blocks)
