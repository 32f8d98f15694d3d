"""The records of a binary presentation (MS-PPT), and which of them are current."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile

from core.errors import DocumentError

DOCUMENT, SLIDE, SLIDE_ATOM, NOTES, SLIDE_PERSIST, SLIDE_SHOW, DRAWING = 1000, 1006, 1007, 1008, 1011, 1017, 1036
EMBEDDED, PLACEHOLDER, OUTLINE_TEXT, TEXT_KIND, TEXT, TEXT_STYLE, TEXT_BYTES = 3009, 3011, 3998, 3999, 4000, 4001, 4008
STRING, SLIDE_LIST, COMMENT = 4026, 4080, 12000
INFO_LIST, TAGS, BINARY_TAG, BINARY_DATA = 2000, 5000, 5002, 5003
STYLE_9, OUTLINE_STYLES_9, OUTLINE_STYLE_HEADER_9 = 4012, 4014, 4015
"""What PowerPoint 2000 added: automatic numbers."""
FIELDS = frozenset({4056, 4087, 4088, 4089, 4090, 4117})
"""Slide number, dates, header and footer: each stands for one character of the text before it."""

SHAPE, SHAPE_TEXT = 0xF004, 0xF00D
_CURRENT_EDIT, _PERSIST_DIRECTORY = 4085, 6002
_ENCRYPTED_TOKEN = 0xF3D1C4DF
_DEEPEST = 40
_NO_PRESENTATION = "it is damaged: it is not a presentation of PowerPoint 97 to 2003, or not all of one"


@dataclass(frozen=True, slots=True)
class Record:
    """A record: a container of others, or an atom with its bytes."""

    kind: int
    instance: int
    is_container: bool
    content: bytes = field(repr=False)

    def children(self, *kinds: int) -> Iterator[Record]:
        """Return the records inside, those of some kinds or all."""
        if self.is_container or self.kind in (SHAPE_TEXT, BINARY_DATA):
            yield from (record for record in records(self.content) if not kinds or record.kind in kinds)

    def inside(self, *kinds: int, depth: int = 0) -> Iterator[Record]:
        """Return the records of these kinds at any depth, in order."""
        for record in self.children():
            if record.kind in kinds:
                yield record
            if depth < _DEEPEST:
                yield from record.inside(*kinds, depth=depth + 1)

    def number(self, offset: int) -> int:
        """Return the unsigned number of four bytes at an offset; 0 behind the end."""
        return int.from_bytes(self.content[offset : offset + 4], "little")


def records(content: bytes, position: int = 0) -> Iterator[Record]:
    """Return the records in some bytes from a position on; what is behind the last complete one is passed over."""
    while position + 8 <= len(content):
        version, kind, size = struct.unpack_from("<HHI", content, position)
        yield Record(kind, version >> 4, version & 15 == 15, content[position + 8 : position + 8 + size])
        position += 8 + size


class Presentation:
    """The current records of a file. Raises DocumentError when it is none, or is encrypted."""

    def __init__(self, content: bytes) -> None:
        try:
            with olefile.OleFileIO(io.BytesIO(content)) as file:
                user, self._stream = (file.openstream(name).read() for name in ("Current User", "PowerPoint Document"))
        except (OSError, struct.error, IndexError, ValueError) as error:
            raise DocumentError(_NO_PRESENTATION) from error
        current = next(records(user), None)
        if current is None or len(current.content) < 12:
            raise DocumentError(_NO_PRESENTATION)
        if current.number(4) == _ENCRYPTED_TOKEN:
            raise DocumentError("it is encrypted; save it without a password")
        self._offsets: dict[int, int] = {}
        self.document = self._record(self._read_edits(current.number(8)), DOCUMENT)

    def record(self, persist_id: int, kind: int) -> Record | None:
        """Return a record by its number; None when it is missing or of another kind."""
        try:
            return self._record(persist_id, kind)
        except DocumentError:
            return None

    def _record(self, persist_id: int, kind: int) -> Record:
        found = next(records(self._stream, self._offsets.get(persist_id, len(self._stream))), None)
        if found is None or found.kind != kind:
            raise DocumentError(_NO_PRESENTATION)
        return found

    def _read_edits(self, offset: int) -> int:
        """Collect where records are, the last saved first, and return the number of the document's."""
        document, seen = 0, set[int]()
        while offset not in seen:
            seen.add(offset)
            edit = next(records(self._stream, offset), None)
            if edit is None or edit.kind != _CURRENT_EDIT:
                break
            document = document or edit.number(16)
            self._read_directory(edit.number(12))
            offset = edit.number(8)
        return document

    def _read_directory(self, offset: int) -> None:
        directory = next(records(self._stream, offset), None)
        if directory is None or directory.kind != _PERSIST_DIRECTORY:
            return
        numbers = list(
            struct.unpack(f"<{len(directory.content) // 4}I", directory.content[: len(directory.content) // 4 * 4])
        )
        while numbers:
            first, count = numbers[0] & 0xFFFFF, numbers[0] >> 20
            for index, at in enumerate(numbers[1 : count + 1]):
                self._offsets.setdefault(first + index, at)
            del numbers[: count + 1]
