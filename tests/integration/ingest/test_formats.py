"""Files of many kinds, as they come: what is read out of them, and why some cannot be."""

from __future__ import annotations

import pytest

from core.errors import DocumentError
from ingest.parse import parse
from testing.compound import compound_file
from testing.files import PNG, docx, pdf, pptx, xlsx, zipped

HTML = b"""<!doctype html><html><head><title>Holidays</title><meta name="description" content="unseen words">
<style>p { color: red }</style></head><body><h1>Public holidays</h1><p>Ten days.</p><script>alert("no")</script>
<h2>Norway</h2><table><tr><th>Day</th><th>Date</th></tr><tr><td>New year</td><td>1 January</td></tr></table></body>
"""
EMAIL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Leave days\r\n\r\nThirty days.\r\n"
MAIL_WITH_FILES = b"""Subject: Rates\r
Content-Type: multipart/mixed; boundary=b\r
\r
--b\r
\r
See the list.\r
--b\r
Content-Disposition: attachment; filename=rates.csv\r
\r
Country,Rate\r
Norway,80\r
--b\r
Content-Type: text/x-python; name=pay.py\r
Content-Disposition: attachment\r
\r
if late:\r
    pay(80)\r
--b\r
Content-Disposition: attachment; filename=song.mp3\r
\r
ID3\r
--b--\r
"""
ODT = """<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>
<text:h text:outline-level="1">Leave</text:h><text:p>Thirty days &amp; R&amp;D.</text:p>
</office:text></office:body></office:document>"""
SLIDE = """<p:sp><p:nvSpPr><p:cNvPr id="2" name="a"/><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:txBody><a:p>
<a:r><a:t>Leave</a:t></a:r></a:p></p:txBody></p:sp><p:sp><p:nvSpPr><p:cNvPr id="3" name="b"/><p:nvPr/></p:nvSpPr>
<p:txBody><a:p><a:r><a:t>Thirty days &amp; R&amp;D.</a:t></a:r></a:p></p:txBody></p:sp>"""
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


def test_a_presentation_is_read_slide_by_slide() -> None:
    parsed = parse(pptx([SLIDE, SLIDE]), "a.pptx")

    assert parsed.text == "# Leave\n\nThirty days & R&D.\n\n# Leave\n\nThirty days & R&D."
    assert parsed.page_starts == (0, 29)
    assert parsed.title == "Leave"


def test_an_open_document_keeps_its_headings_and_characters() -> None:
    assert parse(zipped({"content.xml": ODT}), "a.odt").text == "# Leave\n\nThirty days & R&D."
    assert parse(ODT.encode(), "a.fodt").text == "# Leave\n\nThirty days & R&D."


def test_the_attachments_of_a_mail_are_read_below_their_names() -> None:
    parsed = parse(MAIL_WITH_FILES, "a.eml")

    assert parsed.text.startswith("# Rates\n\nSee the list.\n\n## rates.csv\n\n")
    assert "| Norway | 80 |" in parsed.text
    assert parsed.text.endswith("## pay.py\n\n```\nif late:\n    pay(80)\n```")
    assert parsed.left_out == ("the attachment 'song.mp3'",)


def test_a_mail_of_outlook_is_read() -> None:
    subject, body = "__substg1.0_0037001F", "__substg1.0_1000001F"
    content = compound_file(
        {
            subject: "Leave".encode("utf-16-le"),
            body: "Thirty days.".encode("utf-16-le"),
            "__properties_version1.0": bytes(32),
        }
    )

    assert parse(content, "a.msg").text == "# Leave\n\nThirty days."


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
        pytest.param(
            PNG, "a.pptx", "it is damaged: it is not a ZIP file", id="a picture that is called a presentation"
        ),
        pytest.param(PNG, "a.msg", "it is damaged: it is not a mail of Outlook", id="a picture that is called a mail"),
        pytest.param(b"words", "a.eml", "it is not a mail: it has no headers", id="words that are called a mail"),
        pytest.param(PNG, "a.docx", "it is damaged: it is not a ZIP", id="a picture that is called a Word document"),
        pytest.param(b"PK\x03\x04broken", "a.xlsx", "it is damaged: it is not a ZIP", id="a torn archive"),
        pytest.param(b'{"leave": ', "a.json", "it is not valid JSON (line 1, column 11", id="torn JSON"),
        pytest.param(pdf([[], []]), "a.pdf", "it contains no text", id="no text"),
    ],
)
def test_what_cannot_be_read_says_why_in_one_sentence(content: bytes, name: str, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(content, name)

    assert caught.value.reason.startswith(reason)
    assert "\n" not in caught.value.reason
    assert len(caught.value.reason) < 300
