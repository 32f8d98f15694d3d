"""The cells of one sheet, as the parsers of spreadsheets fill it, and the rows of one block of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

CellKind = Literal["text", "number", "date", "covered"]


class Cell(NamedTuple):
    """The text of a cell as displayed. `strong` says that it is bold; a covered cell is part of a merged one."""

    text: str
    kind: CellKind = "text"
    strong: bool = False


COVERED = Cell("", "covered")
Row: TypeAlias = dict[int, Cell]


@dataclass(frozen=True, slots=True)
class Range:
    """Rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class TableRange:
    """What the file itself calls a table."""

    range: Range
    header_rows: int = 1


@dataclass(slots=True)
class Sheet:
    """One sheet. Only cells with text are in `rows`; `frozen_rows` stay in view when a user scrolls down."""

    name: str
    hidden: bool = False
    rows: dict[int, Row] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    tables: list[TableRange] = field(default_factory=list)
    filters: list[Range] = field(default_factory=list)
    frozen_rows: int = 0
    shapes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class Line(NamedTuple):
    """One row of a block: its number in the sheet, and its cells by column."""

    number: int
    cells: Row


Block: TypeAlias = list[Line]


class Profile:
    """The columns of a block, those that are mostly numbers below its first row, and whether rows below it are bold."""

    def __init__(self, block: Block) -> None:
        self.columns = {column for column, cell in block[0].cells.items() if cell.text}
        self.strong = True
        self._balance: dict[int, int] = {}
        self.add(block[1:] if len(block) > 1 else block)

    @property
    def numeric(self) -> set[int]:
        """Return the columns with more numbers and dates than texts."""
        return {column for column, balance in self._balance.items() if balance > 0}

    def add(self, lines: Block) -> None:
        """Count rows that follow."""
        for line in lines:
            self.strong = self.strong and is_strong(line.cells)
            for column, cell in line.cells.items():
                if cell.text:
                    self.columns.add(column)
                    self._balance[column] = self._balance.get(column, 0) + (-1 if cell.kind == "text" else 1)


def columns_of(block: Block) -> set[int]:
    """Return the columns with text."""
    return {column for line in block for column, cell in line.cells.items() if cell.text}


def numeric_columns(block: Block) -> set[int]:
    """Return the columns whose cells below the first row are mostly numbers or dates."""
    return Profile(block).numeric if block else set()


def is_strong(row: Row) -> bool:
    """Say whether every text in a row is bold."""
    return all(cell.strong for cell in row.values() if cell.text)


def written(row: Row) -> list[int]:
    """Return the columns in which a row has text."""
    return [column for column, cell in row.items() if cell.text]
