"""Open a ZIP container (Office, OpenDocument, EPUB) with limits: nothing is written to the disk.

Not covered: passwords; archives of several volumes; OpenDocument's own encryption, which is written in its manifest.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import IO

from core.errors import DocumentError

MAX_UNPACKED_BYTES = 1_000_000_000
"""Bytes of all parts together. A workbook of a million rows and twenty columns unpacks to about 700 MB."""

MAX_PARTS = 20_000
"""A presentation of 1,000 slides has about 5,000 parts."""

MAX_RATIO = 200
"""Unpacked bytes for each packed byte of a part. Sheets of real workbooks reach 20 to 60, DEFLATE allows 1,032."""

_RATIO_APPLIES_FROM = 10_000_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Python unpacks the others without a limit: 4 kB of bzip2 can be 5 GB."""
_PIECE_BYTES = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED = "it is encrypted; save it without a password"
_BROKEN = "it is damaged: {}"


class Archive:
    """The parts of a ZIP file by name. Names are matched as Office does: without a leading slash, in any case."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = {_key(part.filename): part for part in archive.infolist() if not part.filename.endswith("/")}

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all parts, in the order of the file."""
        return tuple(part.filename for part in self._parts.values())

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._parts

    def read(self, name: str) -> bytes:
        """Return the bytes of a part. Raise DocumentError when it is missing, damaged or packed in an unknown way."""
        part = self._part(name)
        try:
            return unpacked(self._archive, part)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise DocumentError(_BROKEN.format(f"its part '{name}' cannot be unpacked")) from error
        except NotImplementedError as error:
            raise DocumentError(f"its part '{name}' is packed with a method that is not supported") from error

    def open(self, name: str) -> IO[bytes]:
        """Return a part to be read piece by piece; reading raises zipfile's errors. Raises DocumentError."""
        part = self._part(name)
        try:
            return _opened(self._archive, part)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise DocumentError(_BROKEN.format(f"its part '{name}' cannot be unpacked")) from error

    def _part(self, name: str) -> zipfile.ZipInfo:
        part = self._parts.get(_key(name))
        if part is None:
            raise DocumentError(_BROKEN.format(f"it has no part '{name}'"))
        return part


def unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a part, of which no more is unpacked than the directory declares, give or take a piece.

    `ZipFile.read` unpacks all that is there, up to 2 GB, before it cuts it off. Raises zipfile's errors, and
    NotImplementedError for other methods than DEFLATE.
    """
    with _opened(archive, part) as stream:
        return b"".join(iter(lambda: stream.read(_PIECE_BYTES), b""))


def open_archive(content: bytes) -> Archive:
    """Return the parts of a ZIP file. Raise DocumentError when it is none, is encrypted, or exceeds a limit.

    The declared sizes decide: no more of a part is read than its directory declares.
    """
    if content.startswith(_OLE):
        raise DocumentError(_ole_reason(content))
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError, struct.error) as error:
        raise DocumentError(_BROKEN.format("it is not a ZIP file, or not all of one")) from error
    _check(archive.infolist())
    return Archive(archive)


def _opened(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> IO[bytes]:
    if part.compress_type not in _METHODS:
        raise NotImplementedError(f"compression method {part.compress_type}")
    return archive.open(part)


def _check(parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 0x1 for part in parts):
        raise DocumentError(_ENCRYPTED)
    if len(parts) > MAX_PARTS:
        raise DocumentError(f"it has {len(parts):,} parts, more than the limit of {MAX_PARTS:,}; split it")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES:
        raise DocumentError(
            f"it unpacks to {unpacked:,} bytes, more than the limit of {MAX_UNPACKED_BYTES:,}; split it"
        )
    for part in parts:
        if part.file_size > max(_RATIO_APPLIES_FROM, MAX_RATIO * part.compress_size):
            raise DocumentError(f"its part '{part.filename}' unpacks to more than {MAX_RATIO} times its size")
    _check_names(parts)


def _check_names(parts: Iterable[zipfile.ZipInfo]) -> None:
    """Refuse two parts of one name: programs differ in which of them they show."""
    seen: dict[str, int] = {}
    for part in parts:
        if seen.setdefault(_key(part.filename), part.CRC) != part.CRC:
            raise DocumentError(_BROKEN.format(f"it has two different parts named '{part.filename}'"))


def _ole_reason(content: bytes) -> str:
    if _ENCRYPTED_PACKAGE in content:
        return _ENCRYPTED
    return (
        "it is in Office's older binary format, although its name ends like that of a newer one; rename or convert it"
    )


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()
