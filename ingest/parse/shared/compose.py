"""Compose elements from what word processors store: labels of lists, cells with several blocks, headers and footers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ingest.parse.elements import Code, Element, Heading, ListItem, Note, Paragraph, Table
from ingest.parse.inline import note_mark

Row: TypeAlias = tuple[str | None, ...]

LONGEST_HEADING = 200
"""Characters. Contracts number whole paragraphs with the styles of headings: longer ones are text."""

PAGE_NUMBER = "\ufdd0"
"""Where a page number was displayed in a header or footer: a character that no text contains."""

BULLET = "-"
# Bullets that say something: a box to be ticked, a word. A single "o" is a circle.
_MEANINGFUL = re.compile(r"\w{2}|[☐☑☒✓✗]")
_WORD = re.compile(r"\w+")
_WORDS_OF_A_PAGE_NUMBER = 2
_MOST_HEADER_ROWS = 3


@dataclass(frozen=True, slots=True)
class Label:
    """What is displayed before a paragraph of a list; `text` is empty where the number is suppressed."""

    text: str
    depth: int
    is_bullet: bool


def bullet(text: str) -> str:
    """Return the mark for a bullet: those that are only a sign become "-"."""
    return text.strip() if _MEANINGFUL.search(text) else BULLET


def compose(text: str, level: int | None, label: Label | None) -> Element:
    """Return a paragraph as a heading, an item or a paragraph; `level` is that of a heading.

    An item without text is returned when it has a number: an empty cell may display one.
    """
    if level is not None and text.strip() and len(text) <= LONGEST_HEADING:
        numbered = label.text if label is not None and not label.is_bullet else ""
        return Heading(f"{numbered} {text.strip()}".strip(), level)
    if label is not None and label.text and not (label.is_bullet and not text.strip()):
        return ListItem(text, label.text, label.depth)
    return Paragraph(text)


def with_header(rows: Sequence[Row], marked: int, continues: Sequence[bool]) -> tuple[Element, ...]:
    """Return the table with the number of its header rows, after a title that is its first row.

    `marked` rows are repeated on each page; `continues` says of each row whether a cell of it continues one above.
    Where none is marked, the rows that cells of the first row reach into belong to the header if columns are grouped in
    it; else the first row is the header, unless it is the only one.
    """
    if 0 < marked < len(rows):
        return (Table(tuple(rows), marked),)
    if _is_title(rows):
        return (Paragraph(rows[0][0] or ""), *with_header(rows[1:], 0, continues[1:]))
    reach = 1
    while reach < len(rows) and continues[reach]:
        reach += 1
    grouped = bool(rows) and None in rows[0] and reach < min(len(rows), _MOST_HEADER_ROWS + 1)
    return (Table(tuple(rows), reach if grouped else min(1, len(rows) - 1)),)


def _is_title(rows: Sequence[Row]) -> bool:
    """Say whether the first row is one cell as wide as the table, with a header and a row below."""
    if len(rows) <= 2 or not rows[0]:
        return False
    return bool(rows[0][0]) and len(rows[0]) > 1 and all(cell is None for cell in rows[0][1:]) and None not in rows[1]


def flat(elements: Iterable[Element]) -> str:
    """Return elements as lines of text: the content of a cell or of a note. The cells of an inner table are apart."""
    return "\n".join(text for element in elements if (text := _flat(element)).strip())


def _flat(element: Element) -> str:
    match element:
        case ListItem(text, mark):
            return f"{mark} {text}".strip()
        case Note(mark, text):
            return f"{note_mark(mark)}: {text}".strip()
        case Table(rows):
            # A sign that touches no word: "5," would be another token, and "1, 5" another number.
            return "\n".join(" · ".join(" ".join(cell.split()) for cell in row if cell) for row in rows if any(row))
        case Code(text):
            return text.strip("\n")
        case Heading(text) | Paragraph(text):
            return text.strip()
    return ""


def comment_text(text: str, author: str = "", place: str = "") -> str:
    """Return a comment as a paragraph of the text; `place` is the name of a cell."""
    return f"Comment{f' on {place}' if place else ''}{f' by {author}' if author else ''}: {text}"


@dataclass(slots=True)
class RunningTexts:
    """The headers and footers of a document: each distinct text once, without page numbers."""

    _seen: set[str] = field(default_factory=set)

    def new(self, elements: Iterable[Element]) -> Iterator[Element]:
        """Return what the elements of a header or footer say that was not said before."""
        for element in elements:
            unnumbered = _without_page_number(element)
            key = " ".join(flat([unnumbered]).split()).casefold()
            if key and key not in self._seen:
                self._seen.add(key)
                yield unnumbered


def _without_page_number(element: Element) -> Element:
    """Return the element without page numbers; a heading here is no heading of the document."""
    match element:
        case Heading(text) | Paragraph(text) | ListItem(text):
            return Paragraph(_unnumbered(text))
        case Table(rows):
            cells = (tuple(cell and _unnumbered(cell) for cell in row) for row in rows)
            return Table(tuple(cells), header_rows=0)
    return element


def _unnumbered(text: str) -> str:
    lines = ("\t".join(_segment(segment) for segment in line.split("\t")) for line in text.split("\n"))
    return "\n".join(lines)


def _segment(text: str) -> str:
    """Return the text between two tabs, without its page number; nothing is left of "Page 3 of 7"."""
    if PAGE_NUMBER not in text:
        return text
    rest = text.replace(PAGE_NUMBER, "")
    words = _WORD.findall(rest)
    is_only_number = len(words) <= _WORDS_OF_A_PAGE_NUMBER and not any(char.isdigit() for char in rest)
    return "" if is_only_number else rest
