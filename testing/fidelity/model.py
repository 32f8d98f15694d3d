"""A document as a value, and what its reading must hold.

A document is a list of blocks, each made for one construct (its `construct`); every writer writes the same value in
its own format. `pieces_of` says what a faithful reading contains: the author's characters as a reader of the
displayed page sees them.

Raised text is written `^…` in expected texts, lowered text as it is; `compare.tokens_of` brings the usual notations of
tools to the same form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

Order = Literal["flow", "own", "any"]


@dataclass(frozen=True, slots=True)
class Text:
    """Characters, blanks included."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: it separates words."""


@dataclass(frozen=True, slots=True)
class Break:
    """A line break inside a paragraph: it separates words."""


@dataclass(frozen=True, slots=True)
class NoBreakHyphen:
    """A hyphen at which no line ends: displayed as a hyphen."""


@dataclass(frozen=True, slots=True)
class NoBreakSpace:
    """A blank at which no line ends: displayed as a blank."""


@dataclass(frozen=True, slots=True)
class SoftHyphen:
    """A place where a word may be cut: not displayed inside a line."""


@dataclass(frozen=True, slots=True)
class Raised:
    """Superscript."""

    text: str


@dataclass(frozen=True, slots=True)
class Lowered:
    """Subscript."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """The mark of a footnote or an endnote, and its text."""

    text: str
    endnote: bool = False


@dataclass(frozen=True, slots=True)
class Inserted:
    """A tracked insertion: in the text once it is accepted."""

    text: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """A tracked deletion, or struck text of HTML's `<del>`: not in the text once it is accepted."""

    text: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """Text that is not displayed (`display: none`, hidden text)."""

    text: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on the text before it: left out, and reported."""

    text: str


@dataclass(frozen=True, slots=True)
class Control:
    """The text of a content control (a form field)."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its text is displayed, its address is not."""

    text: str
    url: str


Inline: TypeAlias = (
    Text
    | Tab
    | Break
    | NoBreakHyphen
    | NoBreakSpace
    | SoftHyphen
    | Raised
    | Lowered
    | Note
    | Inserted
    | Deleted
    | Hidden
    | Comment
    | Control
    | Link
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    inlines: tuple[Inline, ...]
    construct: str = "text"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3."""

    level: int
    text: str
    construct: str = "headings"


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list: its label as displayed ("" for a bullet) and its level, from 0."""

    label: str
    level: int
    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class List:
    """A list. `formats[level]` is how the level is numbered; `starts_at` is the first number.

    `continues`: the numbering of the list before it goes on.
    """

    items: tuple[Item, ...]
    formats: tuple[ListFormat, ...]
    starts_at: int = 1
    continues: bool = False
    construct: str = "lists"


@dataclass(frozen=True, slots=True)
class ListFormat:
    """How a level is numbered: the style, and the pattern with %1 … for the numbers of the levels."""

    style: Literal["decimal", "lowerLetter", "upperLetter", "lowerRoman", "upperRoman", "bullet"]
    pattern: str = "%1."


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: paragraphs and perhaps a table, over `columns` columns and `rows` rows."""

    blocks: tuple[Paragraph | Table, ...]
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table. A row lists the cells that begin in it; its first `header_rows` rows are headers."""

    rows: tuple[tuple[Cell, ...], ...]
    header_rows: int = 1
    construct: str = "tables"


@dataclass(frozen=True, slots=True)
class TextBox:
    """A text box that is anchored in a paragraph of its own."""

    text: str
    construct: str = "text boxes"


@dataclass(frozen=True, slots=True)
class Raw:
    """Markup of one format, with what a reading of it must hold."""

    markup: str
    pieces: tuple[Piece, ...]


Block: TypeAlias = "Paragraph | Heading | List | Table | TextBox | Raw"


@dataclass(frozen=True, slots=True)
class Document:
    """Blocks with a header and a footer for every page ("" for none)."""

    blocks: tuple[Block, ...]
    header: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a reading must hold of one construct.

    `expected` are tokens, in order: `flow` tokens in the order of the document, `own` tokens in their own order at any
    place, `any` in any order. `repeats`: they may come more than once (merged cells). `absent` must not be read;
    `optional` may be read, once. `also` maps an expected token to other right forms of it.
    """

    construct: str
    expected: str = ""
    absent: str = ""
    optional: str = ""
    order: Order = "flow"
    repeats: bool = False
    also: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A file and what a reading of it must hold."""

    name: str
    content: bytes = field(repr=False)
    pieces: tuple[Piece, ...] = field(repr=False)


def pieces_of(document: Document) -> tuple[Piece, ...]:
    """Return what a reading of the document must hold."""
    pieces = [piece for block in document.blocks for piece in _of_block(block)]
    if document.header or document.footer:
        pieces.append(Piece("headers and footers", optional=f"{document.header} {document.footer}", order="any"))
    return tuple(pieces)


def displayed(inlines: Sequence[Inline]) -> str:
    """Return the text of inlines as displayed."""
    return "".join(_displayed(inline) for inline in inlines)


def _displayed(inline: Inline) -> str:
    match inline:
        case Text() | Lowered() | Inserted() | Control() | Link():
            return inline.text
        case Raised():
            return f"^{inline.text}"
        case Tab() | Break() | NoBreakSpace():
            return " "
        case NoBreakHyphen():
            return "-"
        case Note():
            return "^note"
        case SoftHyphen() | Deleted() | Hidden() | Comment():
            return ""


def _of_block(block: Block) -> Iterator[Piece]:
    match block:
        case Paragraph():
            yield from of_inlines(block.inlines, block.construct)
        case Heading():
            yield Piece(block.construct, block.text)
        case List():
            for item in block.items:
                if item.label:
                    yield label_piece(item.label, block.construct)
                yield from of_inlines(item.inlines, block.construct)
        case Table():
            yield from _of_table(block)
        case TextBox():
            yield Piece(block.construct, block.text, order="own")
        case Raw():
            yield from block.pieces


def label_piece(label: str, construct: str) -> Piece:
    """Return the piece of a list number; tools may end it with a full stop, a bracket or nothing."""
    bare = label.strip("().")
    return Piece(construct, label, also=tuple((label, form) for form in (bare, f"{bare}.", f"{bare})", f"({bare})")))


def of_inlines(inlines: Sequence[Inline], construct: str) -> Iterator[Piece]:
    """Yield what a reading of inlines must hold: the text, then its notes, and what is not displayed."""
    absent = " ".join(inline.text for inline in inlines if isinstance(inline, Deleted | Hidden))
    yield Piece(construct, displayed(inlines), absent=absent)
    for inline in inlines:
        if isinstance(inline, Note):
            yield Piece("endnotes" if inline.endnote else "footnotes", inline.text, order="own")
        elif isinstance(inline, Comment):
            yield Piece("comments", absent=inline.text)


def _of_table(table: Table) -> Iterator[Piece]:
    for number, row in enumerate(table.rows):
        combined = number < table.header_rows and table.header_rows > 1
        for cell in row:
            repeats = combined or cell.rows > 1 or cell.columns > 1
            for block in cell.blocks:
                if isinstance(block, Table):
                    for piece in _of_table(block):
                        yield replace(piece, order="own" if piece.order == "flow" else piece.order)
                else:
                    for piece in of_inlines(block.inlines, table.construct):
                        order = "any" if combined else piece.order
                        yield replace(piece, order=order, repeats=repeats)
