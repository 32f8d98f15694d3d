"""The blocks of a page, or of one cell of a table, in the order in which they are displayed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.parse.elements import Element, Paragraph
from ingest.parse.markup.html.line import Line
from ingest.parse.shared.compose import BULLET, flat


@dataclass(frozen=True, slots=True)
class NoteHere:
    """Where the note `key` belongs; it is read after the page."""

    key: int


@dataclass(slots=True)
class Block:
    """An open element that becomes one element of the document: its lines, and what they become.

    What follows a table or a list inside it becomes a paragraph.
    """

    make: Callable[[str], Element]
    mark: str = ""
    heading: bool = False
    lines: list[str] = field(default_factory=list)
    defined: bool = False


class Flow:
    """Elements, the line that is being read, and the blocks that are open around it."""

    def __init__(self) -> None:
        self.elements: list[Element | NoteHere] = []
        self.line = Line()
        self.references: list[NoteHere] = []
        self._blocks: list[Block] = []

    @property
    def block(self) -> Block | None:
        """Return the innermost open block."""
        return self._blocks[-1] if self._blocks else None

    def end_line(self) -> None:
        """End the line: at the beginning and at the end of every block element."""
        text = self.line.take()
        if text and self.block:
            self.block.lines.append(text)
        elif text:
            self._append(Paragraph(text))

    def end_part(self) -> None:
        """Write what the innermost block has so far as an element of its own."""
        self.end_line()
        block = self.block
        if block and block.lines:
            self._append(block.make("\n".join(block.lines)))
            block.lines, block.make, block.mark = [], Paragraph, ""

    def open(self, make: Callable[[str], Element], *, mark: str = "", heading: bool = False) -> None:
        """Begin a block."""
        self.end_part()
        self._blocks.append(Block(make, mark, heading))

    def take_mark(self) -> str:
        """Return the number of the list item that begins here, for a heading that is its first line; else nothing."""
        block = self.block
        if block is None or block.lines or not block.mark:
            return ""
        mark, block.mark, block.make = block.mark, "", Paragraph
        return "" if mark == BULLET else mark

    def close(self) -> None:
        """End the innermost block."""
        self.end_part()
        self._blocks.pop()

    def add(self, element: Element) -> None:
        """Append an element that is complete."""
        self.end_part()
        self._append(element)

    def text(self) -> str:
        """Return the elements of a cell as lines of text."""
        self.end_part()
        return flat(element for element in self.elements if not isinstance(element, NoteHere))

    def _append(self, element: Element) -> None:
        self.elements += [element, *self.references]
        self.references.clear()
