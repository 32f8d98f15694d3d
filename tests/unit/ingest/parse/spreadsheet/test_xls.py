"""A workbook of Excel 97 to 2003 is read as its program displays it. The files are records of BIFF8, built here."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Heading, ParsedElements, Table
from ingest.parse.spreadsheet.xls import parse_xls
from testing.files import xlsx

FORMATS = ["General", "0%", "000", "[h]:mm", "yyyy\\-mm\\-dd"]


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def short_text(text: str) -> bytes:
    return bytes([len(text), 0]) + text.encode("latin-1")


def long_text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 0) + text.encode("latin-1")


def font(*, bold: bool = False) -> bytes:
    return record(0x31, struct.pack("<5H4B", 200, 0, 8, 700 if bold else 400, 0, 0, 0, 0, 0) + short_text("Arial"))


def begin(kind: int) -> bytes:
    return record(0x809, struct.pack("<4H2I", 0x600, kind, 1, 1, 0, 6))


def label(row: int, column: int, text: str) -> bytes:
    return record(0x204, struct.pack("<3H", row, column, 15) + long_text(text))


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(0x203, struct.pack("<3Hd", row, column, 15 + style, value))


def flag(row: int, column: int, value: int, *, error: bool = False) -> bytes:
    return record(0x205, struct.pack("<3H2B", row, column, 15, value, error))


def row_info(row: int, *, hidden: bool) -> bytes:
    return record(0x208, struct.pack("<6HI", row, 0, 9, 255, 0, 0, 0x20 if hidden else 0))


def column_info(column: int, *, hidden: bool) -> bytes:
    return record(0x7D, struct.pack("<6H", column, column, 2048, 15, int(hidden), 0))


def merged(top: int, bottom: int, left: int, right: int) -> bytes:
    return record(0xE5, struct.pack("<5H", 1, top, bottom, left, right))


def workbook(sheets: Sequence[tuple[str, int, bytes]]) -> bytes:
    """Return a workbook; a sheet is given by its name, its state (1 is hidden) and its records."""
    head = begin(5) + record(0x42, struct.pack("<H", 1200)) + font() * 4 + font(bold=True)
    for index, code in enumerate(FORMATS):
        head += record(0x41E, struct.pack("<H", 164 + index) + long_text(code))
    for index in [*[0] * 15, *range(len(FORMATS))]:
        head += record(0xE0, struct.pack("<3H", 0, 164 + index, 1) + bytes(14))
    bodies = [begin(0x10) + content + record(0x0A) for _, _, content in sheets]
    entries = [short_text(name) for name, _, _ in sheets]
    start = len(head) + sum(4 + 6 + len(entry) for entry in entries) + 4
    for (_, state, _), entry, body in zip(sheets, entries, bodies, strict=True):
        head += record(0x85, struct.pack("<IBB", start, state, 0) + entry)
        start += len(body)
    return head + record(0x0A) + b"".join(bodies)


def read(content: bytes, *, hidden: bool = False) -> ParsedElements:
    parsed = parse_xls(content, Parsing(hidden=hidden))
    assert isinstance(parsed, ParsedElements)
    return parsed


def test_values_are_read_as_displayed() -> None:
    cells = b"".join(
        label(0, column, name) for column, name in enumerate(["Share", "Code", "Time", "Due", "OK", "Err"])
    )
    cells += number(1, 0, 0.25, 1) + number(1, 1, 7, 2) + number(1, 2, 1.09375, 3) + number(1, 3, 46082, 4)
    cells += flag(1, 4, 1) + flag(1, 5, 0x2A, error=True)

    assert read(workbook([("Rates", 0, cells)])).elements == (
        Heading("Rates", 2),
        Table(
            (("Share", "Code", "Time", "Due", "OK", "Err"), ("25%", "007", "26:15", "2026-03-01", "TRUE", "#N/A")),
            1,
        ),
    )


def test_what_is_hidden_is_left_out_and_named() -> None:
    cells = b"".join(label(row, column, f"{row}{column}x") for row in range(3) for column in range(3))
    content = workbook(
        [
            ("S", 0, row_info(1, hidden=True) + column_info(2, hidden=True) + cells),
            ("Costs", 1, label(0, 0, "secret")),
        ]
    )

    assert read(content).elements == (Heading("S", 2), Table((("00x", "01x"), ("20x", "21x")), 1))
    assert read(content).left_out == (
        "1 hidden row of the sheet 'S'",
        "1 hidden column of the sheet 'S'",
        "the hidden sheet 'Costs'",
    )
    assert Heading("Costs", 2) in read(content, hidden=True).elements


def test_merged_cells_are_repeated_in_rows() -> None:
    cells = label(0, 0, "Team") + label(0, 1, "Days") + label(1, 0, "HR") + number(1, 1, 27) + number(2, 1, 30)

    assert read(workbook([("S", 0, cells + merged(1, 2, 0, 0))])).elements[1] == Table(
        (("Team", "Days"), ("HR", "27"), ("HR", "30")), 1
    )


def test_a_file_of_another_format_with_this_ending_is_read_as_what_it_is() -> None:
    assert read(xlsx([["a", "b"], ["c", "d"]])).elements[1] == Table((("a", "b"), ("c", "d")), 1)
    page = parse_xls(b"<html><body><table><tr><td>a</td><td>b</td></tr></table></body></html>", Parsing())
    assert isinstance(page, ParsedElements)
    assert isinstance(page.elements[0], Table)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"text", "it is damaged", id="text"),
        pytest.param(workbook([("S", 0, label(0, 0, "x"))])[:300], "it is damaged", id="torn"),
        pytest.param(begin(5) + record(0x2F, bytes(6)), "it is encrypted; save it without a password", id="encrypted"),
        pytest.param(
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "it is an XML spreadsheet of Excel 2003; save it as .xlsx",
            id="XML",
        ),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_xls(content, Parsing())

    assert caught.value.reason.startswith(reason)
