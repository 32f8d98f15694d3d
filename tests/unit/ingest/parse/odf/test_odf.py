"""A text or presentation of OpenDocument is read as LibreOffice displays it."""

from __future__ import annotations

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Element, Heading, ListItem, Note, PageStart, Paragraph, ParsedElements, Table
from ingest.parse.odf import parse_odf
from testing.files import zipped

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = " ".join(
    f'xmlns:{prefix}="{_OASIS}:{space}:1.0"'
    for prefix, space in {
        "chart": "chart",
        "draw": "drawing",
        "office": "office",
        "presentation": "presentation",
        "style": "style",
        "svg": "svg-compatible",
        "table": "table",
        "text": "text",
        "manifest": "manifest",
    }.items()
)
NAMESPACES = (
    f'{_SPACES} xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:math="http://www.w3.org/1998/Math/MathML" '
    'xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'
)


def odf(body: str, *, styles: str = "", kind: str = "text", parts: dict[str, str] | None = None) -> bytes:
    """Return a file with this body; `styles` are automatic styles, `parts` further files by name."""
    content = (
        f"<office:document-content {NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    return zipped({"content.xml": content, **(parts or {})})


def part(root: str, content: str) -> str:
    return f"<office:{root} {NAMESPACES}>{content}</office:{root}>"


def read(body: str, *, styles: str = "", settings: Parsing | None = None) -> ParsedElements:
    return parse_odf(odf(body, styles=styles), settings or Parsing())


def elements(body: str, *, styles: str = "") -> tuple[Element, ...]:
    return read(body, styles=styles).elements


def p(text: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def text_of(paragraph: str, *, styles: str = "") -> str:
    (element,) = elements(p(paragraph), styles=styles)
    assert isinstance(element, Paragraph)
    return element.text


def text_style(name: str, properties: str, family: str = "text") -> str:
    return (
        f'<style:style style:name="{name}" style:family="{family}"><style:text-properties {properties}/></style:style>'
    )


def test_characters_are_those_of_the_author() -> None:
    assert text_of("Spend &gt; 5,000 EUR &amp; R&amp;D &#8364;40 K&#xF6;ln *x* \\_") == (
        "Spend > 5,000 EUR & R&D €40 Köln *x* \\_"
    )


def test_blanks_tabs_and_line_ends_are_those_displayed() -> None:
    assert text_of("a\n  b<text:s text:c='2'/>c<text:tab/>d<text:line-break/>e") == "a b  c\td\ne"


def test_raised_and_lowered_text_keeps_its_meaning() -> None:
    styles = (
        text_style("up", 'style:text-position="super 58%"')
        + text_style("down", 'style:text-position="-33% 58%"')
        + text_style("plain", 'style:text-position="0% 100%"')
    )
    up, down = '<text:span text:style-name="up">{}</text:span>', '<text:span text:style-name="down">{}</text:span>'
    line = (
        f"10{up.format('6')} H{down.format('2')}O 25{up.format('1')} <text:span text:style-name='plain'>d</text:span>"
    )

    assert text_of(line, styles=styles) == "10^6 H₂O 25[^1] d"


def test_fields_links_and_controls_are_what_they_display() -> None:
    assert text_of(
        '<text:a xlink:href="http://x"><text:span>site</text:span></text:a> <text:page-count>7</text:page-count> '
        "<text:text-input>Ida</text:text-input><text:bookmark-start/><text:soft-page-break/>"
    ) == ("site 7 Ida")


def test_a_reading_above_characters_is_in_brackets() -> None:
    ruby = "<text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>とうきょう</text:ruby-text></text:ruby>"

    assert text_of(ruby) == "東京(とうきょう)"


def test_headings_have_their_level_and_their_number_as_displayed() -> None:
    outline = (
        '<text:outline-style style:name="Outline"><text:outline-level-style text:level="1" style:num-format="1" '
        'style:num-suffix="."/><text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
        "</text:outline-style>"
    )
    unnumbered = '<style:style style:name="plain" style:family="paragraph" style:list-style-name=""/>'

    def h(text: str, level: int, style: str = "") -> str:
        return f'<text:h text:style-name="{style}" text:outline-level="{level}">{text}</text:h>'

    body = h("Pay", 1) + h("Base", 2) + h("Bonus", 2) + h("Note", 1, "plain") + h("Leave", 1) + h("Days", 2)

    assert elements(body, styles=outline + unnumbered) == (
        Heading("1. Pay", 1),
        Heading("1.1 Base", 2),
        Heading("1.2 Bonus", 2),
        Heading("Note", 1),
        Heading("2. Leave", 1),
        Heading("2.1 Days", 2),
    )
    assert elements(h("Pay", 1)) == (Heading("Pay", 1),)


def test_the_title_is_a_heading() -> None:
    based = '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>'

    assert elements(p("Handbook", "P1"), styles=based) == (Heading("Handbook"),)


NUMBERED = (
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" '
    'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" style:num-prefix="(" '
    'style:num-suffix=")"/><text:list-level-style-number text:level="3" style:num-format="i" text:display-levels="3"/>'
    '</text:list-style><text:list-style style:name="L2"><text:list-level-style-bullet text:level="1" '
    'text:bullet-char="•"/></text:list-style>'
)


def items(*contents: str, attributes: str = ' text:style-name="L1"') -> str:
    inner = "".join(f"<text:list-item>{content}</text:list-item>" for content in contents)
    return f"<text:list{attributes}>{inner}</text:list>"


def nested(*contents: str) -> str:
    return items(*contents, attributes="")


def marks(body: str, styles: str = NUMBERED) -> list[str]:
    return [element.mark for element in elements(body, styles=styles) if isinstance(element, ListItem)]


def test_lists_have_the_marks_displayed_on_each_level() -> None:
    body = items(p("one") + nested(p("a") + nested(p("deep")), p("b")), p("two") + nested(p("a")))

    assert elements(body, styles=NUMBERED) == (
        ListItem("one", "1.", 0),
        ListItem("a", "(a)", 1),
        ListItem("deep", "1.a.i", 2),
        ListItem("b", "(b)", 1),
        ListItem("two", "2.", 0),
        ListItem("a", "(a)", 1),
    )
    assert marks(items(p("x"), attributes=' text:style-name="L2"')) == ["-"]


def test_a_list_begins_again_unless_it_continues_another() -> None:
    first = items(p("a"), p("b"), attributes=' xml:id="list1" text:style-name="L1"')
    again = items(p("a"))
    continued = items(p("c"), attributes=' text:style-name="L1" text:continue-numbering="true"')
    later = items(p("c"), attributes=' text:style-name="L1" text:continue-list="list1"')

    assert marks(first + again) == ["1.", "2.", "1."]
    assert marks(first + p("text") + continued) == ["1.", "2.", "3."]
    assert marks(first + again + later) == ["1.", "2.", "1.", "3."]


def test_an_item_can_have_a_number_of_its_own_and_further_paragraphs() -> None:
    own = '<text:list-item text:start-value="7">' + p("seven") + p("more") + "</text:list-item>"
    header = "<text:list-header>" + p("Steps") + "</text:list-header>"

    body = f'<text:list text:style-name="L1">{header}{own}<text:list-item>{p("eight")}</text:list-item></text:list>'

    assert elements(body, styles=NUMBERED) == (
        Paragraph("Steps"),
        ListItem("seven", "7."),
        Paragraph("more"),
        ListItem("eight", "8."),
    )


def test_newer_patterns_and_written_numbers_are_followed() -> None:
    pattern = (
        '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="A" '
        'loext:num-list-format="§%1%:"/></text:list-style>'
    )

    assert marks(items(p("x"), p("y")), styles=pattern) == ["§A:", "§B:"]
    assert marks(items("<text:number>Art. 4</text:number>" + p("x"))) == ["Art. 4"]


def test_letters_after_z_count_on_or_are_repeated() -> None:
    style = '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="a"{}/>'
    body = items(*(p("x") for _ in range(28)))

    assert marks(body, style.format("") + "</text:list-style>")[25:] == ["z", "aa", "ab"]
    assert marks(body, style.format(' style:num-letter-sync="true"') + "</text:list-style>")[25:] == ["z", "aa", "bb"]


def note(mark: str, text: str) -> str:
    return (
        f"<text:note><text:note-citation>{mark}</text:note-citation><text:note-body>{p(text)}</text:note-body>"
        "</text:note>"
    )


def test_notes_follow_the_paragraph_with_their_marks() -> None:
    assert elements(p(f"25{note('1', 'Pro rata.')} days{note('i', 'By law.')}") + p("next")) == (
        Paragraph("25[^1] days[^i]"),
        Note("1", "Pro rata."),
        Note("i", "By law."),
        Paragraph("next"),
    )


def cell(content: str, attributes: str = "") -> str:
    return f"<table:table-cell{attributes}>{content}</table:table-cell>"


def table(*rows: str, headers: int = 1) -> str:
    written = [f"<table:table-row>{row}</table:table-row>" for row in rows]
    head = f"<table:table-header-rows>{''.join(written[:headers])}</table:table-header-rows>" if headers else ""
    return f"<table:table>{head}{''.join(written[headers:])}</table:table>"


COVERED = "<table:covered-table-cell/>"


def test_merged_cells_repeat_downwards_and_stay_empty_to_the_right() -> None:
    xml = table(
        cell(p("Who"), ' table:number-columns-spanned="2"') + COVERED + cell(p("Day")),
        cell(p("Ida"), ' table:number-rows-spanned="2" table:number-columns-spanned="2"') + COVERED + cell(p("Mon")),
        COVERED + COVERED + cell(p("Tue")),
        '<table:table-cell table:number-columns-repeated="3">' + p("x") + "</table:table-cell>",
    )

    assert elements(xml) == (
        Table((("Who", None, "Day"), ("Ida", None, "Mon"), ("Ida", None, "Tue"), ("x", "x", "x")), 1),
    )


def test_cells_keep_paragraphs_lists_and_inner_tables_apart_and_notes_follow_the_table() -> None:
    inner = table(cell(p("a")) + cell(p("b")), headers=0)
    xml = table(cell(p("one") + p("two")) + cell(items(p("x"), p("y"))), cell(inner) + cell(p(f"5{note('2', 'Net.')}")))

    assert elements(xml, styles=NUMBERED) == (
        Table((("one\ntwo", "1. x\n2. y"), ("a · b", "5[^2]")), 1),
        Note("2", "Net."),
    )


def test_a_table_of_one_column_is_read_as_its_blocks() -> None:
    assert elements(table(cell(p("one") + p("two")), cell(p("three")), headers=0)) == tuple(
        Paragraph(text) for text in ("one", "two", "three")
    )


def test_tracked_changes_are_accepted() -> None:
    deleted = f"<text:tracked-changes><text:changed-region><text:deletion>{p('old')}</text:deletion>"
    body = f"{deleted}</text:changed-region></text:tracked-changes>" + p(
        "the <text:change/><text:change-start/>new<text:change-end/> rule"
    )

    assert elements(body) == (Paragraph("the new rule"),)


COMMENT = f"<office:annotation><dc:creator>Ida</dc:creator>{p('Sure?')}</office:annotation>"


def test_comments_are_counted_or_read() -> None:
    body = p(f"Rule{COMMENT} one") + p(f"x{COMMENT}")

    assert read(body).left_out == ("2 comments",)
    assert read(body, settings=Parsing(comments=True)).elements == (
        Paragraph("Rule one"),
        Paragraph("Comment by Ida: Sure?"),
        Paragraph("x"),
        Paragraph("Comment by Ida: Sure?"),
    )


HIDDEN = text_style("gone", 'text:display="none"') + text_style("goneP", 'text:display="none"', "paragraph")
HIDDEN_BODY = (
    p("a <text:span text:style-name='gone'>secret</text:span>b")
    + p("secret", "goneP")
    + f'<text:section text:name="Costs" text:display="none">{p("secret")}</text:section>'
    + p('<text:hidden-text text:is-hidden="true" text:string-value="secret"/>c')
    + p('<text:hidden-paragraph text:is-hidden="true"/>secret')
)


def test_hidden_text_is_left_out_and_reported() -> None:
    parsed = read(HIDDEN_BODY, styles=HIDDEN)

    assert [element.text for element in parsed.elements if isinstance(element, Paragraph) and element.text] == [
        "a b",
        "c",
    ]
    assert parsed.left_out == ("4 passages of hidden text", "the hidden section 'Costs'")


def test_a_setting_reads_hidden_text() -> None:
    parsed = read(HIDDEN_BODY, styles=HIDDEN, settings=Parsing(hidden=True))

    assert sum("secret" in element.text for element in parsed.elements if isinstance(element, Paragraph)) == 5
    assert parsed.left_out == ()


def test_text_boxes_shapes_and_descriptions_follow_their_paragraph_once() -> None:
    box = f"<draw:frame><draw:text-box>{p('in the box')}</draw:text-box></draw:frame>"
    shape = f"<draw:g><draw:custom-shape>{p('in the shape')}</draw:custom-shape></draw:g>"
    picture = "<draw:frame><draw:image/><svg:desc>Plan of the floor</svg:desc></draw:frame>"

    assert elements(p(f"before{box}{shape}{picture} after")) == (
        Paragraph("before after"),
        Paragraph("in the box"),
        Paragraph("in the shape"),
        Paragraph("[Plan of the floor]"),
    )


def with_object(content: str) -> ParsedElements:
    frame = '<draw:frame><draw:object xlink:href="./Object 1"/><draw:image/></draw:frame>'
    return parse_odf(odf(p(frame), parts={"Object 1/content.xml": content}), Parsing())


def test_a_formula_is_one_line() -> None:
    formula = (
        "<math:math><math:semantics><math:mrow><math:msup><math:mi>x</math:mi><math:mn>2</math:mn></math:msup><math:mo>=</math:mo>"
        "<math:mfrac><math:mrow><math:mi>a</math:mi><math:mo>+</math:mo><math:mi>b</math:mi></math:mrow><math:mn>2</math:mn>"
        "</math:mfrac><math:mtext>if</math:mtext><math:mi>k</math:mi></math:mrow><math:annotation>x</math:annotation>"
        "</math:semantics></math:math>"
    )

    assert with_object(part("document-content", formula)).elements[1:] == (Paragraph("x^2=(a+b)/2if k"),)


def test_a_chart_is_its_title_and_its_values() -> None:
    values = table(cell("") + cell(p("North")), cell(p("Q1")) + cell(p("NaN")), cell(p("Q2")) + cell(p("5")))
    chart = f"<chart:chart><chart:title>{p('Sales')}</chart:title>{values}</chart:chart>"

    assert with_object(part("document-content", chart)).elements[1:] == (
        Paragraph("Sales"),
        Table((("", "North"), ("Q1", ""), ("Q2", "5")), 1),
    )


def test_other_objects_are_reported() -> None:
    assert with_object(part("document-content", "")).left_out == ("1 embedded object",)


def test_headers_and_footers_are_read_once_without_page_numbers() -> None:
    def running(kind: str, text: str) -> str:
        return f"<style:{kind}>{p(text)}</style:{kind}>"

    number = "<text:page-number>3</text:page-number>"
    head = running("header", f"Acme<text:tab/>Page {number}")
    pages = "".join(
        f"<style:master-page>{head}{running('footer', footer)}</style:master-page>" for footer in ("Internal", number)
    )
    styles = part("document-styles", f"<office:master-styles>{pages}</office:master-styles>")

    parsed = parse_odf(odf(p("Text"), parts={"styles.xml": styles}), Parsing())

    assert parsed.elements == (Paragraph("Acme\t"), Paragraph("Text"), Paragraph("Internal"))


def test_the_title_is_that_of_the_properties_or_else_the_first_heading() -> None:
    meta = part("document-meta", "<office:meta><dc:title>Handbook</dc:title></office:meta>")
    heading = '<text:h text:outline-level="1">Leave</text:h>'

    assert parse_odf(odf(heading, parts={"meta.xml": meta}), Parsing()).title == "Handbook"
    assert parse_odf(odf(heading), Parsing()).title == "Leave"


def page(*shapes: str, style: str = "", notes: str = "") -> str:
    below = f"<presentation:notes>{notes}</presentation:notes>"
    return f'<draw:page draw:style-name="{style}">{"".join(shapes)}{below}</draw:page>'


def frame(text: str, kind: str = "") -> str:
    return f'<draw:frame presentation:class="{kind}"><draw:text-box>{p(text)}</draw:text-box></draw:frame>'


SLIDES = page(frame("box"), frame("Plan", "title"), frame("3", "page-number"), notes=frame("Say it", "notes"))
HIDDEN_SLIDE = (
    '<style:style style:name="dp1" style:family="drawing-page"><style:drawing-page-properties '
    'presentation:visibility="hidden"/></style:style>'
)


def test_a_slide_has_its_title_first_and_its_notes_last() -> None:
    parsed = parse_odf(odf(SLIDES + page(frame("next")), kind="presentation"), Parsing())

    assert parsed.elements == (
        PageStart(1),
        Heading("Plan"),
        Paragraph("box"),
        Paragraph("Say it"),
        PageStart(2),
        Paragraph("next"),
    )


def test_hidden_slides_are_left_out_and_reported_unless_a_setting_reads_them() -> None:
    content = odf(page(frame("a"), style="dp1") + page(frame("b")), styles=HIDDEN_SLIDE, kind="presentation")

    parsed = parse_odf(content, Parsing())
    assert (parsed.elements, parsed.left_out) == ((PageStart(2), Paragraph("b")), ("the hidden slide 1",))
    assert len(parse_odf(content, Parsing(hidden=True)).elements) == 4


def test_a_flat_file_is_read_too() -> None:
    flat = part("document", f"<office:body><office:text>{p('Flat')}</office:text></office:body>")

    assert parse_odf(flat.encode(), Parsing()).elements == (Paragraph("Flat"),)


ENCRYPTED = (
    f'<manifest:manifest {NAMESPACES}><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/>'
    "</manifest:file-entry></manifest:manifest>"
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (odf("", parts={"META-INF/manifest.xml": ENCRYPTED}), "it is encrypted; save it without a password"),
        (b"PK\x03\x04torn", "it is damaged: it is not a ZIP file, or not all of one"),
        (zipped({"a.txt": "a"}), "it is damaged: it has no part 'content.xml'"),
        (zipped({"content.xml": "<torn"}), "it is damaged: its XML is not well-formed"),
        (b"<html/>", "it is damaged: its content is not that of an OpenDocument file"),
        (part("document-content", "").encode(), "it is damaged: it has no content"),
    ],
)
def test_what_is_no_document_is_refused_with_one_sentence(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_odf(content, Parsing())

    assert caught.value.reason.startswith(reason)
