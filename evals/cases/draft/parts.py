"""What a document offers to ask about: its statements, tables and sections, each with its place in the parsed text.

A statement is a sentence of a paragraph or of a list item, in plain words. Not covered: code, comments, front matter,
and parts that still have markup when links, emphasis and tags are removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.answer.extractive.text import plain
from app.grounding.text.language import Language, language_of
from core.sentences import split_sentences
from core.text import Span, strip_span
from core.types import TextFormat
from ingest.blocks import Block, split_blocks

_MARKUP = re.compile(r"[{}<>|\\]|\]\(|https?://|\*\*|__|~~|^\W*$|&\w+;|(?<!\w)\*|\bcSpell")
_CELL = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ITEM_MARK = re.compile(r"[ \t]*(?:[-*+•·]|\d{1,9}[.)])[ \t]+")
_SPACED_STOP = re.compile(r"\s+([.,;:?!])")


@dataclass(frozen=True, slots=True)
class SourceText:
    """A document to draft from: its parsed text, and the language that it is written in."""

    id: str
    name: str
    text: str
    format: TextFormat

    @property
    def language(self) -> Language:
        """Return the language of the text; English where it is undecided."""
        return language_of(self.text)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, in plain words, and where it is in the parsed text. `opens`: the first one of its block."""

    text: str
    start: int
    end: int
    section: tuple[str, ...]
    is_item: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells in plain words ("" for one with markup), and where its line is."""

    cells: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header; every row has as many cells as that."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    section: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The blocks below one heading, up to the next one. `path` ends with the heading."""

    path: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def heading(self) -> str:
        """Return the heading itself; "" before the first one."""
        return self.path[-1] if self.path else ""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one document, each kind in order."""

    source: SourceText
    statements: tuple[Statement, ...]
    tables: tuple[Table, ...]
    sections: tuple[Section, ...]


def read_parts(source: SourceText) -> Parts:
    """Return the parts of a document."""
    blocks = split_blocks(source.text, markdown=source.format != "plain")
    return Parts(
        source,
        tuple(one for block in blocks if block.kind in ("paragraph", "item") for one in _statements(source, block)),
        tuple(table for block in blocks if block.kind == "table" and (table := _table(source.text, block))),
        tuple(Section(path, tuple(group)) for path, group in groupby(blocks, key=lambda block: block.section)),
    )


def clean(text: str) -> str:
    """Return a text in plain words; "" where it has markup that plain words cannot have."""
    line = plain(text).strip("*_ ")
    line = _SPACED_STOP.sub(r"\1", line.replace("**", "").replace("`", ""))
    return "" if _MARKUP.search(line) else line


def _statements(source: SourceText, block: Block) -> Iterator[Statement]:
    wrapped = source.format == "markdown"
    start = block.start
    if block.kind == "item" and (mark := _ITEM_MARK.match(source.text, block.start, block.end)):
        start = mark.end()
    for number, span in enumerate(split_sentences(source.text, start, block.end, wrapped=wrapped)):
        if text := clean(source.text[slice(*span)]):
            yield Statement(text, *span, block.section, block.kind == "item", number == 0)


def _table(text: str, block: Block) -> Table | None:
    """Return the table of a block; None for one without a header, or with rows of other lengths."""
    header = _cells(block.lead.split("\n")[0])
    rows = [(_cells(text[slice(*line)]), line) for line in _lines(text, block.start, block.end)]
    if not block.lead or not rows or any(len(cells) != len(header) for cells, _ in rows):
        return None
    return Table(tuple(header), tuple(Row(tuple(cells), *line) for cells, line in rows), block.section)


def _cells(line: str) -> Sequence[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    # What follows a break in a cell explains it.
    return [clean(_BREAK.split(cell)[0]) if cell.strip() else "" for cell in _CELL.split(inner)]


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        if span := strip_span(text, start, line_end):
            yield span
        start = line_end + 1
