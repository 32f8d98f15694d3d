"""Files of many kinds, as they come: what is read out of them, and why some cannot be."""

from __future__ import annotations

import pytest

from core.errors import DocumentError
from ingest.parse import parse
from testing.files import PNG, docx, pdf, xlsx

HTML = b"""<!doctype html><html><head><title>Holidays</title><meta name="description" content="unseen words">
<style>p { color: red }</style></head><body><h1>Public holidays</h1><p>Ten days.</p><script>alert("no")</script>
<h2>Norway</h2><table><tr><th>Day</th><th>Date</th></tr><tr><td>New year</td><td>1 January</td></tr></table></body>
"""
EMAIL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Leave days\r\n\r\nThirty days.\r\n"
NOTEBOOK = b"""{"cells": [{"cell_type": "markdown", "metadata": {}, "source": ["# Leave\\n", "Thirty days."]},
{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": ["print(30)"]}],
"metadata": {}, "nbformat": 4, "nbformat_minor": 5}"""


def test_a_pdf_is_read_page_by_page() -> None:
    parsed = parse(pdf([["Annual leave", "Thirty days."], ["Sick leave", "Call in."]], title="Leave rules"), "a.pdf")

    assert parsed.text == "Annual leave\nThirty days.\n\nSick leave\nCall in."
    assert [parsed.text[start:].split("\n")[0] for start in parsed.page_starts] == ["Annual leave", "Sick leave"]
    assert parsed.title == "Leave rules"


def test_an_empty_page_is_counted() -> None:
    parsed = parse(pdf([["First."], [], ["Third."]]), "a.pdf")

    assert len(parsed.page_starts) == 3
    assert parsed.text[parsed.page_starts[2] :] == "Third."


def test_a_pdf_that_nobody_named_has_no_title() -> None:
    assert parse(pdf([["Text."]]), "a.pdf").title is None


def test_a_word_document_keeps_its_headings() -> None:
    assert parse(docx("Leave", ["Thirty days.", "Ask first."]), "a.docx").text == (
        "# Leave\n\nThirty days.\n\nAsk first."
    )


def test_a_sheet_becomes_a_table_under_its_name() -> None:
    parsed = parse(xlsx([["Country", "Rate"], ["Norway", "80"]]), "a.xlsx")

    assert parsed.text == "## Rates\n\n| Country | Rate |\n|---|---|\n| Norway | 80 |"


def test_a_web_page_keeps_what_a_reader_sees_and_its_title() -> None:
    parsed = parse(HTML, "a.html")

    assert parsed.title == "Holidays"
    assert parsed.text.startswith("# Public holidays\n\nTen days.\n\n## Norway\n")
    assert "1 January" in parsed.text
    assert not any(unseen in parsed.text for unseen in ("unseen words", "color", "alert"))


def test_a_fragment_of_html_is_read_too() -> None:
    assert parse(b"<p>Only a paragraph.</p>", "a.html").text.strip() == "Only a paragraph."


@pytest.mark.parametrize(
    "content", ["Land,Satz\nÖsterreich,80\n".encode(), "Land;Satz\nÖsterreich;80\n".encode("latin-1")]
)
def test_comma_or_semicolon_separated_values_become_a_table(content: bytes) -> None:
    assert parse(content, "a.csv").text == "| Land | Satz |\n|---|---|\n| Österreich | 80 |"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        pytest.param(b'{"leave": {"days": 30}}', "a.json", ["leave", "days", "30"], id="JSON"),
        pytest.param(rb"{\rtf1\ansi Thirty days.\par Ask.}", "a.rtf", ["Thirty days.", "Ask."], id="rich text"),
        pytest.param(EMAIL, "a.eml", ["Leave days", "Thirty days."], id="mail"),
        pytest.param(NOTEBOOK, "a.ipynb", ["# Leave", "Thirty days.", "print(30)"], id="notebook"),
        pytest.param(b"<note><to>Ann</to><body>Thirty days.</body></note>", "a.xml", ["Thirty days."], id="XML"),
        pytest.param(b"Land\tSatz\nNorway\t80\n", "a.tsv", ["| Norway | 80 |"], id="tab-separated values"),
    ],
)
def test_the_words_of_other_kinds_are_read(content: bytes, name: str, words: list[str]) -> None:
    text = parse(content, name).text

    assert all(word in text for word in words)


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        pytest.param(pdf([["Text."]], password="secret"), "a.pdf", "it is encrypted; save it without", id="encrypted"),
        pytest.param(PNG, "a.pdf", "it could not be parsed", id="a picture that is called a PDF"),
        pytest.param(PNG, "a.docx", "it is damaged: it is not a ZIP", id="a picture that is called a Word document"),
        pytest.param(b"PK\x03\x04broken", "a.xlsx", "it is damaged: it is not a ZIP", id="a torn archive"),
        pytest.param(b'{"leave": ', "a.json", "it could not be parsed", id="torn JSON"),
        pytest.param(pdf([[], []]), "a.pdf", "it contains no text", id="no text"),
    ],
)
def test_what_cannot_be_read_says_why_in_one_sentence(content: bytes, name: str, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(content, name)

    assert caught.value.reason.startswith(reason)
    assert "\n" not in caught.value.reason
    assert len(caught.value.reason) < 300
