"""The folder of uploads: names made safe, new versions kept apart until they have been read, and what is not read yet.

Two uploads of one name with different contents are two documents: the second gets a name of its own, `policy (2).md`.
With `replace` the second is a new version of the first. It is kept in `.incoming/` until it has been ingested, so that
a version that cannot be read never replaces the good one.

Names are compared without regard to case and to Unicode's composed and decomposed forms, as file systems of other
machines do.
"""

from __future__ import annotations

import filecmp
import logging
import os
import shutil
import threading
import time
import unicodedata
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal, TypeAlias

from core.disk import check_free
from core.errors import RequestError, TooLarge
from ingest.parse import MAX_BYTES, is_supported
from ingest.report import IngestReport
from ingest.sources import UPLOADS, FileItem, UploadedFiles, is_sidecar, uploads_source

_log = logging.getLogger("groundwork")
_BLOCK = 1 << 20
_INCOMING = ".incoming"
_PART = ".part"
_NAME_BYTES = 200
"""File systems allow 255, of which a number and a temporary file's name need a few more."""
_FORBIDDEN = frozenset('<>:"|?*\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069')
"""Characters that file systems of Windows reject, and those that change the direction in which a name is shown."""
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³")}
)
"""Names that Windows reserves, with any ending (Microsoft, "Naming Files, Paths, and Namespaces")."""

SentFile: TypeAlias = tuple[str | None, BinaryIO]
"""A file of a request: its name as it was sent, and its content."""
Outcome: TypeAlias = Literal["new", "same", "renamed", "replaces"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was received, and the document that it becomes.

    name     the file's name as it was sent
    id       the id of the document
    outcome  new: the id was free; same: the file was here already; renamed: the name belongs to another content, which
             stays; replaces: it is the new version of the document with this id
    path     where the content is kept
    """

    name: str
    id: str
    outcome: Outcome
    path: Path


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not kept: its name as it was sent, and why."""

    name: str
    reason: str


class Uploads:
    """The folder in which uploads are kept. It may not exist; `receive` needs it. Any number of threads may call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._placing = threading.Lock()

    def receive(self, files: Sequence[SentFile], *, replace: bool, hidden: Collection[str] = ()) -> list[Upload]:
        """Keep the files, all or none, and return what they become, in order.

        The documents with the ids `hidden` are not to be known to the sender: none is replaced, or found to be the
        same. Raises RequestError, TooLarge and DiskFull.
        """
        names = [safe_name(name) for name, _ in files]
        check_free(self.folder, sum(_size(file) for _, file in files))
        incoming = self.folder / _INCOMING
        incoming.mkdir(exist_ok=True)
        parts = [incoming / f"{uuid.uuid4().hex}{_PART}" for _ in files]
        try:
            for (_, file), name, part in zip(files, names, parts, strict=True):
                _save(file, name, part)
            with self._placing:
                return self._place_all([str(name) for name, _ in files], names, parts, hidden, replace=replace)
        finally:
            for part in parts:
                part.unlink(missing_ok=True)

    def unread(self, indexed: Collection[str]) -> list[str]:
        """Return the ids of the uploads that are not among `indexed`, the documents in the index, in order."""
        return [document_id for document_id in self._paths() if document_id not in indexed]

    def unfinished(self, indexed: Collection[str]) -> list[Upload]:
        """Return the uploads that an earlier process did not read, oldest first, and remove what it left half-received.

        Call it before the first `receive`.
        """
        if not self.folder.is_dir():
            return []
        for part in (self.folder / _INCOMING).glob(f"*{_PART}"):
            part.unlink()
        paths = self._paths()
        new = [Upload(_name(found), found, "new", paths[found]) for found in self.unread(indexed)]
        versions = [Upload(path.name, _id(path.name), "replaces", path) for path in self._versions()]
        return [*new, *versions]

    def of(self, document_ids: Collection[str]) -> list[Upload]:
        """Return the uploads with these ids whose files exist."""
        return [
            Upload(_name(found), found, "same", path) for found, path in self._paths().items() if found in document_ids
        ]

    def source(self, uploads: Sequence[Upload]) -> UploadedFiles:
        """Return the source that reads these uploads alone."""
        return UploadedFiles(self.folder, tuple((upload.id, upload.path) for upload in uploads))

    def finish(self, uploads: Sequence[Upload], report: IngestReport) -> None:
        """Let each new version that was read replace the file of its name, and remove one that could not be read."""
        unread = {row.path for row in (*report.failed, *report.skipped)}
        for upload in uploads:
            if upload.outcome != "replaces" or not upload.path.is_file():
                continue
            if upload.id not in unread:
                with self._placing:
                    os.replace(upload.path, self.folder / _name(upload.id))
            shutil.rmtree(upload.path.parent)

    def drop_versions(self, uploads: Iterable[Upload]) -> None:
        """Remove the new versions that have not been read: the documents stay as they are."""
        for upload in uploads:
            if upload.outcome == "replaces" and upload.path.is_file():
                shutil.rmtree(upload.path.parent)

    def has(self, document_id: str) -> bool:
        """Whether there is a file of the document with this id."""
        return document_id in self._paths()

    def discard(self, document_id: str) -> bool:
        """Delete the file of a document and its new versions; return whether there was one."""
        path = self._paths().get(document_id)
        if path is None:
            return False
        for version in self._versions():
            if version.name == path.name:
                shutil.rmtree(version.parent)
        path.unlink(missing_ok=True)
        return True

    def _place_all(
        self, sent: list[str], names: list[str], parts: list[Path], hidden: Collection[str], *, replace: bool
    ) -> list[Upload]:
        taken = {_key(path.name): path.name for path in self.folder.iterdir()}
        placed: list[Upload] = []
        for name_sent, name, part in zip(sent, names, parts, strict=True):
            # Of two files of one name in one request, none is the new version of the other.
            named_alike = _id(taken.get(_key(name), ""))
            may_replace = replace and named_alike not in hidden and named_alike not in {one.id for one in placed}
            kept, outcome = self._place(name, part, taken, hidden, replace=may_replace)
            taken.setdefault(_key(kept.name), kept.name)
            placed.append(Upload(name_sent, _id(kept.name), outcome, kept))
        return placed

    def _place(
        self, name: str, part: Path, taken: dict[str, str], hidden: Collection[str], *, replace: bool
    ) -> tuple[Path, Outcome]:
        """Move a received file to its place; return that, and what the file becomes."""
        named_alike = taken.get(_key(name))
        if replace and named_alike is not None and _is_regular(self.folder / named_alike):
            # The time orders the versions of one document if the service ends before it has read them.
            version = self.folder / _INCOMING / f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}" / named_alike
            version.parent.mkdir()
            os.replace(part, version)
            return version, "replaces"
        for candidate in _numbered(name):
            there = taken.get(_key(candidate))
            if there is None:
                os.replace(part, self.folder / candidate)
                return self.folder / candidate, "new" if candidate == name else "renamed"
            is_known = _id(there) not in hidden and _is_regular(self.folder / there)
            if is_known and filecmp.cmp(part, self.folder / there, shallow=False):
                return self.folder / there, "same"
        raise AssertionError("the candidates never end")

    def _paths(self) -> dict[str, Path]:
        """The files by the ids of their documents, in order."""
        if not self.folder.is_dir():
            return {}
        return {
            item.document_id: item.path for item in uploads_source(self.folder).items() if isinstance(item, FileItem)
        }

    def _versions(self) -> list[Path]:
        """The new versions that have not been read, oldest first."""
        return sorted((self.folder / _INCOMING).glob("*/*"))


def separate(files: Sequence[SentFile]) -> tuple[list[SentFile], list[Refused]]:
    """Return the files that can be documents by their names, and those that cannot, each in order.

    Raises the RequestError of the first where none can.
    """
    kept: list[SentFile] = []
    refused: list[Refused] = []
    first: RequestError | None = None
    for name, file in files:
        try:
            safe_name(name)
        except RequestError as error:
            refused.append(Refused(name or "", str(error)))
            first = first or error
        else:
            kept.append((name, file))
    if first is not None and not kept:
        raise first
    return kept, refused


def safe_name(sent: str | None) -> str:
    """Return a name for a file that every file system accepts and that cannot lead out of a folder.

    Only the part after the last slash or backslash counts. Control characters and those that Windows rejects become
    underscores, dots and spaces at the beginning and the end are removed, a long name is cut before its ending. Raises
    RequestError where no name remains, or for a kind of file that is not read.
    """
    last = PurePosixPath((sent or "").replace("\\", "/")).name
    shown = "".join("_" if _is_forbidden(character) else character for character in unicodedata.normalize("NFC", last))
    name = shown.lstrip(" .").rstrip(" .")
    if not name:
        raise RequestError(f"{sent!r} cannot be a document's name. Give the file a plain name.", code="bad_name")
    stem, ending = os.path.splitext(name)
    if is_sidecar(name):
        raise RequestError(
            f"'{name[:_NAME_BYTES]}' says who may read another document; such a file cannot be uploaded.",
            code="unsupported_document",
        )
    if not is_supported(name):
        raise RequestError(
            f"'{name[:_NAME_BYTES]}' ({ending[:20] or 'no ending'}) is of a kind that is not read.",
            code="unsupported_document",
        )
    if stem.split(".")[0].strip().casefold() in _DEVICES:
        stem = f"_{stem}"
    return _cut(stem, _NAME_BYTES - len(ending.encode())) + ending


def _is_forbidden(character: str) -> bool:
    return character in _FORBIDDEN or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def _cut(text: str, size: int) -> str:
    """Return the beginning of a text, of at most `size` bytes in UTF-8."""
    return text.encode()[:size].decode(errors="ignore")


def _numbered(name: str) -> Iterator[str]:
    """Yield `policy.md`, `policy (2).md`, `policy (3).md` …"""
    yield name
    stem, ending = os.path.splitext(name)
    number = 2
    while True:
        yield f"{stem} ({number}){ending}"
        number += 1


def _is_regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _id(name: str) -> str:
    return f"{UPLOADS}/{name}"


def _name(document_id: str) -> str:
    return document_id.removeprefix(f"{UPLOADS}/")


def _size(file: BinaryIO) -> int:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size


def _save(file: BinaryIO, name: str, part: Path) -> None:
    """Write what was sent to a new file. Raises TooLarge."""
    size = 0
    with part.open("xb") as out:
        while block := file.read(_BLOCK):
            size += len(block)
            if size > MAX_BYTES:
                raise TooLarge(f"'{name}' has more than {MAX_BYTES:,} bytes. Split it.", code="too_large")
            out.write(block)
