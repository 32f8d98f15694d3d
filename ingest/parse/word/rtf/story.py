"""A flow of text while it is read: the body, a note, a header, a text box. Paragraphs and tables become elements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.parse.elements import Element
from ingest.parse.inline import Position, join_runs, note_mark
from ingest.parse.shared.compose import Label, bullet, compose
from ingest.parse.word.rtf.fonts import whole
from ingest.parse.word.rtf.tables import RowDefinition, TableBuilder

# Where the number of a note is displayed; a note that has a mark of its own has none.
_NOTE_NUMBER = "\ufdd1"


@dataclass(slots=True)
class Story:
    """`finish` returns the elements."""

    runs: list[tuple[str, Position]] = field(default_factory=list)
    after: list[Element] = field(default_factory=list)
    label: str | None = None
    has_hidden: bool = False
    elements: list[Element] = field(default_factory=list)
    tables: list[TableBuilder] = field(default_factory=list)

    def add(self, text: str, position: Position) -> None:
        """Append text to the current paragraph."""
        self.runs.append((text, position))

    def expect_note(self) -> None:
        """Remember that the number of the following note is displayed here."""
        self.runs.append((_NOTE_NUMBER, ""))

    def take_own_mark(self) -> str:
        """Remove and return the mark before a note that the author chose; empty when the note is numbered."""
        if self.runs and self.runs[-1][0] == _NOTE_NUMBER:
            self.runs.pop()
            return ""
        mark = ""
        while self.runs and self.runs[-1][1] == "super":
            mark = self.runs.pop()[0] + mark
        return mark.strip()

    def refer(self, mark: str) -> None:
        """Write the reference to a note."""
        self.runs.append((note_mark(mark), ""))

    def end_paragraph(self, level: int | None, depth: int, table: int) -> None:
        """End a paragraph: a heading of this level, an item at this depth, in a table of this nesting (0: in none)."""
        content = self._content(table)
        text = whole(join_runs((text, position) for text, position in self.runs if text != _NOTE_NUMBER))
        content.append(compose(text, level, _label(self.label, depth)))
        content += self.after
        self.runs, self.after, self.label = [], [], None

    def end_cell(self, level: int | None, depth: int, table: int) -> None:
        """End a cell, and the paragraph in it."""
        self.end_paragraph(level, depth, table)
        self._table(table).end_cell()

    def end_row(self, table: int, definition: RowDefinition) -> None:
        """End a row."""
        self._close_tables(table)
        self._table(table).end_row(definition)

    def insert(self, elements: Iterable[Element]) -> None:
        """Add elements before the current paragraph."""
        self.elements.extend(elements)

    def finish(self) -> list[Element]:
        """Return all elements; text without an end is a paragraph."""
        if self.runs or self.after:
            self.end_paragraph(None, 0, 0)
        self._close_tables(0)
        return self.elements

    def _content(self, table: int) -> list[Element]:
        """Return where a paragraph of this nesting belongs."""
        self._close_tables(table)
        return self._table(table).content if table else self.elements

    def _table(self, table: int) -> TableBuilder:
        while len(self.tables) < table:
            self.tables.append(TableBuilder())
        return self.tables[table - 1]

    def _close_tables(self, nesting: int) -> None:
        while len(self.tables) > nesting:
            closed = self.tables.pop()
            content = self.tables[-1].content if self.tables else self.elements
            content.extend(closed.elements())


def _label(text: str | None, depth: int) -> Label | None:
    if text is None or not (written := whole(text).strip()):
        return None
    is_bullet = not any(char.isalnum() for char in written) or written == "o"
    return Label(bullet(written) if is_bullet else written, depth, is_bullet)
