"""A binary workbook is read as its program displays it. The files are records of [MS-XLSB], built here."""

from __future__ import annotations

import struct

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Heading, Paragraph, ParsedElements, Table
from ingest.parse.spreadsheet.xlsb import parse_xlsb
from testing.files import zipped

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FORMATS = ["0%", "000", "[h]:mm", "yyyy\\-mm\\-dd"]


def record(kind: int, data: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = bytes([len(data)]) if len(data) < 0x80 else bytes([len(data) & 0x7F | 0x80, len(data) >> 7])
    return number + size + data


def text(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def row(number: int, *, hidden: bool = False) -> bytes:
    return record(0, struct.pack("<IIH2BB", number, 0, 300, 0, 0x10 if hidden else 0, 0))


def cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column, style) + value)


def string(column: int, value: str) -> bytes:
    return cell(6, column, text(value))


def real(column: int, value: float, style: int = 0) -> bytes:
    return cell(5, column, struct.pack("<d", value), style)


def related(**parts: str) -> str:
    links = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{target.split(":")[0]}" Target="{target.split(":")[1]}"/>'
        for name, target in parts.items()
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
    )


def workbook(*sheets: tuple[str, int, bytes], strings: bytes = b"", comments: bytes = b"") -> bytes:
    """Return a workbook; a sheet is given by its name, its state (1 is hidden) and its records."""
    entries = b"".join(
        record(156, struct.pack("<II", state, number) + text(f"s{number}") + text(name))
        for number, (name, state, _) in enumerate(sheets)
    )
    fonts = record(43, struct.pack("<4H", 220, 0, 400, 0)) + record(43, struct.pack("<4H", 220, 0, 400, 1))
    codes = b"".join(record(44, struct.pack("<H", 164 + number) + text(code)) for number, code in enumerate(FORMATS))
    styles = b"".join(record(47, struct.pack("<3H", 0, code, 0)) for code in (0, 164, 165, 166, 167))
    parts: dict[str, str | bytes] = {
        "_rels/.rels": related(m="officeDocument:xl/workbook.bin"),
        "xl/workbook.bin": record(153, struct.pack("<I", 0)) + entries,
        "xl/_rels/workbook.bin.rels": related(
            st="styles:styles.bin",
            ss="sharedStrings:strings.bin",
            **{f"s{number}": f"worksheet:sheet{number}.bin" for number in range(len(sheets))},
        ),
        "xl/styles.bin": codes + fonts + record(626) + record(47, bytes(6)) + record(617) + styles + record(618),
        "xl/strings.bin": strings,
        "xl/_rels/sheet0.bin.rels": related(c="comments:comments.bin"),
        "xl/comments.bin": comments,
    }
    return zipped(parts | {f"xl/sheet{number}.bin": content for number, (_, _, content) in enumerate(sheets)})


def read(content: bytes, *, hidden: bool = False, comments: bool = False) -> ParsedElements:
    return parse_xlsb(content, Parsing(hidden=hidden, comments=comments))


def test_values_are_read_as_displayed() -> None:
    names = b"".join(
        string(column, name) for column, name in enumerate(["Share", "Code", "Time", "Due", "OK", "Err", "x"])
    )
    values = real(0, 0.25, 1) + cell(2, 1, struct.pack("<i", 7 << 2 | 2), 2) + real(2, 1.09375, 3) + real(3, 46082, 4)
    values += cell(4, 4, b"\x01") + cell(3, 5, b"\x2a") + cell(2, 6, struct.pack("<i", 150 << 2 | 3))

    assert read(workbook(("Rates", 0, row(0) + names + row(1) + values))).elements == (
        Heading("Rates", 2),
        Table(
            (
                ("Share", "Code", "Time", "Due", "OK", "Err", "x"),
                ("25%", "007", "26:15", "2026-03-01", "TRUE", "#N/A", "1.5"),
            ),
            1,
        ),
    )


def test_raised_characters_of_shared_strings_keep_their_meaning() -> None:
    runs = struct.pack("<I4H", 2, 7, 1, 8, 0)
    strings = record(19, b"\x01" + text("Dose 106 cells") + runs) + record(19, b"\x00" + text("plain"))
    cells = cell(7, 0, struct.pack("<I", 0)) + cell(7, 1, struct.pack("<I", 1))

    assert read(workbook(("S", 0, row(0) + cells), strings=strings)).elements[1] == Table(
        (("Dose 10^6 cells", "plain"),), 0
    )


def test_what_is_hidden_is_left_out_and_named() -> None:
    rows = b"".join(
        row(number, hidden=number == 1) + b"".join(string(column, f"{number}{column}x") for column in range(3))
        for number in range(3)
    )
    content = workbook(
        ("S", 0, record(60, struct.pack("<4IH", 2, 2, 2000, 0, 1)) + rows), ("Costs", 1, row(0) + string(0, "secret"))
    )

    assert read(content).elements == (Heading("S", 2), Table((("00x", "01x"), ("20x", "21x")), 1))
    assert read(content).left_out == (
        "1 hidden row of the sheet 'S'",
        "1 hidden column of the sheet 'S'",
        "the hidden sheet 'Costs'",
    )
    assert Heading("Costs", 2) in read(content, hidden=True).elements


def test_merged_cells_are_repeated_in_rows() -> None:
    rows = (
        row(0) + string(0, "Team") + string(1, "Days") + row(1) + string(0, "HR") + real(1, 27) + row(2) + real(1, 30)
    )

    assert read(workbook(("S", 0, rows + record(176, struct.pack("<4I", 1, 2, 0, 0))))).elements[1] == Table(
        (("Team", "Days"), ("HR", "27"), ("HR", "30")), 1
    )


def test_comments_are_counted_or_read() -> None:
    comments = (
        record(632, text("Ann")) + record(635, struct.pack("<5I", 0, 0, 0, 1, 1)) + record(637, b"\x00" + text("Why?"))
    )
    content = workbook(("S", 0, row(0) + string(0, "a") + string(1, "b")), comments=comments)

    assert read(content).left_out == ("1 comment on the sheet 'S'",)
    assert read(content, comments=True).elements[-1] == Paragraph("Comment on B1 by Ann: Why?")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"PK\x03\x04broken", "it is damaged", id="a torn archive"),
        pytest.param(workbook(("S", 0, row(0) + record(5, b"x"))), "it is damaged: a record", id="a torn record"),
        pytest.param(zipped({"a.txt": "x"}), "it is damaged: it has no part", id="another archive"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(content)

    assert caught.value.reason.startswith(reason)
