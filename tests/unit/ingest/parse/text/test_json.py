"""JSON reads as lines with the keys that lead to each value, and records as tables."""

from __future__ import annotations

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Element, Paragraph, Table
from ingest.parse.text.json import parse_json, parse_json_lines


def elements(text: str) -> tuple[Element, ...]:
    return parse_json(text.encode(), Parsing()).elements


def test_each_value_has_the_keys_that_lead_to_it() -> None:
    assert elements('{"leave": {"days": 30, "paid out": true}, "note": null, "tags": ["a", "b"], "none": []}') == (
        Paragraph("leave.days: 30\nleave.paid out: true"),
        Paragraph("note: null\ntags: a, b\nnone: []"),
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param(r'{"a": "\u00fcber \"x\" <b> \n2"}', 'a: über "x" <b> \n2', id="escapes"),
        pytest.param('{"a": 1.50, "b": 1e400}', "a: 1.50\nb: 1e400", id="numbers as written"),
        pytest.param('{"a": 12345678901234567890.10}', "a: 12345678901234567890.10", id="many digits"),
        pytest.param('{"a": 1, "a": 2}', "a: 1\na: 2", id="a key twice"),
        pytest.param(r'{"a": "\ud800x \ud83d\ude00"}', "a: \ufffdx 😀", id="half a pair"),
        pytest.param('"text"', "text", id="a text alone"),
        pytest.param("[1, 2]", "1, 2", id="a list"),
    ],
)
def test_values_read_as_the_author_wrote_them(text: str, written: str) -> None:
    assert elements(text) == (Paragraph(written),)


def test_records_are_a_table_whose_columns_have_their_path() -> None:
    assert elements('{"staff": [{"name": "Ann", "days": 30}, {"name": "Bob", "since": false}]}') == (
        Table((("staff.name", "staff.days", "staff.since"), ("Ann", "30", ""), ("Bob", "", "false"))),
    )


@pytest.mark.parametrize("long", ["x" * 300, "two\\nlines"], ids=["long", "several lines"])
def test_records_with_prose_are_paragraphs(long: str) -> None:
    prose = long.replace("\\n", "\n")

    assert elements(f'[{{"id": 1, "text": "{long}"}}, {{"id": 2, "text": "y"}}]') == (
        Paragraph(f"id: 1\ntext: {prose}"),
        Paragraph("id: 2\ntext: y"),
    )


def test_nested_lists_keep_their_rows_apart() -> None:
    assert elements('{"x": [[1, 2], [3, 4]]}') == (Paragraph("x: 1, 2\nx: 3, 4"),)


def test_json_lines_are_records() -> None:
    content = b'{"a": 1, "b": "x"}\n\n{"a": 2, "b": "y"}\n'

    assert parse_json_lines(content, Parsing()).elements == (Table((("a", "b"), ("1", "x"), ("2", "y"))),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param('{"a": ', r"it is not valid JSON \(line 1, column 7: Expecting value\)", id="torn"),
        pytest.param("[" * 100_000, "its values are nested too deeply", id="too deep"),
    ],
)
def test_what_is_no_json_is_refused(text: str, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        elements(text)


def test_the_line_that_is_no_json_is_named() -> None:
    with pytest.raises(DocumentError, match="line 2, column 2"):
        parse_json_lines(b'{"a": 1}\n{bad\n', Parsing())
