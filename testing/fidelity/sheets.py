"""Plan random workbooks, and write them as XLSX, ODS and CSV: values with number formats, and what is displayed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from testing.fidelity.archive import escape
from testing.fidelity.model import Piece
from testing.fidelity.words import Words
from testing.fidelity.write_odt import NAMESPACES, opendocument

Value: TypeAlias = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | CellRichText | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell: its value, its number format, and what is displayed. `formula` has the value as its cached result."""

    value: Value
    shown: str
    number_format: str = "General"
    construct: str = "text cells"
    formula: str = ""
    comment: str = ""
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: cells by row and column (from 0), what is hidden, and how many rows are headers."""

    name: str
    cells: dict[tuple[int, int], Shown]
    state: Literal["visible", "hidden", "veryHidden"] = "visible"
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    header_rows: int = 1

    @property
    def width(self) -> int:
        """The number of columns."""
        return max(column + cell.columns for (_, column), cell in self.cells.items())

    @property
    def height(self) -> int:
        """The number of rows."""
        return max(row + cell.rows for (row, _), cell in self.cells.items())


@dataclass
class Cells:
    """Invents cells with values of every kind."""

    words: Words
    excel: bool = False
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = self.words.rng

    def text(self) -> Shown:
        """Words."""
        text = self.words.phrase(1, 3)
        return Shown(text, text)

    def references(self) -> Shown:
        """Characters that XML writes as references, bars and signs of Markdown."""
        word, digits = self.words.word, self.words.digits
        text = self.rng.choice(
            (
                f"{word()} & {word()}",
                f"{word()}&{word()}",
                f"<{digits()} {word()}",
                f'"{word()}" {word()}\'s',
                f"&amp;{word()};",
                f"{word()}|{word()}",
                f"{word('latin')}_{word('latin')}_x",
                f"*{word()}",
                f"#{digits()}",
                f"C:\\{word()}",
            )
        )
        return Shown(text, text, construct="character references and signs")

    def lines(self) -> Shown:
        """Several lines in a cell."""
        lines = [self.words.token() for _ in range(self.rng.randint(2, 3))]
        # Excel writes a carriage return before the line end as _x000D_.
        ending = self.rng.choice(("\n", "\n", "_x000D_\n")) if self.excel else "\n"
        return Shown(ending.join(lines), " ".join(lines), construct="lines in cells")

    def padded(self) -> Shown:
        """Numbers with leading zeros, as text and by format."""
        number = self.rng.randint(1, 99)
        digits = self.rng.choice((3, 5, 6))
        written = f"{number:0{digits}d}"
        if self.rng.random() < 0.5:
            return Shown(written, written, "@", construct="leading zeros")
        return Shown(number, written, "0" * digits, construct="leading zeros")

    def number(self) -> Shown:
        """Numbers in several formats."""
        rng = self.rng
        whole, cents = rng.randint(1000, 9_999_999), rng.randint(1, 99)
        value = whole + cents / 100
        sign = rng.choice(("€", "$", "£"))
        choices: list[tuple[Value, str, str]] = [
            (whole, str(whole), "General"),
            (-whole, str(-whole), "General"),
            (whole + 0.5, f"{whole}.5", "General"),
            (whole / 8, _general(whole / 8), "General"),
            (value, f"{value:.2f}", "0.00"),
            (value, f"{value:,.2f}", "#,##0.00"),
            (whole, f"{whole:,}", "#,##0"),
            (value, f"{sign}{value:,.2f}", f'"{sign}"#,##0.00'),
            (value, f"{value:,.2f} €", '#,##0.00 "€"'),
            (value, f"{value:,.2f} EUR", r"#,##0.00\ \E\U\R"),
            (value, f"€{value:,.2f}", "[$€-2]#,##0.00"),
            (-value, f"({value:,.2f})", "#,##0.00;(#,##0.00)"),
            (-value, f"-{value:,.2f}", "#,##0.00;[Red]-#,##0.00"),
            (whole, f"{whole} kg", '0" kg"'),
            (value / 1e4, f"{value / 1e4:.1f}", "0.0"),
            (value, f"{value:,.2f} €", '_-* #,##0.00\\ "€"_-;-* #,##0.00\\ "€"_-'),
            (-value, f"-{value:,.2f} €", '_-* #,##0.00\\ "€"_-;-* #,##0.00\\ "€"_-'),
            (whole * 1000, f"{whole:,}k", '#,##0,"k"'),
            (whole, f"{whole:.2E}", "0.00E+00"),
            (whole, f"{whole // 1000}-{whole % 1000:03d}", "0-000"),
            (whole % 9 + 1, f"Q{whole % 9 + 1}", '"Q"0'),
            (whole + 0.25, f"{whole} 1/4", "# ?/?"),
            (value, f"{value:.2f}", "[Red][<0]-0.00;0.00"),
        ]
        shown = rng.choice(choices)
        return Shown(*shown, construct="numbers and currency")

    def percentage(self) -> Shown:
        """Percentages."""
        thousandths = self.rng.randint(101, 9999)
        if self.rng.random() < 0.5:
            return Shown(thousandths / 100, f"{thousandths}%", "0%", construct="percentages")
        return Shown(thousandths / 1000, f"{thousandths / 10:.1f}%", "0.0%", construct="percentages")

    def date(self) -> Shown:
        """Dates with and without a time."""
        rng = self.rng
        when = dt.datetime(rng.randint(1950, 2049), rng.randint(1, 12), rng.randint(1, 28))
        if rng.random() < 0.3:
            when = when.replace(hour=rng.randint(0, 23), minute=rng.randint(0, 59))
            return Shown(when, when.strftime("%Y-%m-%d %H:%M"), "yyyy-mm-dd hh:mm", construct="dates")
        number_format, shown = rng.choice(
            (
                ("yyyy-mm-dd", when.strftime("%Y-%m-%d")),
                ("dd.mm.yyyy", when.strftime("%d.%m.%Y")),
                ("dd/mm/yyyy", when.strftime("%d/%m/%Y")),
                ("d mmm yyyy", f"{when.day} {when.strftime('%b %Y')}"),
                ("d. mmmm yyyy", f"{when.day}. {when.strftime('%B %Y')}"),
                ("dddd, d mmmm yyyy", f"{when.strftime('%A')}, {when.day} {when.strftime('%B %Y')}"),
                ("mmm-yy", when.strftime("%b-%y")),
                ("[$-407]d. mmmm yyyy", f"{when.day}. {_GERMAN[when.month - 1]} {when.year}"),
                ("m/d/yy", f"{when.month}/{when.day}/{when.strftime('%y')}"),
            )
        )
        return Shown(when, shown, number_format, construct="dates")

    def time(self) -> Shown:
        """Times of day."""
        when = dt.time(self.rng.randint(0, 23), self.rng.randint(0, 59), self.rng.randint(0, 59))
        if self.rng.random() < 0.3:
            hour = when.hour % 12 or 12
            shown = f"{hour}:{when.minute:02d} {'AM' if when.hour < 12 else 'PM'}"
            return Shown(when, shown, "h:mm AM/PM", construct="times")
        number_format, pattern = self.rng.choice((("hh:mm", "%H:%M"), ("hh:mm:ss", "%H:%M:%S"), ("mm:ss", "%M:%S")))
        return Shown(when, when.strftime(pattern), number_format, construct="times")

    def duration(self) -> Shown:
        """Durations, mostly of more than a day."""
        hours, minutes, seconds = self.rng.randint(1, 200), self.rng.randint(0, 59), self.rng.randint(0, 59)
        if self.rng.random() < 0.5:
            value = dt.timedelta(hours=hours, minutes=minutes)
            return Shown(value, f"{hours}:{minutes:02d}", "[h]:mm", construct="durations")
        value = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return Shown(value, f"{hours}:{minutes:02d}:{seconds:02d}", "[h]:mm:ss", construct="durations")

    def formula(self) -> Shown:
        """A formula with its cached result, a number or a text."""
        if self.rng.random() < 0.5:
            number = self.rng.randint(1000, 99_999)
            return Shown(number, str(number), formula=f"{number - 7}+7", construct="formulas")
        text = self.words.word("latin")
        return Shown(text, text, formula=f'"{text[:3]}"&"{text[3:]}"', construct="formulas")

    def error(self) -> Shown:
        """An error as the cached result of a formula."""
        error, formula = self.rng.choice((("#N/A", "NA()"), ("#DIV/0!", "1/0")))
        return Shown(error, error, formula=formula, construct="errors")

    def boolean(self) -> Shown:
        """TRUE or FALSE."""
        value = self.rng.random() < 0.5
        return Shown(value, str(value).upper(), construct="booleans")

    def raised(self) -> Shown:
        """Rich text with a superscript."""
        number, power = self.words.digits(), str(self.rng.randint(2, 9))
        rich = CellRichText(
            f"{number}·10", TextBlock(InlineFont(vertAlign="superscript"), power), f" {self.words.word()}"
        )
        return Shown(rich, f"{number}·10^{power}{rich[2]}", construct="superscripts")

    def commented(self) -> Shown:
        """A cell with a comment."""
        text = self.words.phrase(1, 2)
        return Shown(text, text, comment=self.words.sentence(), construct="comments")


def _general(value: float) -> str:
    return f"{value:.10g}"


_GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
_PLAIN: tuple[Callable[[Cells], Shown], ...] = (
    Cells.text, Cells.text, Cells.references, Cells.lines, Cells.padded, Cells.number, Cells.number, Cells.percentage,
    Cells.date, Cells.time, Cells.duration, Cells.formula, Cells.boolean,
)  # fmt: skip


def plan(rng: random.Random, *, rich: bool, comments: bool = True) -> list[Sheet]:
    """Plan the sheets of a workbook, hidden ones among them. `rich`: with superscripts inside cells."""
    words = Words(rng)
    cells = Cells(words, excel=rich)
    kinds = _PLAIN + ((Cells.commented,) if comments else ()) + ((Cells.raised, Cells.error) if rich else ())
    sheets = [
        _plain_sheet(words.word("latin"), cells, kinds),
        _merged_sheet(words.word("latin"), cells),
        _two_headers(words.word("latin"), cells),
        _hidden_parts(words.word("latin"), cells),
        _plain_sheet(words.word("latin"), cells, (Cells.text,), state=rng.choice(("hidden", "veryHidden"))),
    ]
    first, rest = sheets[0], sheets[1:]
    rng.shuffle(rest)
    return [first, *rest]


def _plain_sheet(
    name: str,
    cells: Cells,
    kinds: tuple[Callable[[Cells], Shown], ...],
    state: Literal["visible", "hidden", "veryHidden"] = "visible",
) -> Sheet:
    """A header row and rows whose columns have a kind each; some cells are empty."""
    width, height = cells.rng.randint(3, 7), cells.rng.randint(4, 12)
    top, left = cells.rng.choice(((0, 0), (0, 0), (2, 1)))
    columns = [cells.rng.choice(kinds) for _ in range(width)]
    placed = {(top, left + column): cells.text() for column in range(width)}
    for row in range(1, height):
        for column, kind in enumerate(columns):
            if column == 0 or cells.rng.random() < 0.85:
                placed[top + row, left + column] = (Cells.text if column == 0 else kind)(cells)
    return Sheet(name, placed, state)


def _merged_sheet(name: str, cells: Cells) -> Sheet:
    """Cells over two columns and over two rows in the body."""
    placed = {(row, column): cells.text() for row in range(5) for column in range(4)}
    wide, tall = cells.text(), cells.text()
    placed[1, 1] = Shown(wide.value, wide.shown, construct="merged cells", columns=2)
    placed[2, 0] = Shown(tall.value, tall.shown, construct="merged cells", rows=2)
    del placed[1, 2], placed[3, 0]
    return Sheet(name, placed)


def _two_headers(name: str, cells: Cells) -> Sheet:
    """Years over quarters."""
    placed = {(row, column): cells.text() for row in range(1, 4) for column in range(5)}
    for column in (1, 3):
        year = cells.text()
        placed[0, column] = Shown(year.value, year.shown, construct="two header rows", columns=2)
    corner = cells.text()
    placed[0, 0] = Shown(corner.value, corner.shown, construct="two header rows", rows=2)
    del placed[1, 0]
    for column in range(1, 5):
        cell = placed[1, column]
        placed[1, column] = Shown(cell.value, cell.shown, construct="two header rows")
    return Sheet(name, placed, header_rows=2)


def _hidden_parts(name: str, cells: Cells) -> Sheet:
    """A hidden row and a hidden column."""
    placed = {(row, column): cells.text() for row in range(6) for column in range(5)}
    return Sheet(name, placed, hidden_rows=frozenset({cells.rng.randint(2, 4)}), hidden_columns=frozenset({2}))


def pieces_of(sheets: list[Sheet], *, extra: str = "") -> tuple[Piece, ...]:
    """Return what a reading must hold: names of visible sheets may be read, what is hidden must not."""
    pieces = []
    for sheet in sheets:
        if sheet.state == "visible":
            pieces.append(Piece("sheet names", optional=f"{sheet.name} {extra}", order="any"))
        for (row, column), cell in sorted(sheet.cells.items(), key=lambda item: item[0]):
            if sheet.state != "visible":
                pieces.append(Piece("hidden sheets", absent=cell.shown))
            elif row in sheet.hidden_rows or column in sheet.hidden_columns:
                pieces.append(Piece("hidden rows and columns", absent=cell.shown))
            else:
                pieces.append(_piece(sheet, row, cell))
                if cell.comment:
                    pieces.append(Piece("comments", absent=cell.comment))
    return tuple(pieces)


def _piece(sheet: Sheet, row: int, cell: Shown) -> Piece:
    combined = sheet.header_rows > 1 and row < sheet.header_rows
    repeats = combined or cell.columns > 1 or cell.rows > 1
    return Piece(cell.construct, cell.shown, order="any" if combined else "flow", repeats=repeats)


def xlsx(sheets: list[Sheet], rng: random.Random) -> bytes:
    """Return the workbook as XLSX, with cached results of formulas, and sometimes with dates from 1904 on."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    if rng.random() < 0.2:
        book.epoch = CALENDAR_MAC_1904
    cached: dict[int, dict[str, Value]] = {}
    for number, sheet in enumerate(sheets, 1):
        page = book.create_sheet(sheet.name)
        page.sheet_state = sheet.state
        for (row, column), shown in sheet.cells.items():
            cell = page.cell(row + 1, column + 1)
            if shown.formula:
                cell.value = f"={shown.formula}"
                cached.setdefault(number, {})[cell.coordinate] = shown.value
            else:
                cell.value = shown.value
            cell.number_format = shown.number_format
            if shown.comment:
                cell.comment = Comment(shown.comment, "A")
            if shown.columns > 1 or shown.rows > 1:
                page.merge_cells(None, row + 1, column + 1, row + shown.rows, column + shown.columns)
        for row in sheet.hidden_rows:
            page.row_dimensions[row + 1].hidden = True
        for column in sheet.hidden_columns:
            page.column_dimensions[get_column_letter(column + 1)].hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    return _with_results(buffer.getvalue(), cached)


def _with_results(content: bytes, cached: dict[int, dict[str, Value]]) -> bytes:
    """Put the results of formulas into the cells: openpyxl cannot write both."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            data = source.read(entry)
            if match := re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", entry.filename):
                text = data.decode()
                for place, value in cached.get(int(match.group(1)), {}).items():
                    text = _with_result(text, place, value)
                data = text.encode()
            target.writestr(entry.filename, data)
    return output.getvalue()


def _with_result(text: str, place: str, value: Value) -> str:
    cell = re.search(rf'<c r="{place}"( s="\d+")?[^>]*>(<f>.*?</f>)<v(?: ?/|></v)></c>', text)
    assert cell, f"no formula in {place}"
    kind = ' t="e"' if str(value).startswith("#") else ' t="str"' if isinstance(value, str) else ""
    written = f'<c r="{place}"{cell.group(1) or ""}{kind}>{cell.group(2)}<v>{escape(str(value))}</v></c>'
    return text[: cell.start()] + written + text[cell.end() :]


def ods(sheets: list[Sheet]) -> bytes:
    """Return the workbook as ODS; a cell has its value and the text that is displayed."""
    styles = '<style:style style:name="gone" style:family="table"><style:table-properties table:display="false"/>'
    styles += "</style:style>"
    body = "".join(map(_ods_table, sheets))
    content = (
        f'<office:document-content {NAMESPACES} office:version="1.3"><office:automatic-styles>{styles}'
        f"</office:automatic-styles><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    return opendocument("application/vnd.oasis.opendocument.spreadsheet", {"content.xml": content})


def _ods_table(sheet: Sheet) -> str:
    covered = {
        (row + down, column + right)
        for (row, column), cell in sheet.cells.items()
        for down in range(cell.rows)
        for right in range(cell.columns)
        if down or right
    }
    columns = "".join(
        "<table:table-column" + (' table:visibility="collapse"' if column in sheet.hidden_columns else "") + "/>"
        for column in range(sheet.width)
    )
    rows = []
    for row in range(sheet.height):
        cells, empty = "", 0
        for column in range(sheet.width):
            cell = sheet.cells.get((row, column))
            if cell is None and (row, column) not in covered:
                empty += 1
                continue
            if empty:
                cells, empty = f'{cells}<table:table-cell table:number-columns-repeated="{empty}"/>', 0
            cells += "<table:covered-table-cell/>" if cell is None else _ods_cell(cell)
        hidden = ' table:visibility="collapse"' if row in sheet.hidden_rows else ""
        rows.append(f"<table:table-row{hidden}>{cells or '<table:table-cell/>'}</table:table-row>")
    # Programs fill a sheet up to its last row and column.
    rows.append('<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
                'table:number-columns-repeated="1024"/></table:table-row>')  # fmt: skip
    style = ' table:style-name="gone"' if sheet.state != "visible" else ""
    return f'<table:table table:name="{sheet.name}"{style}>{columns}{"".join(rows)}</table:table>'


def _ods_cell(cell: Shown) -> str:
    value = cell.value
    if isinstance(value, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, int | float):
        percent = cell.number_format.endswith("%")
        kind = f'office:value-type="{"percentage" if percent else "float"}" office:value="{value}"'
    elif isinstance(value, dt.datetime):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, dt.time):
        kind = f'office:value-type="time" office:time-value="PT{value.hour:02d}H{value.minute:02d}M{value.second:02d}S"'
    elif isinstance(value, dt.timedelta):
        seconds = int(value.total_seconds())
        kind = (
            f'office:value-type="time" office:time-value="PT{seconds // 3600}H{seconds % 3600 // 60}M{seconds % 60}S"'
        )
    else:
        kind = 'office:value-type="string"'
    formula = f' table:formula="of:={escape(cell.formula, {chr(34): "&quot;"})}"' if cell.formula else ""
    spans = f' table:number-columns-spanned="{cell.columns}"' if cell.columns > 1 else ""
    spans += f' table:number-rows-spanned="{cell.rows}"' if cell.rows > 1 else ""
    note = f"<office:annotation><text:p>{escape(cell.comment)}</text:p></office:annotation>" if cell.comment else ""
    lines = str(value).split("\n") if isinstance(value, str) else [cell.shown]
    text = "".join(f"<text:p>{escape(line)}</text:p>" for line in lines)
    return f"<table:table-cell {kind}{formula}{spans}>{note}{text}</table:table-cell>"


def csv_file(rng: random.Random) -> tuple[bytes, tuple[Piece, ...]]:
    """Return a CSV file: a delimiter, an encoding with or without byte order mark, quotes and line ends at random."""
    encoding = rng.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252"))
    words = Words(rng, ("west",) if encoding == "cp1252" else ("latin", "greek", "cyrillic", "han"), encoding)
    cells = Cells(words)
    width, delimiter = rng.randint(3, 6), rng.choice((",", ";", "\t"))
    kinds = (Cells.text, Cells.references, Cells.number, Cells.lines)
    rows: list[list[Value]] = [[words.word() for _ in range(width)]]
    columns = [rng.choice(kinds) for _ in range(width)]
    rows += [[words.word(), *(kind(cells).value for kind in columns[1:])] for _ in range(rng.randint(4, 15))]
    shown = [[str(value) for value in row] for row in rows]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=rng.choice(("\n", "\r\n")))
    writer.writerows(shown)
    name = {"utf-8-sig": "BOM", "utf-16": "BOM"}.get(encoding, encoding)
    pieces = tuple(Piece(f"cells, {name}", " ".join(value.split())) for row in shown for value in row)
    return buffer.getvalue().encode(encoding), pieces
