"""E-books read chapter by chapter in the order of the spine, with notes at their references."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Heading, Note, Paragraph, ParsedElements
from ingest.parse.markup.epub import parse_epub

CONTAINER = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OPS/book.opf"/></rootfiles></container>"""


def book(
    chapters: Mapping[str, str], spine: str = "a b", extra: Mapping[str, str] | None = None, opf: str = ""
) -> bytes:
    items = "".join(
        f'<item id="{name}" href="text/{name}%20x.xhtml" media-type="application/xhtml+xml"/>'
        for name in ("a", "b", "nav")
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        f"<dc:title>R&amp;D</dc:title></metadata><manifest>{items}</manifest><spine>"
        + "".join(f'<itemref idref="{name}"/>' for name in spine.split())
        + f"</spine>{opf}</package>"
    )
    parts = {"META-INF/container.xml": CONTAINER, "OPS/book.opf": package} | dict(extra or {})
    for name, body in chapters.items():
        page = f'<?xml version="1.0" encoding="utf-8"?><html><head><title/></head><body>{body}</body></html>'
        parts[f"OPS/text/{name} x.xhtml"] = page
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def read(content: bytes) -> ParsedElements:
    return parse_epub(content, Parsing())


def test_chapters_are_read_in_the_order_of_the_spine() -> None:
    parsed = read(book({"b": "<h1>R&amp;D</h1><p>K&#xF6;ln</p>", "a": "<p>One&nbsp;a<br/>b</p>"}, "b a"))

    assert parsed.elements == (Heading("R&D"), Paragraph("Köln"), Paragraph("One\u00a0a\nb"))
    assert parsed.title == "R&D"


def test_notes_of_another_chapter_are_placed_at_their_references() -> None:
    reference = '<p>25 days<a epub:type="noteref" href="b%20x.xhtml#n1">1</a> a year.</p><p>More.</p>'
    parsed = read(book({"a": reference, "b": '<h2>Notes</h2><aside epub:type="footnote" id="n1">1. Pro rata.</aside>'}))

    assert parsed.elements == (
        Paragraph("25 days[^1] a year."),
        Note("1", "Pro rata."),
        Paragraph("More."),
        Heading("Notes", 2),
    )


def test_the_table_of_contents_is_not_read() -> None:
    contents = '<nav epub:type="toc"><ol><li><a href="a%20x.xhtml">One</a></li></ol></nav>'
    parsed = read(book({"nav": contents, "a": "<p>One</p>"}, "nav a"))

    assert parsed.elements == (Paragraph("One"),)
    assert parsed.left_out == ("the navigation",)


def test_the_contents_that_an_older_book_names_are_not_read() -> None:
    guide = '<guide><reference type="toc" href="text/b%20x.xhtml"/></guide>'

    assert read(book({"a": "<p>One</p>", "b": "<p>One … 3</p>"}, opf=guide)).elements == (Paragraph("One"),)


def test_a_chapter_that_is_missing_is_reported() -> None:
    assert read(book({"a": "<p>One</p>"})).left_out == ("the chapter 'OPS/text/b x.xhtml', which is missing",)


ENCRYPTED = '<encryption><CipherReference URI="OPS/text/a%20x.xhtml"/></encryption>'
FONTS = '<encryption><CipherReference URI="OPS/font.otf"/></encryption>'


def test_encrypted_fonts_do_not_matter() -> None:
    assert read(book({"a": "<p>One</p>"}, "a", {"META-INF/encryption.xml": FONTS})).elements == (Paragraph("One"),)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(book({"a": "x"}, extra={"META-INF/encryption.xml": ENCRYPTED}), "it is encrypted", id="encrypted"),
        pytest.param(book({}), "it is damaged: it has none of the chapters that it lists", id="no chapter"),
        pytest.param(
            book({}, extra={"META-INF/container.xml": "<container/>"}), "its list of chapters is missing", id="no list"
        ),
        pytest.param(book({}, extra={"OPS/book.opf": "<package"}), "its XML is not well-formed", id="a broken list"),
        pytest.param(b"PK\x03\x04", "it is damaged", id="a torn archive"),
    ],
)
def test_books_that_cannot_be_read_say_why(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(content)

    assert reason in caught.value.reason
    assert "\n" not in caught.value.reason
