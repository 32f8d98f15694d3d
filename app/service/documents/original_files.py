"""The file that a document was read from, as it is: an upload, or a file of a folder on this machine.

A file is given out only while its bytes are those that were read: otherwise the document's text, and every citation
of it, would be about another file. Its hash is computed once for each version of the file, by its size and time.

A browser shows a PDF, a picture and plain text. Everything else is a download of an unnamed type: a page or a drawing
could run scripts that act in the name of the service's own page.

Not covered: a file that is replaced in the moment between the check and the answer.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
import threading
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.domain import Domain
from core.errors import Conflict, NotFound
from core.settings import Settings
from core.types import Document
from ingest.known_sources import folder_of
from ingest.parse import is_readable_text

_BLOCK = 1 << 20
_REMEMBERED = 1000
"""Files whose hashes are kept; 200 bytes each."""
_SHOWN = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
}
_DOWNLOADED = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """A file with the bytes that a document was read from.

    `name` is that of the document, also where `path` is what a link leads to. `media_type` is what the file is sent as,
    `inline` whether a browser may show it, `bytes` its size.
    """

    path: Path
    name: str
    media_type: str
    inline: bool
    bytes: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class _Checked:
    """What is known of a version of a file: the SHA-256 of its bytes, and whether they are UTF-8."""

    content_hash: str
    is_utf8: bool


class OriginalFiles:
    """Finds and checks files. Any number of threads may call."""

    def __init__(self, settings: Settings, domain: Domain) -> None:
        self._settings = settings
        self._domain = domain
        self._checked: dict[tuple[str, int, int, int], _Checked] = {}
        self._remembering = threading.Lock()

    def of(self, document: Document) -> OriginalFile:
        """Return the file of a document. Reads all of it the first time.

        Raises NotFound where the document has no file on this machine, and Conflict where the file has changed since.
        """
        source = folder_of(self._settings, self._domain, document.source)
        try:
            path = source.path_of(document.id) if source is not None else None
            if path is None:
                raise NotFound(f"The file of '{document.id}' is not on this machine.", code="original_not_found")
            size, checked = self._check(path)
        except OSError as error:
            raise NotFound(
                f"The file of '{document.id}' cannot be read: {error.strerror or error}.", code="original_not_found"
            ) from error
        if checked.content_hash != document.content_hash:
            raise Conflict(
                f"The file of '{document.id}' has changed since it was read. Read it again: groundwork ingest",
                code="original_changed",
            )
        name = PurePosixPath(document.id).name
        media_type, inline = _kind(name, is_utf8=checked.is_utf8)
        return OriginalFile(path, name, media_type, inline, size, checked.content_hash)

    def find(self, document: Document) -> OriginalFile | None:
        """Return the file of a document; None where `of` raises."""
        try:
            return self.of(document)
        except (NotFound, Conflict):
            return None

    def _check(self, path: Path) -> tuple[int, _Checked]:
        # As in ingest/parse/files.py: a pipe that has taken the file's place would block for ever.
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            version = os.fstat(file.fileno())
            if not stat.S_ISREG(version.st_mode):
                raise OSError(f"{path} is no regular file")
            key = (str(path), version.st_ino, version.st_size, version.st_mtime_ns)
            known = self._checked.get(key)
            if known is not None:
                return version.st_size, known
            digest, decoder, is_utf8 = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), True
            while block := file.read(_BLOCK):
                digest.update(block)
                is_utf8 = is_utf8 and _decodes(decoder, block)
        checked = _Checked(digest.hexdigest(), is_utf8)
        with self._remembering:
            if len(self._checked) >= _REMEMBERED:
                del self._checked[next(iter(self._checked))]
            self._checked[key] = checked
        return version.st_size, checked


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _kind(name: str, *, is_utf8: bool) -> tuple[str, bool]:
    """Return the media type of a file, and whether a browser may show it."""
    ending = PurePosixPath(name).suffix.lower()
    if ending in _SHOWN:
        return _SHOWN[ending], True
    if is_readable_text(name):
        return ("text/plain; charset=utf-8" if is_utf8 else "text/plain"), True
    return _DOWNLOADED, False
