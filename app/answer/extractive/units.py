"""The sentence units of a text with their structure: what belongs to which list, table or paragraph.

    sentence  of a paragraph
    item      of a list, with all of its sentences
    row       of a table
    code      a whole code block, fenced or indented by four blanks

Units that touch belong to one group: the sentences of a paragraph, the items of a list, the rows of a table. A group
after a sentence that ends with ":" has that sentence as its lead-in. A list goes on after a code block that belongs to
one of its items; list and code are groups of their own. Headings, rules, comments and lines of nothing
but markup are no units.

Not covered: a table whose rows are wider than a chunk (each piece is a row of its own), and the headings of documents
whose format has none (a short line of a PDF).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.answer.extractive.text import is_heading_like, item_number, plain
from core.sentences import split_sentences
from ingest.blocks import Block, Kind, split_blocks

UnitKind: TypeAlias = Literal["sentence", "item", "row", "code"]

_FENCE_LINE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*(\S?)", re.MULTILINE)
_CODE_INDENTATIONS = ("    ", "\t")
_INDENTED = re.compile(r"(?: {2,}|\t)\S")


@dataclass(frozen=True, slots=True)
class Unit:
    """`text[start:end]` of the text that was split. `group` is the position of its group."""

    kind: UnitKind
    start: int
    end: int
    group: int


@dataclass(frozen=True, slots=True)
class Group:
    """Units that belong together, `units[first:last]` of their outline, of one kind.

    `header` is that of a table, two lines. `lead_in` is the position of the unit that introduces the group, `topic`
    that of a short line or question right above it, which a reader takes for its heading; both None without one.
    `continues` says that it goes on with the list of the group before it: code under an item, or items after such code.
    """

    kind: UnitKind
    first: int
    last: int
    section: tuple[str, ...]
    header: str = ""
    lead_in: int | None = None
    topic: int | None = None
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """The units of a text in order, and their groups in order."""

    text: str
    units: tuple[Unit, ...]
    groups: tuple[Group, ...]

    def group_of(self, position: int) -> Group:
        """Return the group of the unit at `position`."""
        return self.groups[self.units[position].group]

    def list_of(self, position: int) -> tuple[int, int]:
        """Return the positions of the first and the last group of the list that the unit at `position` belongs to."""
        first = last = self.units[position].group
        while self.groups[first].continues:
            first -= 1
        while last + 1 < len(self.groups) and self.groups[last + 1].continues:
            last += 1
        return first, last

    def raw(self, position: int) -> str:
        """Return the unit's text as the document has it."""
        unit = self.units[position]
        return self.text[unit.start : unit.end]


def outline(text: str, header: str = "") -> Outline:
    """Return the units and groups of a text. `header` is that of a table whose rows the text begins with."""
    units: list[Unit] = []
    groups: list[Group] = []
    for run in _runs(text, header):
        first = len(units)
        spans = list(_spans(text, run))
        if not spans:
            continue
        units += (Unit(run.kind, start, end, len(groups)) for start, end in spans)
        before = groups[-1] if groups and groups[-1].section == run.section else None
        lead_in = topic = None
        last = first - 1
        line = text[units[last].start : units[last].end].rstrip() if before is not None else ""
        if before is not None and before.kind == "sentence":
            if run.kind != "sentence" and plain(line).endswith(":"):
                lead_in = last
            elif before.last - before.first == 1 and is_heading_like(line):
                topic = last
        continues = before is not None and _continues(before, line, run.kind, text[slice(*spans[0])])
        groups.append(Group(run.kind, first, len(units), run.section, run.header, lead_in, topic, continues))
    return Outline(text, tuple(units), tuple(groups))


def _continues(before: Group, last: str, kind: UnitKind, text: str) -> bool:
    """Say whether a group, whose first unit is `text`, continues the list of the one before, whose last is `last`."""
    if kind == "code":
        return before.kind == "item" and (plain(last).endswith(":") or bool(_INDENTED.match(text)))
    if kind == "item":
        return (
            before.continues
            and before.kind == "code"
            and (bool(_INDENTED.match(last)) or item_number(text) not in {"", "1"})
        )
    return False


@dataclass(frozen=True, slots=True)
class _Run:
    """Blocks that make one group."""

    kind: UnitKind
    spans: tuple[tuple[int, int], ...]
    section: tuple[str, ...]
    header: str = ""


_KINDS: dict[str, UnitKind] = {"paragraph": "sentence", "item": "item", "table": "row", "code": "code"}


def _runs(text: str, header: str) -> Iterator[_Run]:
    """Yield the groups of blocks: consecutive items are one list, with the indented paragraphs between them."""
    items: list[tuple[int, int]] = []
    section: tuple[str, ...] = ()
    for block in _blocks(text, header):
        indented = (
            bool(items)
            and block.kind in ("paragraph", "code")
            and not _FENCE_LINE.match(text, block.start)
            and _INDENTED.match(text, _line_start(text, block.start))
        )
        if items and block.section == section and (block.kind == "item" or indented):
            if indented:
                items[-1] = (items[-1][0], block.end)
            else:
                items.append((block.start, block.end))
            continue
        if items:
            yield _Run("item", tuple(items), section)
            items = []
        section = block.section
        if block.kind == "item":
            items = [(block.start, block.end)]
        else:
            yield _Run(_KINDS[block.kind], ((block.start, block.end),), section, block.lead)
    if items:
        yield _Run("item", tuple(items), section)


def _line_start(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1


def _blocks(text: str, header: str) -> Iterator[Block]:
    """Yield the blocks of a text that may begin inside a table or a code block."""
    prefix = f"{header}\n" if header.count("\n") == 1 and text.lstrip().startswith("|") else ""
    if not prefix and _begins_in_code(text):
        prefix = f"{_FENCE_LINE.findall(text)[0][0]}\n"
    shift = len(prefix)
    for block in split_blocks(prefix + text, markdown=True):
        start, end = max(0, block.start - shift), block.end - shift
        if end > start and block.kind == "table" and not block.lead:
            continue  # a header without rows
        if end > start:
            kind: Kind = "code" if block.kind == "paragraph" and _is_indented(text, start, end) else block.kind
            yield Block(kind, start, end, block.section, block.lead)


def _is_indented(text: str, start: int, end: int) -> bool:
    """Say whether all lines of a paragraph are indented as code is. A passage begins without its first indentation."""
    lines = text[_line_start(text, start) : end].splitlines()
    if start == 0 and len(lines) > 1:
        lines = lines[1:]
    return all(line.startswith(_CODE_INDENTATIONS) for line in lines)


def _begins_in_code(text: str) -> bool:
    """Say whether the first fence of a part of a document closes a code block: their number is odd, and it is bare."""
    fences = _FENCE_LINE.findall(text)
    return len(fences) % 2 == 1 and not fences[0][1] and (len(fences) > 1 or not _reads_as_prose_before_fence(text))


def _reads_as_prose_before_fence(text: str) -> bool:
    before = text[: _first_fence(text)].strip()
    return not before or before[-1] in ".:!?"


def _first_fence(text: str) -> int:
    found = _FENCE_LINE.search(text)
    return found.start() if found else len(text)


def _spans(text: str, run: _Run) -> Iterator[tuple[int, int]]:
    for start, end in run.spans:
        if run.kind == "sentence":
            yield from (span for span in split_sentences(text, start, end, wrapped=True) if plain(text[slice(*span)]))
        elif run.kind == "row":
            yield from _rows(text, start, end)
        elif run.kind == "code" or plain(text[start:end]):
            yield start, end


def _rows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    for line in text[start:end].splitlines(keepends=True):
        if any(character.isalnum() for character in line):
            yield position, position + len(line.rstrip())
        position += len(line)
