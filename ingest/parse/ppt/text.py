"""Texts of a binary presentation: paragraphs with their level and bullets, raised and lowered characters."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ingest.parse.elements import ListItem, Paragraph
from ingest.parse.inline import Position, join_runs
from ingest.parse.ppt.records import FIELDS, TEXT, TEXT_BYTES, TEXT_KIND, TEXT_STYLE, Record

TITLE_KINDS = frozenset({0, 6})
_BODY_KINDS = frozenset({1, 7, 8})
_DEEPEST = 8
# The fields of a paragraph's properties in their order: the bits that say that one is there, and its bytes.
_PARAGRAPH_FIELDS = (
    (0x80, 2), (0x10, 2), (0x40, 2), (0x20, 4), (0x800, 2), (0x1000, 2), (0x2000, 2), (0x4000, 2), (0x100, 2),
    (0x400, 2), (0x8000, 2),
)  # fmt: skip
_TAB_STOPS, _LAST_FIELDS = 0x100000, ((0x10000, 2), (0xE0000, 2), (0x200000, 2))
_CHARACTER_FIELDS = (
    (0xFFFF, 2), (0x10000, 2), (0x200000, 2), (0x400000, 2), (0x800000, 2), (0x20000, 2), (0x40000, 4),
)  # fmt: skip
_POSITION = 0x80000


@dataclass
class Text:
    """A text: its kind and characters, and what holds for each unit of UTF-16.

    That is the level with the bullet (None: the kind of the text decides), and the position on the line.
    """

    kind: int
    characters: str = ""
    levels: list[tuple[int, bool | None]] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    fields: set[int] = field(default_factory=set)

    def elements(self) -> Iterator[Paragraph | ListItem]:
        """Return the paragraphs and list items that are not empty."""
        at = 0
        for line in self.characters.split("\r"):
            level, bullet = self.levels[at] if at < len(self.levels) else (0, None)
            runs: list[tuple[str, Position]] = []
            for char in line:
                if at not in self.fields:
                    position = self.positions[at] if at < len(self.positions) else ""
                    runs.append(("\n" if char == "\x0b" else char, position))
                at += 1 if char <= "\uffff" else 2
            at += 1
            if text := join_runs(runs).strip():
                is_item = self.kind in _BODY_KINDS if bullet is None else bullet
                yield ListItem(text, "-", level) if is_item else Paragraph(text)


def texts(found: Iterable[Record]) -> list[Text]:
    """Return the texts in records that follow each other: for each its kind, characters, style and fields."""
    read: list[Text] = []
    for record in found:
        if record.kind == TEXT_KIND:
            read.append(Text(record.number(0)))
        elif not read:
            continue
        elif record.kind in (TEXT, TEXT_BYTES):
            encoding = "utf-16-le" if record.kind == TEXT else "latin-1"
            read[-1].characters = record.content.decode(encoding, "replace")
        elif record.kind == TEXT_STYLE:
            _read_style(read[-1], record.content)
        elif record.kind in FIELDS:
            read[-1].fields.add(record.number(0))
    return read


def _read_style(text: Text, content: bytes) -> None:
    """Read the runs of paragraphs and then those of characters; a damaged end leaves the rest without style."""
    length = len(text.characters.encode("utf-16-le")) // 2 + 1
    position = 0
    try:
        while len(text.levels) < length:
            count, level, mask = struct.unpack_from("<IHI", content, position)
            bullet, position = _bullet(content, position + 10, mask)
            text.levels += [(min(level, _DEEPEST), bullet)] * min(count, length)
        while len(text.positions) < length:
            count, mask = struct.unpack_from("<II", content, position)
            position += 8 + sum(size for bits, size in _CHARACTER_FIELDS if mask & bits)
            shift = struct.unpack_from("<h", content, position)[0] if mask & _POSITION else 0
            position += 2 if mask & _POSITION else 0
            text.positions += [_position(shift)] * min(count, length)
    except struct.error:
        return


def _bullet(content: bytes, position: int, mask: int) -> tuple[bool | None, int]:
    """Return whether a paragraph has a bullet (None: its style decides), and where its properties end."""
    bullet = None
    if mask & 0xF:
        flags = struct.unpack_from("<H", content, position)[0]
        bullet = bool(flags & 1) if mask & 1 else None
        position += 2
    position += sum(size for bits, size in _PARAGRAPH_FIELDS if mask & bits)
    if mask & _TAB_STOPS:
        position += 2 + 4 * struct.unpack_from("<H", content, position)[0]
    return bullet, position + sum(size for bits, size in _LAST_FIELDS if mask & bits)


def _position(shift: int) -> Position:
    return "super" if shift > 0 else "sub" if shift < 0 else ""
