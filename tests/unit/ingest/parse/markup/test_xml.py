"""XML and FictionBook: no reference divides a word, data keeps its names, entities do no harm."""

from __future__ import annotations

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Code, Element, Heading, Note, Paragraph, ParsedElements, Table
from ingest.parse.markup.fb2 import parse_fb2
from ingest.parse.markup.xml import parse_xml


def read(xml: str) -> ParsedElements:
    return parse_xml(xml.encode(), Parsing())


def elements(xml: str) -> tuple[Element, ...]:
    return read(xml).elements


def test_references_and_inline_elements_never_divide_a_word() -> None:
    xml = "<doc><p>Spend &gt; 5 &amp; K&#xF6;ln <b>bol</b>d&#8364;<!-- c -->x R&amp;D<![CDATA[ <&amp;>]]></p></doc>"

    assert elements(xml) == (Paragraph("Spend > 5 & Köln bold€x R&D <&amp;>"),)


def test_elements_of_data_are_lines_with_their_names() -> None:
    xml = """<staff><person id="p1" grade="7"><name>Ann &amp; Bo</name><days unit="d">30</days><empty/></person>
    <person><name>Cy</name><flag on="yes"/></person></staff>"""

    assert elements(xml) == (Paragraph("name: Ann & Bo\ndays: 30 (unit: d)"), Paragraph("name: Cy\nflag: on: yes"))


def test_a_list_of_equal_elements_needs_no_names() -> None:
    assert elements("<words><word>a</word><word>b</word></words>") == (Paragraph("a"), Paragraph("b"))


def test_documents_have_headings_paragraphs_lists_code_and_notes() -> None:
    xml = """<article><title>Leave</title><section><title>Norway</title><para>25 days<footnote><para>Pro
    rata.</para></footnote> at 10<superscript>6</superscript>.</para><itemizedlist><listitem><para>x</para></listitem>
    <listitem>y<para>z</para></listitem></itemizedlist><programlisting>a\n  b</programlisting></section></article>"""

    assert elements(xml) == (
        Heading("Leave", 1),
        Heading("Norway", 2),
        Paragraph("25 days[^1] at 10^6."),
        Note("1", "Pro rata."),
        Paragraph("x"),
        Paragraph("y"),
        Paragraph("z"),
        Code("a\n  b"),
    )
    assert read(xml).title == "Leave"


def test_rows_of_cells_are_a_table() -> None:
    xml = """<doc><table><tr><th>a</th><th>b</th></tr><tr><td><p>1</p><p>2</p></td><td>3</td></tr></table>
    <tgroup><thead><row><entry>c</entry></row></thead><tbody><row><entry>d</entry></row></tbody></tgroup></doc>"""

    assert elements(xml)[0] == Table((("a", "b"), ("1\n2", "3")))
    assert elements(xml)[1:] == (Table((("c",), ("d",))),)


def test_pages_and_books_inside_are_read_as_such() -> None:
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><h1>A</h1><ol><li>x</li></ol></body></html>'

    assert elements(page)[0] == Heading("A")


def test_entities_of_the_document_are_replaced_and_those_in_other_files_reported() -> None:
    parsed = read(
        '<!DOCTYPE d [<!ENTITY co "R&amp;D Ltd"><!ENTITY x SYSTEM "file:///etc/hostname">]><d>&co;, K&ouml;ln&x;</d>'
    )

    assert parsed.elements == (Paragraph("R&D Ltd, Köln"),)
    assert parsed.left_out == ("the external entity 'x'",)


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        pytest.param(
            '<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><d>&b;</d>',
            "its entity 'b' is defined by",
            id="nested",
        ),
        pytest.param(
            f'<!DOCTYPE d [<!ENTITY a "{"x" * 100_000}">]><d>{"&a;" * 200}</d>', "its entities add more", id="many"
        ),
        pytest.param("<a><b></a>", "its XML is not well-formed", id="torn"),
        pytest.param("<a>&undefined;</a>", "its XML is not well-formed", id="undefined"),
        pytest.param("<a>" * 1000, "its XML is not well-formed", id="deep"),
        pytest.param("just text", "its XML is not well-formed", id="no XML"),
    ],
)
def test_what_could_do_harm_or_is_broken_is_refused(xml: str, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(xml)

    assert reason in caught.value.reason
    assert "\n" not in caught.value.reason


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "utf-16", "utf-8"])
def test_declared_encodings_are_used(encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?><d><p>Привет</p></d>'.encode(encoding)

    assert parse_xml(content, Parsing()).elements == (Paragraph("Привет"),)


BOOK = """<?xml version="1.0" encoding="{encoding}"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"
xmlns:l="http://www.w3.org/1999/xlink"><description><title-info><book-title>R&amp;D</book-title></title-info></description>
<body><section><title><p>K&#xF6;ln</p></title><p>25 Tage<a l:href="#n1" type="note">[1]</a>, m<sup>2</sup></p>
<section><title><p>Teil</p></title><poem><stanza><v>eins</v><v>zwei</v></stanza></poem><empty-line/>
<p>x<strikethrough>alt</strikethrough> <strong>n</strong>eu</p></section></section></body>
<body name="notes"><section id="n1"><title><p>1</p></title><p>Anteilig.</p></section></body></FictionBook>"""


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_a_fiction_book_has_headings_verses_and_notes(encoding: str) -> None:
    parsed = parse_fb2(BOOK.format(encoding=encoding).encode(encoding), Parsing())

    assert parsed.elements == (
        Heading("Köln", 1),
        Paragraph("25 Tage[^1], m²"),
        Note("1", "Anteilig."),
        Heading("Teil", 2),
        Paragraph("eins"),
        Paragraph("zwei"),
        Paragraph("xalt neu"),
    )
    assert (parsed.title, parsed.left_out) == ("R&D", ())


def test_a_fiction_book_without_text_is_damaged() -> None:
    with pytest.raises(DocumentError, match="it has no text of a book"):
        parse_fb2(b"<FictionBook/>", Parsing())
