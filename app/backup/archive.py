"""The file of a backup: a tar archive that is written and read as a stream, in bounded memory.

    groundwork-backup.json    the header (`Header`), first, so that a restore is refused before it reads the rest
    index/…                   lines of JSON, each a point of the index (`points.py`)
    database/…                lines of JSON: a table's columns, then its rows (`rows.py`)
    data/…                    files of the data directory, as they are
    groundwork-checksums.json the SHA-256 and the size of every member before it, last: a file without it was cut off

Every member is a regular file. A name says where its content goes and never leads out of there; an archive with
anything else is refused, and so is one whose content does not have the checksums.

Not covered: signatures. The checksums show damage, not an archive that somebody made with false content: restore
backups of your own. The content is not encrypted.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from pydantic import TypeAdapter, ValidationError

from core.errors import BackupFault

FORMAT = "groundwork-backup-1"
HEADER = "groundwork-backup.json"
CHECKSUMS = "groundwork-checksums.json"
INDEX = "index/"
DATABASE = "database/"
DATA = "data/"
_GZIP = b"\x1f\x8b"
"""With which gzip begins (RFC 1952, section 2.3.1)."""
_MODE = 0o600
_BLOCK = 1 << 20
_LARGEST_JSON = 256_000_000
"""Bytes of a member that is read into memory. Those that are written have 8 MB and one line more (`lines.py`); the
checksums of a million members have 130 MB."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a backup says of itself.

    version      of Groundwork
    created_at   by ISO 8601
    domain       `Domain.identity`
    schema       the revision of the database's schema
    fingerprint  of the index (`core.index.Fingerprint`)
    index        "embedded" or "server"; either is restored into either
    database     "sqlite" or "postgresql"; likewise
    documents    how many the index has, and how many `chunks`
    unfinished   documents that an ingestion had not completed: `groundwork ingest` does after a restore
    left_out     links and devices in the data directory
    """

    version: str
    created_at: str
    domain: str
    schema: str
    fingerprint: dict[str, str | int]
    index: str
    database: str
    documents: int
    chunks: int
    unfinished: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    format: str = FORMAT


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive. `content` yields exactly `size` bytes."""

    name: str
    size: int
    content: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Checked:
    """An archive whose content is intact. `sizes` are the bytes of the members by their names."""

    header: Header
    sizes: Mapping[str, int]

    @property
    def files(self) -> int:
        """The number of files of the data directory."""
        return sum(name.startswith(DATA) for name in self.sizes)


def member_of(name: str, content: bytes) -> Member:
    """Return a member with a content that is in memory."""
    return Member(name, len(content), (content,))


def write_archive(header: Header, members: Iterable[Member]) -> Iterator[bytes]:
    """Yield the bytes of an archive. Raises BackupFault for a member whose content is not of its size."""
    checksums: dict[str, dict[str, str | int]] = {}
    yield from _written(member_of(HEADER, _json(asdict(header))), checksums)
    for member in members:
        yield from _written(member, checksums)
    content = _json({"members": checksums})
    yield from _written(member_of(CHECKSUMS, content), {})
    yield tarfile.NUL * (2 * tarfile.BLOCKSIZE)


def check_archive(file: Path) -> Checked:
    """Read a whole archive and compare its content with its checksums.

    Raises BackupFault for a file that is none, is damaged or cut off, or has members that no backup has.
    """
    found: dict[str, dict[str, str | int]] = {}
    header: Header | None = None
    is_compared = False
    for name, content in read_members(file):
        if is_compared:
            raise _damaged(file, f"'{name}' comes after {CHECKSUMS}")
        if name == CHECKSUMS:
            _compare(file, found, _read_json(file, content))
            is_compared = True
            continue
        digest, size, kept = hashlib.sha256(), 0, bytearray()
        for block in content:
            digest.update(block)
            size += len(block)
            if name == HEADER:
                kept += block
        if name == HEADER:
            header = _header(file, bytes(kept))
        found[name] = {"bytes": size, "sha256": digest.hexdigest()}
    if is_compared and header is not None:
        return Checked(header, {name: int(one["bytes"]) for name, one in found.items()})
    raise _damaged(file, f"it ends without {CHECKSUMS}, as a copy that was interrupted does")


def read_header(file: Path) -> Header:
    """Return the header of an archive, the rest of which is not read. Raises BackupFault."""
    for name, content in read_members(file):
        if name != HEADER:
            break
        return _header(file, b"".join(content))
    raise _damaged(file, f"it does not begin with {HEADER}")


def read_members(file: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield name and content of each member in order; a content has to be read before the next member.

    Raises BackupFault for a file that is no archive, is cut off, or has a member that is no regular file or whose name
    leads anywhere but into the folders of a backup.
    """
    with _faults(file), _opened(file) as raw, tarfile.open(fileobj=raw, mode="r|") as archive:
        names: set[str] = set()
        for info in archive:
            _check_member(file, info, names)
            names.add(info.name)
            content = archive.extractfile(info)
            if content is None:
                raise _damaged(file, f"its member '{info.name}' has no content")
            yield info.name, _blocks(file, content, info.size)


def _opened(file: Path) -> IO[bytes]:
    """Open an archive, compressed or not. tarfile's own reader of a compressed stream checks no checksum."""
    with file.open("rb") as source:
        is_compressed = source.read(len(_GZIP)) == _GZIP
    return cast(IO[bytes], gzip.open(file)) if is_compressed else file.open("rb")


@contextmanager
def _faults(file: Path) -> Iterator[None]:
    """Turn what reading an archive raises into BackupFault."""
    try:
        yield
    except FileNotFoundError:
        raise BackupFault(f"There is no backup {file}. Make one with: groundwork backup {file}") from None
    # ValueError and OverflowError: of names and sizes that no file has, such as a name with a zero byte.
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError, OverflowError) as error:
        raise _damaged(file, str(error) or type(error).__name__) from error
    except OSError as error:
        raise BackupFault(f"{file} cannot be read: {error.strerror or error}. Name a readable file.") from error


def file_blocks(source: IO[bytes], size: int) -> Iterator[bytes]:
    """Yield `size` bytes of an open file in blocks, or fewer where it ends before."""
    left = size
    while left and (block := source.read(min(_BLOCK, left))):
        left -= len(block)
        yield block


def _written(member: Member, checksums: dict[str, dict[str, str | int]]) -> Iterator[bytes]:
    info = tarfile.TarInfo(member.name)
    info.size, info.mode = member.size, _MODE
    yield info.tobuf(tarfile.PAX_FORMAT)
    digest, size = hashlib.sha256(), 0
    for block in member.content:
        digest.update(block)
        size += len(block)
        yield block
    if size != member.size:
        raise BackupFault(
            f"{member.name} changed while it was read: {size} bytes in place of {member.size}. Make the backup again."
        )
    yield tarfile.NUL * (-size % tarfile.BLOCKSIZE)
    checksums[member.name] = {"bytes": size, "sha256": digest.hexdigest()}


def _blocks(file: Path, content: IO[bytes], size: int) -> Iterator[bytes]:
    """Yield the content of a member. Raises BackupFault where the archive ends before it."""
    with _faults(file):
        left = size
        for block in file_blocks(content, size):
            left -= len(block)
            yield block
        if left:
            raise _damaged(file, f"it ends {left} bytes too early")


def _check_member(file: Path, info: tarfile.TarInfo, before: set[str]) -> None:
    """Raise BackupFault for a member that no backup has."""
    if not info.isreg() or info.issparse():
        raise _foreign(file, info.name, "is a link, a folder or a device")
    if "\0" in info.name:
        raise _foreign(file, info.name, "has a zero byte in its name")
    path = PurePosixPath(info.name)
    # Not by tarfile's filters, which Python 3.11 has from 3.11.4 on: Debian 12 has 3.11.2.
    if path.is_absolute() or str(path) != info.name or ".." in path.parts:
        raise _foreign(file, info.name, "leads out of its folder, or is not written as a backup writes names")
    if info.name in before:
        raise _foreign(file, info.name, "is there twice")
    if not info.name.startswith((INDEX, DATABASE, DATA)) and info.name not in (HEADER, CHECKSUMS):
        raise _foreign(file, info.name, "is none of a backup's")
    if not before and info.name != HEADER:
        raise _foreign(file, info.name, f"comes before {HEADER}")
    if not info.name.startswith(DATA) and info.size > _LARGEST_JSON:
        raise _foreign(file, info.name, f"has {info.size:,} bytes, and {_LARGEST_JSON:,} are the most")


def _header(file: Path, content: bytes) -> Header:
    try:
        value = json.loads(content)
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            found = value.get("format") if isinstance(value, dict) else None
            raise BackupFault(
                f"{file} has the format {found!r}, and this version of Groundwork reads '{FORMAT}'. Restore it with "
                "the version that made it, or a later one."
            )
        return TypeAdapter(Header).validate_python(value)
    except (ValueError, ValidationError) as error:
        raise _damaged(file, f"its {HEADER} cannot be read ({error})") from error


def _read_json(file: Path, content: Iterable[bytes]) -> Any:
    try:
        return json.loads(b"".join(content))
    except ValueError as error:
        raise _damaged(file, f"its {CHECKSUMS} cannot be read ({error})") from error


def _compare(file: Path, found: Mapping[str, Any], recorded: Any) -> None:
    members = recorded.get("members") if isinstance(recorded, dict) else None
    if not isinstance(members, dict):
        raise _damaged(file, f"its {CHECKSUMS} cannot be read")
    for name in (*found, *members):
        if name not in members:
            raise _damaged(file, f"'{name}' is not among its checksums")
        if name not in found:
            raise _damaged(file, f"'{name}' is missing")
        if found[name] != members[name]:
            raise _damaged(file, f"'{name}' does not have its checksum")


def _damaged(file: Path, why: str) -> BackupFault:
    return BackupFault(f"{file} is no backup, or is damaged: {why}. Nothing was changed. Restore another copy.")


def _foreign(file: Path, name: str, why: str) -> BackupFault:
    return BackupFault(
        f"{file} is no backup that Groundwork made: its member '{name}' {why}. Nothing was changed. Restore another "
        "copy."
    )


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
