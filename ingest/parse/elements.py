"""What a format's parser returns: the parts of a document in reading order, without any markup.

The text in an element is what the author wrote, as the format's own program displays it: nothing is escaped.
`ingest/parse/render.py` writes elements as the text of the document.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 1 is the outermost, levels above 6 are rendered as 6."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; a line break in it is kept."""

    text: str


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item of a list.

    `mark` is the number or bullet as displayed ("2.1", "b)", "-"); `depth` 0 is the outermost.
    """

    text: str
    mark: str = "-"
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Each row has its cells from left to right; rows may differ in length.

    A cell that a merged cell to its left covers is None; one that a merged cell above covers repeats its value. The
    first `header_rows` rows (0, 1 or more) name the columns.
    """

    rows: tuple[tuple[str | None, ...], ...]
    header_rows: int = 1


@dataclass(frozen=True, slots=True)
class Code:
    """Preformatted text: line breaks and indentation are kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote or endnote, after the element that refers to it with `note_mark(mark)`."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class PageStart:
    """The beginning of page (or slide) `number`, from 1. Numbers increase; those left out have no text."""

    number: int


Element: TypeAlias = Heading | Paragraph | ListItem | Table | Code | Note | PageStart


@dataclass(frozen=True, slots=True)
class ParsedElements:
    """The result of a format's parser.

    `title` is the document's own, if it has one. `left_out` names what the file has and the elements have not, each
    as a noun phrase for the report: "2 comments", "the hidden sheet 'Costs'".
    """

    elements: tuple[Element, ...]
    title: str | None = None
    left_out: tuple[str, ...] = ()


def first_heading(elements: Iterable[Element]) -> str | None:
    """Return the text of the first heading, the title of a document that has no other."""
    return next((element.text for element in elements if isinstance(element, Heading) and element.text.strip()), None)
