"""Write elements as the text of a document, with its blocks and page starts.

The text looks like Markdown to a reader and to a model (`# Heading`, `| a | b |`, `- item`), but nothing in it is
escaped: the blocks, not the characters, say what a line is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingest.blocks import Block, Kind
from ingest.parse.elements import (
    Code,
    Element,
    Heading,
    ListItem,
    Note,
    PageStart,
    Paragraph,
    ParsedElements,
    Table,
)
from ingest.parse.inline import clean, note_mark
from ingest.parse.parsed import ParsedText

_INDENT = "  "
_DEEPEST = 6


def render(parsed: ParsedElements) -> ParsedText:
    """Return the text of the elements. Elements without text leave no trace."""
    writer = _Writer()
    for element in parsed.elements:
        writer.write(element)
    title = " ".join(clean(parsed.title or "").split())
    # Programs write "untitled" into documents without a title.
    named = title if title.casefold() not in ("", "untitled") else None
    return ParsedText(writer.text, tuple(writer.blocks), named, writer.pages, parsed.left_out)


class _Writer:
    """The text so far. Blocks are separated by one empty line, the items of a list by a line end."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._page_starts: list[int | None] = []
        self._length = 0
        self._headings: dict[int, str] = {}
        self._before: Element | None = None

    @property
    def text(self) -> str:
        """Return the text that is written."""
        return "".join(self._parts)

    @property
    def pages(self) -> tuple[int, ...]:
        """Return the offset of each page; one without text begins where the next one does."""
        return tuple(self._length if start is None else start for start in self._page_starts)

    def write(self, element: Element) -> None:
        """Append an element."""
        match element:
            case PageStart(number):
                self._page_starts += [None] * (number - len(self._page_starts))
            case Heading(text, level):
                self._heading(_one_line(text), max(1, min(level, _DEEPEST)))
            case Paragraph(text):
                self._block("paragraph", _lines(text))
            case ListItem(text, mark, depth):
                if written := _lines(text):
                    indent = _INDENT * max(0, depth)
                    self._block("item", f"{indent}{mark} " + written.replace("\n", f"\n{indent}{_INDENT}"), element)
            case Note(mark, text):
                if written := _lines(text):
                    self._block("paragraph", f"{note_mark(mark)}: {written}")
            case Code(text):
                if text.strip():
                    fence = "```" if "```" not in text else "~~~~"
                    self._block("code", f"{fence}\n{text.replace(chr(13), '').strip(chr(10))}\n{fence}")
            case Table(rows, header_rows):
                self._table(rows, header_rows)

    def _heading(self, text: str, level: int) -> None:
        if text:
            self._add(f"{'#' * level} {text}", None)
            self._headings = {above: name for above, name in self._headings.items() if above < level} | {level: text}

    def _table(self, rows: Sequence[Sequence[str | None]], header_rows: int) -> None:
        header, body = _grid(rows, header_rows)
        if not header and not body:
            return
        width = len(header or body[0])
        lead = f"{_row(header or [''] * width)}\n|{'---|' * width}"
        if not body:
            self._block("table", lead)
            return
        start = self._add(f"{lead}\n" + "\n".join(_row(row) for row in body), None)
        first = start + len(lead) + 1
        self.blocks.append(Block("table", first, self._length, self._section, lead if header else ""))

    def _block(self, kind: Kind, text: str, element: Element | None = None) -> None:
        if text:
            start = self._add(text, element)
            self.blocks.append(Block(kind, start, self._length, self._section))

    @property
    def _section(self) -> tuple[str, ...]:
        return tuple(self._headings[level] for level in sorted(self._headings))

    def _add(self, text: str, element: Element | None) -> int:
        """Append the text after a separator, and return its offset."""
        if self._parts:
            in_list = isinstance(element, ListItem) and isinstance(self._before, ListItem)
            self._append("\n" if in_list else "\n\n")
        start = self._length
        self._begin_pages(start)
        self._append(text)
        self._before = element
        return start

    def _begin_pages(self, start: int) -> None:
        page = len(self._page_starts)
        while page and self._page_starts[page - 1] is None:
            page -= 1
            self._page_starts[page] = start

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def _grid(rows: Iterable[Sequence[str | None]], header_rows: int) -> tuple[list[str], list[list[str]]]:
    """Return the header and the body, without rows and columns that are empty, all of one width."""
    cells = [[None if cell is None else _one_line(cell) for cell in row] for row in rows]
    width = max((len(row) for row in cells), default=0)
    cells = [row + [""] * (width - len(row)) for row in cells]
    written = [column for column in range(width) if any(row[column] for row in cells)]
    header = _header([row for row in cells[:header_rows] if any(row)], width)
    body = [[row[column] or "" for column in written] for row in cells[header_rows:] if any(row)]
    return [header[column] for column in written] if header else [], body


def _header(rows: Sequence[Sequence[str | None]], width: int) -> list[str]:
    """Return one name for each column: that of several header rows is their cells from top to bottom."""
    if not rows:
        return []
    if len(rows) == 1:
        return [cell or "" for cell in rows[0]]
    columns: list[list[str]] = [[] for _ in range(width)]
    for row in rows:
        above = ""
        for column, cell in enumerate(row):
            above = above if cell is None else cell
            if above and columns[column][-1:] != [above]:
                columns[column].append(above)
    return [" ".join(names) for names in columns]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _lines(text: str) -> str:
    """Return the text with single blanks and no empty lines."""
    lines = (" ".join(line.split()) for line in clean(text).split("\n"))
    return "\n".join(line for line in lines if line)
