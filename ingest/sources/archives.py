"""ZIP archives: each member that can be a document is an item, with the id `archive.zip/folder/name.md`.

Nothing is unpacked to the disk. Hidden members and those that macOS adds (`__MACOSX`) are left out. Refused by name are
members that are encrypted, that are links, that unpack to more than the limits of `ingest/parse/shared/archive.py`,
whose names lead out of the archive, and archives in the archive. An archive as a whole is refused when it is damaged,
has too many members, two of one name or one without a name, or unpacks to too much; its documents from before stay
then.

The permissions file of a member is the one beside it in the archive, else that beside the archive.

Not covered: other archives (tar, 7z, rar); archives of several volumes; passwords.
"""

from __future__ import annotations

import functools
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import DocumentError, UnreadablePermissions, UnsupportedDocument
from ingest.parse import MAX_BYTES, is_supported, unsupported
from ingest.parse.shared.archive import MAX_PARTS, MAX_RATIO, MAX_UNPACKED_BYTES, unpacked
from ingest.sources.sidecars import LONGEST_SIDECAR, SIDECAR, described, is_sidecar, read_sidecar, sidecars_among
from ingest.sources.source import RawDocument

_ENDING = ".zip"
_RATIO_APPLIES_FROM = 10_000_000
"""Bytes. A small member cannot fill the memory, however well it is packed."""
_ENCRYPTED = 0x1
_UNPACKING = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class RefusedArchive:
    """The item of an archive that cannot be listed. `reason` is a sentence for the report."""

    document_id: str
    reason: str

    def read(self) -> RawDocument:
        """Raise DocumentError."""
        raise DocumentError(self.reason)


@dataclass(frozen=True, slots=True)
class ArchiveItem:
    """A member of the archive at `path`. `member` is its name there, `sidecar` that of its permissions file."""

    path: Path
    document_id: str
    member: str
    sidecar: str | None = None

    def read(self) -> RawDocument:
        """Return the member's bytes. Raises DocumentError for one that is refused, UnsupportedDocument to skip it."""
        name = PurePosixPath(self.document_id).name
        if is_archive(name):
            raise UnsupportedDocument("it is an archive in an archive; unpack it")
        if is_sidecar(name):
            raise DocumentError(
                f"it says who may read a document of the name '{described(name)}', and there is none beside it. "
                f"The ending of its name is {SIDECAR}"
            )
        if not is_supported(name):
            raise unsupported(name)
        return RawDocument(self._unpacked(self.member, MAX_BYTES), name, sidecar=self._permissions())

    def _permissions(self) -> bytes | None:
        if self.sidecar is None:
            return read_sidecar(self.path)
        try:
            return self._unpacked(self.sidecar, LONGEST_SIDECAR)
        except DocumentError as error:
            raise UnreadablePermissions(f"its permissions file cannot be read: {error.reason}") from error

    def _unpacked(self, member: str, limit: int) -> bytes:
        archive = _opened(self.path)
        try:
            part = archive.getinfo(member)
        except KeyError as error:
            raise DocumentError("it has gone from the archive since that was listed; run again") from error
        _check_member(part, limit)
        try:
            content = unpacked(archive, part)
        except NotImplementedError as error:
            raise DocumentError("it is packed with a method that is not supported; pack the archive again") from error
        except _UNPACKING as error:
            raise DocumentError(f"it is damaged: it cannot be unpacked: {error}") from error
        if not content:
            raise DocumentError("it is empty")
        return content


def is_archive(name: str) -> bool:
    """Say whether a file's name is that of an archive."""
    return name.lower().endswith(_ENDING)


def archive_items(path: Path, document_id: str) -> list[ArchiveItem | RefusedArchive]:
    """Return an item for each member, in the order of the archive; one that says why for an archive that is refused."""
    try:
        names = _members(path)
    except DocumentError as error:
        return [RefusedArchive(document_id, error.reason)]
    sidecars = sidecars_among(names)
    used = set(sidecars.values())
    return [
        ArchiveItem(path, f"{document_id}/{name}", member, names.get(sidecars.get(name, "")))
        for name, member in names.items()
        if not _is_hidden(name) and name not in used
    ]


def is_listable(path: Path) -> bool:
    """Say whether the members of an archive can be listed: where they cannot, none has vanished."""
    try:
        _members(path)
    except DocumentError:
        return False
    return True


def _members(path: Path) -> dict[str, str]:
    """Return the names of the members, with slashes, each with the name in the archive. Raises DocumentError."""
    parts = [part for part in _opened(path).infolist() if not part.filename.endswith(("/", "\\"))]
    if len(parts) > MAX_PARTS:
        raise DocumentError(f"it has {len(parts):,} members, more than the limit of {MAX_PARTS:,}; split it")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES:
        raise DocumentError(
            f"it unpacks to {unpacked:,} bytes, more than the limit of {MAX_UNPACKED_BYTES:,}; split it"
        )
    names: dict[str, str] = {}
    for part in parts:
        # Without dots and doubled slashes, which would be other ids of the same document.
        name = str(PurePosixPath(part.filename.replace("\\", "/")))
        if name == ".":
            raise DocumentError("it is damaged: it has a member without a name")
        if name in names:
            # Programs differ in which of them they show.
            raise DocumentError(f"it is damaged: it has two members named '{name}'")
        names[name] = part.filename
    return names


def _check_member(part: zipfile.ZipInfo, limit: int) -> None:
    """Raise DocumentError for a member that must not be unpacked."""
    pure = PurePosixPath(part.filename.replace("\\", "/"))
    if pure.is_absolute() or ".." in pure.parts or ":" in pure.parts[0]:
        raise DocumentError("its name leads out of the archive; pack the archive again with relative names")
    if stat.S_ISLNK(part.external_attr >> 16):
        raise DocumentError("it is a link; pack the archive again with the files themselves")
    if part.flag_bits & _ENCRYPTED:
        raise DocumentError("it is encrypted; pack the archive without a password")
    if part.file_size > limit:
        raise DocumentError(f"it has {part.file_size:,} bytes, more than the limit of {limit:,}; split it")
    if part.file_size > max(_RATIO_APPLIES_FROM, MAX_RATIO * part.compress_size):
        raise DocumentError(f"it unpacks to more than {MAX_RATIO} times its size")


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") and part != ".." for part in parts) or parts[0] == "__MACOSX"


def _opened(path: Path) -> zipfile.ZipFile:
    """Return the archive, with its directory read. Raises DocumentError.

    The last one stays open: each member is read by a call of its own.
    """
    try:
        version = path.stat()
        return _opened_version(path, version.st_size, version.st_mtime_ns)
    except (*_UNPACKING, NotImplementedError, struct.error) as error:
        raise DocumentError(f"it is damaged: it is not a ZIP file, or not all of one: {error}") from error


@functools.lru_cache(maxsize=1)
def _opened_version(path: Path, _size: int, _changed: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)
