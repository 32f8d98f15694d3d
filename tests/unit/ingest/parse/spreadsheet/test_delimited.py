"""Delimited text is divided as its author meant it: delimiters, quotes, titles, headers, several tables."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Element, Paragraph, Table
from ingest.parse.spreadsheet.delimited import parse_delimited


def read(text: str, encoding: str = "utf-8") -> list[Element]:
    return list(parse_delimited(text.encode(encoding), Parsing()).elements)


def rows(text: str) -> tuple[tuple[str | None, ...], ...]:
    (table,) = read(text)
    assert isinstance(table, Table)
    return table.rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    lines = [("Name", "Days", "Note"), ("Ann", "27", "x y"), ("Bob", "30", "z")]

    assert rows("\n".join(delimiter.join(line) for line in lines)) == tuple(lines)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        pytest.param("Name;Preis\nA;1,50\nB;2,50", (("Name", "Preis"), ("A", "1,50"), ("B", "2,50")), id="decimals"),
        pytest.param("1,5;2,5\n3,5;4,5", (("1,5", "2,5"), ("3,5", "4,5")), id="only decimals"),
        pytest.param('id,text\n1,"a; b"\n2,x; y', (("id", "text"), ("1", "a; b"), ("2", "x; y")), id="semicolons"),
        pytest.param("Tag;Text\n1.2.26;a, b\n2.2.26;c, d", (("Tag", "Text"), ("1.2.26", "a, b"), ("2.2.26", "c, d"))),
        pytest.param("sep=;\na;b,c\n1;2,3", (("a", "b,c"), ("1", "2,3")), id="a line that names it"),
        pytest.param('a, "b, c", d\n1, "2, 3", 4', (("a", "b, c", "d"), ("1", "2, 3", "4")), id="blanks before quotes"),
    ],
)
def test_a_delimiter_within_cells_divides_nothing(text: str, cells: tuple[tuple[str, ...], ...]) -> None:
    assert rows(text) == cells


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        pytest.param('a,b\n"two\nlines","x ""y"""', (("a", "b"), ("two\nlines", 'x "y"')), id="line ends and quotes"),
        pytest.param(r"a,b" + '\n"say \\"hi, you\\"",2', (("a", "b"), ('say "hi, you"', "2")), id="escaped quotes"),
        pytest.param('a,b\n12" pipe,3', (("a", "b"), ('12" pipe', "3")), id="inches"),
        pytest.param('a,b\n5,"abc\n7,d\n8,"e"', (("a", "b"), ("5", '"abc'), ("7", "d"), ("8", "e")), id="never closed"),
    ],
)
def test_quotes_keep_cells_together(text: str, cells: tuple[tuple[str, ...], ...]) -> None:
    assert rows(text) == cells


def test_a_byte_order_mark_is_no_part_of_the_first_header() -> None:
    (table,) = read("Name,Days\nAnn,27\n", "utf-8-sig")

    assert table == Table((("Name", "Days"), ("Ann", "27")), 1)


def test_other_encodings_are_decoded() -> None:
    (table,) = read("Straße;Größe\nKölner Straße;groß\nMünchner Straße;für Ämter\n", "cp1252")

    assert isinstance(table, Table)
    assert table.rows[0] == ("Straße", "Größe")


def test_single_cells_above_and_below_a_table_are_paragraphs() -> None:
    assert read("Report 2026\n\nName,Days\nAnn,27\n\nSource: HR\n") == [
        Paragraph("Report 2026"),
        Table((("Name", "Days"), ("Ann", "27")), 1),
        Paragraph("Source: HR"),
    ]
    assert read("Stanley Cups\t\t\nTeam\tPlace\tCups\nBlues\tSTL\t1\n")[0] == Paragraph("Stanley Cups")


def test_an_empty_row_before_another_header_divides_tables() -> None:
    assert read("Name,Days\nAnn,27\n\nCity,Rate\nOslo,80\n\nBergen,70\n") == [
        Table((("Name", "Days"), ("Ann", "27")), 1),
        Table((("City", "Rate"), ("Oslo", "80"), ("Bergen", "70")), 1),
    ]


@pytest.mark.parametrize(
    ("text", "header_rows"),
    [
        pytest.param("Ann,27\nBob,30\n", 0, id="numbers in the first row"),
        pytest.param("2026-03-01,a\n2026-03-02,b\n", 0, id="dates in the first row"),
        pytest.param("Team,2025,2026\nHR,27,30\n", 1, id="years"),
        pytest.param("Name,1,2,3\nHR,27,30,5\n", 1, id="days of a month"),
        pytest.param("Name,Days\nAnn,27\n", 1, id="names"),
        pytest.param("Name,Days\n", 0, id="one row"),
    ],
)
def test_the_first_row_is_the_header_unless_it_is_data(text: str, header_rows: int) -> None:
    (table,) = read(text)

    assert isinstance(table, Table)
    assert table.header_rows == header_rows


def test_one_column_is_a_table() -> None:
    assert read("Name\nAnn\nBob\n") == [Table((("Name",), ("Ann",), ("Bob",)), 1)]


def test_rows_may_differ_in_length() -> None:
    assert rows("a,b,c\n1,2\n1,2,3,4\n") == (("a", "b", "c"), ("1", "2"), ("1", "2", "3", "4"))


def test_a_file_of_bytes_is_refused() -> None:
    with pytest.raises(DocumentError, match="binary"):
        parse_delimited(b"a,\x00b\n" + bytes(100), Parsing())


WORD = st.text("abcxyzäß01,;|\"'\n ", min_size=1, max_size=8).map(lambda word: f"w{word}w".replace("\n ", "\n"))


@given(
    st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(WORD, min_size=width, max_size=width), min_size=2)),
    st.sampled_from([",", ";", "\t"]),
)
def test_what_a_writer_of_this_format_wrote_is_read(lines: list[list[str]], delimiter: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(lines)

    assert rows(f"sep={delimiter}\n{buffer.getvalue()}") == tuple(tuple(line) for line in lines)
