"""A presentation is read as its slides display it: titles, lists with their numbers, tables, charts, notes."""

from __future__ import annotations

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Element, Heading, ListItem, PageStart, Paragraph, ParsedElements, Table
from ingest.parse.slides.pptx import parse_pptx
from testing.files import pptx, relationships, zipped

NOTHING: tuple[str, ...] = ()


def runs(text: str, properties: str = "") -> str:
    return f"<a:r>{properties}<a:t>{text}</a:t></a:r>"


def paragraph(content: str, properties: str = "") -> str:
    return f"<a:p>{properties}{content if content.startswith('<') else runs(content)}</a:p>"


def shape(*paragraphs: str, placeholder: str = "", style: str = "", attributes: str = "") -> str:
    text = "".join(found if found.startswith("<a:p>") else paragraph(found) for found in paragraphs)
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="x"{attributes}/><p:cNvSpPr/><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr>'
        f"<p:spPr/><p:txBody><a:bodyPr/><a:lstStyle>{style}</a:lstStyle>{text}</p:txBody></p:sp>"
    )


def title(text: str) -> str:
    return shape(text, placeholder='<p:ph type="title"/>')


def frame(graphic: str) -> str:
    return (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="4" name="x"/><p:nvPr/></p:nvGraphicFramePr><a:graphic>'
        f"<a:graphicData>{graphic}</a:graphicData></a:graphic></p:graphicFrame>"
    )


def read(*slides: str, parts: dict[str, str] | None = None, settings: Parsing | None = None) -> ParsedElements:
    return parse_pptx(pptx(slides, parts), settings or Parsing())


def elements(*slides: str, parts: dict[str, str] | None = None) -> tuple[Element, ...]:
    return tuple(element for element in read(*slides, parts=parts).elements if not isinstance(element, PageStart))


def numbered(text: str, kind: str, level: int = 0, start: str = "") -> str:
    return paragraph(text, f'<a:pPr lvl="{level}"><a:buAutoNum type="{kind}"{start}/></a:pPr>')


def items(*paragraphs: str) -> list[str]:
    return [found.mark for found in elements(shape(*paragraphs)) if isinstance(found, ListItem)]


def test_each_slide_begins_a_page_and_has_its_title_first() -> None:
    parsed = read(shape("Box &amp; R&amp;D > 5") + title("Plan"), title("Costs"))

    assert parsed.elements == (
        PageStart(1),
        Heading("Plan"),
        Paragraph("Box & R&D > 5"),
        PageStart(2),
        Heading("Costs"),
    )
    assert (parsed.title, parsed.left_out) == ("Plan", NOTHING)


def test_pages_have_the_numbers_that_the_slides_display() -> None:
    parsed = parse_pptx(pptx([shape("a"), shape("b")], first_number=7), Parsing())

    assert [element.number for element in parsed.elements if isinstance(element, PageStart)] == [7, 8]


def test_a_text_box_is_no_heading() -> None:
    assert elements(shape("PLAN")) == (Paragraph("PLAN"),)


def test_a_title_of_two_lines_is_one_heading() -> None:
    two_lines = paragraph(runs("Travel") + "<a:br/>" + runs("costs"))

    assert elements(shape(two_lines, placeholder='<p:ph type="ctrTitle"/>')) == (Heading("Travel\ncosts"),)


def test_date_footer_and_slide_number_are_left_out() -> None:
    decoration = "".join(shape("x", placeholder=f'<p:ph type="{kind}"/>') for kind in ("dt", "ftr", "sldNum"))

    assert elements(title("Plan") + decoration) == (Heading("Plan"),)


def test_tabs_breaks_and_escaped_line_ends_stay_blanks_and_line_ends() -> None:
    text = paragraph(runs("A\tB") + "<a:br/>" + runs("C_x000B_D"))

    assert elements(shape(text)) == (Paragraph("A\tB\nC\nD"),)


def test_raised_and_lowered_runs_keep_their_meaning() -> None:
    raised, lowered = '<a:rPr baseline="30000"/>', '<a:rPr baseline="-25000"/>'
    text = paragraph(
        runs("10") + runs("6", raised) + runs(" cells, H") + runs("2", lowered) + runs("O, 25") + runs("1 ", raised)
        + runs("days", '<a:rPr baseline="0"/>')
    )  # fmt: skip

    assert elements(shape(text)) == (Paragraph("10^6 cells, H₂O, 25[^1] days"),)


def test_fields_show_the_text_that_was_last_shown() -> None:
    text = paragraph(runs("On ") + '<a:fld type="datetime1"><a:rPr/><a:t>3 May</a:t></a:fld>')

    assert elements(shape(text)) == (Paragraph("On 3 May"),)


@pytest.mark.parametrize(
    ("kind", "marks"),
    [
        ("arabicPeriod", ["1.", "2."]),
        ("arabicParenR", ["1)", "2)"]),
        ("arabicParenBoth", ["(1)", "(2)"]),
        ("arabicPlain", ["1", "2"]),
        ("alphaLcParenR", ["a)", "b)"]),
        ("alphaUcPeriod", ["A.", "B."]),
        ("romanLcPeriod", ["i.", "ii."]),
        ("romanUcParenBoth", ["(I)", "(II)"]),
    ],
)
def test_numbers_are_written_as_displayed(kind: str, marks: list[str]) -> None:
    assert items(numbered("a", kind), numbered("b", kind)) == marks


def test_a_number_starts_where_the_author_says_and_goes_on_across_inner_levels_and_empty_lines() -> None:
    start = ' startAt="3"'

    assert items(
        numbered("a", "arabicPeriod", start=start),
        numbered("inner", "alphaLcPeriod", level=1),
        numbered("inner", "alphaLcPeriod", level=1),
        "<a:p><a:endParaRPr/></a:p>",
        numbered("b", "arabicPeriod", start=start),
        numbered("inner", "alphaLcPeriod", level=1),
    ) == ["3.", "a.", "b.", "4.", "a."]


def test_a_paragraph_without_number_on_its_level_begins_the_numbers_again() -> None:
    assert items(numbered("a", "arabicPeriod"), "text", numbered("b", "arabicPeriod")) == ["1.", "1."]


BODY = '<p:ph idx="1"/>'
PROMPT = shape("Click to add text", placeholder='<p:ph type="body" idx="1"/>')
LAYOUT = "ppt/slideLayouts/slideLayout1.xml"
INHERITED = {
    "ppt/slides/_rels/slide1.xml.rels": relationships(slideLayout="../slideLayouts/slideLayout1.xml"),
    "ppt/slideLayouts/_rels/slideLayout1.xml.rels": relationships(slideMaster="../slideMasters/slideMaster1.xml"),
    LAYOUT: f"<p:sldLayout><p:cSld><p:spTree>{PROMPT}</p:spTree></p:cSld></p:sldLayout>",
    "ppt/slideMasters/slideMaster1.xml": f"<p:sldMaster><p:cSld><p:spTree>{PROMPT}</p:spTree></p:cSld><p:txStyles>"
    '<p:bodyStyle><a:lvl1pPr><a:buChar char="•"/></a:lvl1pPr><a:lvl2pPr><a:buAutoNum type="arabicPeriod"/></a:lvl2pPr>'
    "</p:bodyStyle></p:txStyles></p:sldMaster>",
}


def test_bullets_and_numbers_come_from_the_master_and_prompts_are_not_read() -> None:
    body = shape("a", paragraph("b", '<a:pPr lvl="1"/>'), placeholder=BODY)

    assert elements(body + shape("box"), parts=INHERITED) == (ListItem("a"), ListItem("b", "1.", 1), Paragraph("box"))


def test_a_layout_a_shape_and_a_paragraph_can_switch_bullets_off() -> None:
    none = "<a:lvl1pPr><a:buNone/></a:lvl1pPr>"
    prompt = shape("Click", placeholder='<p:ph type="body" idx="1"/>', style=none)
    layout = {LAYOUT: f"<p:sldLayout><p:cSld><p:spTree>{prompt}</p:spTree></p:cSld></p:sldLayout>"}

    assert elements(shape("a", placeholder=BODY), parts=INHERITED | layout) == (Paragraph("a"),)
    assert elements(shape("a", placeholder=BODY, style=none), parts=INHERITED) == (Paragraph("a"),)
    own = paragraph("a", "<a:pPr><a:buNone/></a:pPr>")
    assert elements(shape(own, placeholder=BODY), parts=INHERITED) == (Paragraph("a"),)


def cell(text: str, attributes: str = "") -> str:
    return f"<a:tc{attributes}><a:txBody><a:bodyPr/>{paragraph(text) if text else '<a:p/>'}</a:txBody></a:tc>"


def test_merged_cells_repeat_downwards_and_stay_empty_to_the_right() -> None:
    rows = (
        cell("Who", ' gridSpan="2"') + cell("", ' hMerge="1"'),
        cell("Ida", ' rowSpan="2"') + cell("Mon"),
        cell("", ' vMerge="1"') + cell("Tue"),
    )
    xml = '<a:tbl><a:tblPr firstRow="1"/>' + "".join(f"<a:tr>{row}</a:tr>" for row in rows) + "</a:tbl>"

    assert elements(frame(xml)) == (Table((("Who", None), ("Ida", "Mon"), ("Ida", "Tue")), 1),)


def test_a_table_without_marked_header_has_its_first_row_as_header_below_a_title() -> None:
    rows = (
        cell("Rota", ' gridSpan="2"') + cell("", ' hMerge="1"'),
        cell("Who") + cell("Day"),
        cell("Ida") + cell("Mon"),
    )
    xml = "<a:tbl>" + "".join(f"<a:tr>{row}</a:tr>" for row in rows) + "</a:tbl>"

    assert elements(frame(xml)) == (Paragraph("Rota"), Table((("Who", "Day"), ("Ida", "Mon")), 1))


def points(kind: str, *values: str, code: str = "") -> str:
    values = tuple(f'<c:pt idx="{index}"><c:v>{value}</c:v></c:pt>' for index, value in enumerate(values))
    return f"<c:{kind}Ref><c:{kind}Cache>{code}{''.join(values)}</c:{kind}Cache></c:{kind}Ref>"


def test_a_chart_is_its_titles_and_the_table_of_its_values_as_displayed() -> None:
    percent = "<c:formatCode>0%</c:formatCode>"
    series = "".join(
        f"<c:ser><c:tx>{points('str', name)}</c:tx><c:cat>{points('str', 'Q1', 'Q2')}</c:cat>"
        f"<c:val>{points('num', *values, code=percent)}</c:val></c:ser>"
        for name, values in (("North", ("0.25", "0.5")), ("South", ("0.1",)))
    )
    name = f"<c:title><c:tx><c:rich>{paragraph('Share')}</c:rich></c:tx></c:title>"
    parts = {
        "ppt/slides/_rels/slide1.xml.rels": relationships(chart="../charts/chart1.xml"),
        "ppt/charts/chart1.xml": f"<c:chartSpace><c:chart>{name}<c:plotArea><c:barChart>{series}</c:barChart>"
        "</c:plotArea></c:chart></c:chartSpace>",
    }

    assert elements(frame('<c:chart r:id="rId1"/>'), parts=parts) == (
        Paragraph("Share"),
        Table((("", "North", "South"), ("Q1", "25%", "10%"), ("Q2", "50%", "")), 1),
    )


def test_smart_art_is_a_list_with_the_depth_of_its_nodes() -> None:
    def node(name: str, text: str, kind: str = "node") -> str:
        return f'<dgm:pt modelId="{name}" type="{kind}"><dgm:t>{paragraph(text)}</dgm:t></dgm:pt>'

    links = "".join(
        f'<dgm:cxn srcId="{above}" destId="{below}" srcOrd="{order}"/>'
        for above, below, order in (("0", "2", 1), ("0", "1", 0), ("1", "3", 0))
    )
    nodes = (
        node("0", " ", "doc") + node("1", "Board") + node("2", "Staff") + node("3", "Chair") + node("9", "x", "pres")
    )
    parts = {
        "ppt/slides/_rels/slide1.xml.rels": relationships(diagramData="../diagrams/data1.xml"),
        "ppt/diagrams/data1.xml": f"<dgm:dataModel><dgm:ptLst>{nodes}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst>"
        "</dgm:dataModel>",
    }

    assert elements(frame('<dgm:relIds r:dm="rId1"/>'), parts=parts) == (
        ListItem("Board"),
        ListItem("Chair", "-", 1),
        ListItem("Staff"),
    )


def test_a_missing_chart_costs_no_more_than_itself_and_is_reported() -> None:
    parsed = read(title("Plan") + frame('<c:chart r:id="rId1"/>'))

    assert parsed.elements == (PageStart(1), Heading("Plan"))
    assert parsed.left_out == ("1 damaged chart",)


def test_alternative_contents_are_read_once() -> None:
    formula = (
        "<m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
    )
    choice = shape(paragraph(formula))
    alternatives = f"<mc:AlternateContent><mc:Choice>{choice}</mc:Choice><mc:Fallback>{shape('picture')}</mc:Fallback>"

    assert elements(f"{alternatives}</mc:AlternateContent>") == (Paragraph("(a+b)/2"),)
    ink = "<mc:AlternateContent><mc:Choice><p:contentPart/></mc:Choice><mc:Fallback>"
    assert elements(f"{ink}{shape('ink')}</mc:Fallback></mc:AlternateContent>") == (Paragraph("ink"),)


def test_the_shapes_of_a_group_are_read_in_its_place() -> None:
    group = f"<p:grpSp><p:nvGrpSpPr><p:cNvPr/></p:nvGrpSpPr>{shape('b')}{shape('c')}</p:grpSp>"

    assert elements(shape("a") + group + shape("d")) == tuple(Paragraph(text) for text in "abcd")


@pytest.mark.parametrize(
    ("description", "read_as"),
    [
        ("Plan of the second floor", "[Plan of the second floor]"),
        ("floor.png", ""),
        ("A cat on a mat\n\nDescription automatically generated", "[A cat on a mat]"),
    ],
)
def test_a_picture_is_read_as_its_description_by_the_author(description: str, read_as: str) -> None:
    picture = f'<p:pic><p:nvPicPr><p:cNvPr id="3" name="x" descr="{description}"/><p:nvPr/></p:nvPicPr></p:pic>'

    assert elements(picture) == (Paragraph(read_as),)
    assert read(picture).left_out == ("1 picture",)


def test_notes_follow_their_slide_without_its_picture_and_number() -> None:
    number = shape("1", placeholder='<p:ph type="sldNum"/>')
    notes = shape("Say: 90 kEUR", placeholder='<p:ph type="body" idx="1"/>')
    parts = {
        "ppt/slides/_rels/slide1.xml.rels": relationships(notesSlide="../notesSlides/notesSlide1.xml"),
        "ppt/notesSlides/notesSlide1.xml": f"<p:notes><p:cSld><p:spTree>{number}{notes}</p:spTree></p:cSld></p:notes>",
    }

    assert elements(title("Plan") + shape("a"), parts=parts) == (
        Heading("Plan"),
        Paragraph("a"),
        Paragraph("Say: 90 kEUR"),
    )


HIDDEN = f'<p:sld show="0"><p:cSld><p:spTree>{shape("secret")}</p:spTree></p:cSld></p:sld>'


def test_hidden_slides_and_shapes_are_left_out_and_reported() -> None:
    parsed = read(shape("a") + shape("b", attributes=' hidden="1"'), HIDDEN, HIDDEN, shape("c"))

    assert parsed.elements == (PageStart(1), Paragraph("a"), PageStart(4), Paragraph("c"))
    assert parsed.left_out == ("the hidden slides 2 and 3", "1 hidden shape")


def test_a_setting_reads_hidden_slides_and_shapes() -> None:
    parsed = read(shape("b", attributes=' hidden="1"'), HIDDEN, settings=Parsing(hidden=True))

    assert parsed.elements == (PageStart(1), Paragraph("b"), PageStart(2), Paragraph("secret"))
    assert parsed.left_out == NOTHING


COMMENTS = {
    "ppt/slides/_rels/slide1.xml.rels": relationships(
        ("comments", "../comments/comment1.xml"), ("comments", "../comments/modernComment1.xml")
    ),
    "ppt/comments/comment1.xml": "<p:cmLst><p:cm><p:text>Check this</p:text></p:cm></p:cmLst>",
    "ppt/comments/modernComment1.xml": "<p:cmLst><p:cm><p:replyLst><p:reply><p:txBody><a:bodyPr/>"
    "<a:p><a:r><a:t>Done</a:t></a:r></a:p></p:txBody></p:reply></p:replyLst><p:txBody><a:bodyPr/>"
    "<a:p><a:r><a:t>Sure?</a:t></a:r></a:p></p:txBody></p:cm></p:cmLst>",
}


def test_comments_and_replies_are_counted_or_read() -> None:
    assert read(shape("a"), parts=COMMENTS).left_out == ("3 comments",)
    parsed = read(shape("a"), parts=COMMENTS, settings=Parsing(comments=True))
    assert parsed.elements[1:] == tuple(
        Paragraph(text) for text in ("a", "Comment: Check this", "Comment: Sure?", "Comment: Done")
    )


def test_a_damaged_slide_is_named_and_the_others_are_read() -> None:
    parsed = read(shape("a"), "<p:sld><broken", shape("c"))

    assert parsed.elements == (PageStart(1), Paragraph("a"), PageStart(3), Paragraph("c"))
    assert parsed.left_out == ("the damaged slide 2",)


@pytest.mark.parametrize(
    ("named", "shown"), [("Travel 2026", "Travel 2026"), ("PowerPoint-Präsentation", "Plan"), ("", "Plan")]
)
def test_the_title_is_that_of_the_author_or_else_the_first_heading(named: str, shown: str) -> None:
    properties = f'<x:coreProperties xmlns:x="x"><x:title>{named}</x:title></x:coreProperties>'
    links = relationships(("officeDocument", "ppt/presentation.xml"), ("metadata/core-properties", "core.xml"))

    assert read(title("Plan"), parts={"_rels/.rels": links, "core.xml": properties}).title == shown


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04torn", "it is damaged: it is not a ZIP file, or not all of one"),
        (zipped({"a.txt": "a"}), "it is damaged: it has no part 'ppt/presentation.xml'"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "it is encrypted"),
    ],
)
def test_what_is_no_presentation_is_refused_with_one_sentence(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_pptx(content, Parsing())

    assert caught.value.reason.startswith(reason)
