"""Texts of a binary presentation: paragraphs with their level and bullets, raised and lowered characters."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ingest.parse.elements import ListItem, Paragraph
from ingest.parse.inline import Position, join_runs
from ingest.parse.ooxml.numbering import Numbers
from ingest.parse.slides.ppt.records import FIELDS, TEXT, TEXT_BYTES, TEXT_KIND, TEXT_STYLE, Record

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
_BLIP, _HAS_NUMBER, _NUMBER, _MORE, _SMART_TAGS = 0x800000, 0x2000000, 0x1000000, 0x100000, 0x200
_LANGUAGE_FIELDS = ((1, 2), (2, 2), (4, 2), (0x20, 4), (0x40, 2))
_SCHEMES = (
    "alphaLcPeriod alphaUcPeriod arabicParenR arabicPeriod romanLcParenBoth romanLcParenR romanLcPeriod romanUcPeriod "
    "alphaLcParenBoth alphaLcParenR alphaUcParenBoth alphaUcParenR arabicParenBoth arabicPlain romanUcParenBoth "
    "romanUcParenR"
).split()
"""By number (TextAutoNumberSchemeEnum), under their names in .pptx; the others are for East Asian and other scripts."""


@dataclass
class Text:
    """A text: its kind and characters, and what holds for each unit of UTF-16.

    That is the level with the bullet (None: the kind of the text decides), the position on the line, and the group of
    characters. `numbering` is the scheme and the first number of groups that are numbered.
    """

    kind: int
    characters: str = ""
    levels: list[tuple[int, bool | None]] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    fields: set[int] = field(default_factory=set)
    numbering: dict[int, tuple[str, int]] = field(default_factory=dict)

    def elements(self) -> Iterator[Paragraph | ListItem]:
        """Return the paragraphs and list items that are not empty."""
        at = 0
        numbers = Numbers()
        for line in self.characters.split("\r"):
            level, bullet = self.levels[at] if at < len(self.levels) else (0, None)
            numbering = self.numbering.get(self.groups[at]) if at < len(self.groups) else None
            runs: list[tuple[str, Position]] = []
            for char in line:
                if at not in self.fields:
                    position = self.positions[at] if at < len(self.positions) else ""
                    runs.append(("\n" if char == "\x0b" else char, position))
                at += 1 if char <= "\uffff" else 2
            at += 1
            if text := join_runs(runs).strip():
                is_item = self.kind in _BODY_KINDS if bullet is None else bullet
                yield _element(text, level, numbers, numbering, is_item=is_item)


def _element(
    text: str, level: int, numbers: Numbers, numbering: tuple[str, int] | None, *, is_item: bool
) -> Paragraph | ListItem:
    if is_item and numbering is not None:
        return ListItem(text, numbers.mark(level, *numbering), level)
    numbers.interrupt(level)
    return ListItem(text, "-", level) if is_item else Paragraph(text)


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
            style = struct.unpack_from("<H", content, position + 8)[0] if mask & 0xFFFF else 0
            group = _next_group(text.groups, style >> 10 & 15)
            position += 8 + sum(size for bits, size in _CHARACTER_FIELDS if mask & bits)
            shift = struct.unpack_from("<h", content, position)[0] if mask & _POSITION else 0
            position += 2 if mask & _POSITION else 0
            text.positions += [_position(shift)] * min(count, length)
            text.groups += [group] * min(count, length)
    except struct.error:
        return


def _next_group(groups: list[int], low_bits: int) -> int:
    """Return the group of the next characters, of whose number the style has only four bits."""
    before = groups[-1] if groups else 0
    return before + (low_bits - before) % 16


def numbering_of(content: bytes) -> dict[int, tuple[str, int]]:
    """Return the scheme and the first number of each group that is numbered (StyleTextProp9Atom)."""
    found: dict[int, tuple[str, int]] = {}
    position = group = 0
    try:
        while position < len(content):
            (mask,) = struct.unpack_from("<I", content, position)
            position += 4 + (2 if mask & _BLIP else 0)
            is_numbered = bool(mask & _HAS_NUMBER and struct.unpack_from("<H", content, position)[0])
            position += 2 if mask & _HAS_NUMBER else 0
            scheme, start = struct.unpack_from("<HH", content, position) if mask & _NUMBER else (3, 1)
            position += 4 if mask & _NUMBER else 0
            if is_numbered:
                found[group] = (_SCHEMES[scheme] if scheme < len(_SCHEMES) else "arabicPeriod", start)
            (mask,) = struct.unpack_from("<I", content, position)
            position += 4 + (4 if mask & _MORE else 0)
            (mask,) = struct.unpack_from("<I", content, position)
            position += 4 + sum(size for bits, size in _LANGUAGE_FIELDS if mask & bits)
            position += 4 + 4 * struct.unpack_from("<I", content, position)[0] if mask & _SMART_TAGS else 0
            group += 1
    except struct.error:
        return found
    return found


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
