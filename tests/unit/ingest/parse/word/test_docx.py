"""A Word document is read as Word displays it."""

from __future__ import annotations

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse import parse
from ingest.parse.parsed import ParsedText
from testing.word import NAMESPACES, cell, field, item, level, packed, paragraph, row, run, style, table, word

SUPER, SUB = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'
HIDDEN = "<w:vanish/>"


def read(body: str, parsing: Parsing | None = None, **parts: str) -> ParsedText:
    return parse(word(body, **parts), "a.docx", parsing)


def text(body: str, **parts: str) -> str:
    return parse(word(body, **parts), "a.docx").text


def test_characters_are_those_of_the_author() -> None:
    written = "Spend &gt; 5,000 EUR &amp; margin &lt; 12% &quot;hard&quot; &#8364;40 K&#xF6;ln *a_b* | # R\\&amp;D"

    assert text(paragraph(written)) == 'Spend > 5,000 EUR & margin < 12% "hard" €40 Köln *a_b* | # R\\&D'


def test_tabs_breaks_and_hyphens() -> None:
    body = "<w:r><w:t>Unit</w:t><w:tab/><w:t>12</w:t><w:ptab/><w:t>45</w:t><w:br/><w:t>non</w:t><w:noBreakHyphen/>"
    body += "<w:t>stop soft</w:t><w:softHyphen/><w:t>ware</w:t><w:cr/><w:t>end</w:t></w:r>"

    assert text(paragraph(body)) == "Unit 12 45\nnon-stop software\nend"


def test_raised_and_lowered_runs_keep_their_meaning() -> None:
    runs = run("10") + run("-", SUPER) + run("6", SUPER) + run(" m") + run("2", SUPER) + run(" H") + run("2", SUB)

    assert text(paragraph(runs + run("O 25") + run("1", SUPER) + run(" days"))) == "10^-6 m² H₂O 25[^1] days"


def test_a_character_style_raises_too() -> None:
    styles = style("Up", "Up", f"<w:rPr>{SUPER}</w:rPr>", kind="character")

    assert text(paragraph(run("staff") + run("1", '<w:rStyle w:val="Up"/>')), styles=styles) == "staff[^1]"


def test_symbols_have_their_meaning() -> None:
    symbols = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:font="Symbol" w:char="F061"/></w:r>'

    fonts = '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>'
    assert text(paragraph(symbols + run(" \uf0b3 5 m", fonts))) == "☑α ≥ 5 μ"


class TestHeadings:
    STYLES = (
        style("berschrift1", "heading 1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>')
        + style("Clause", "Clause", based_on="berschrift2")
        + style("berschrift2", "heading 2")
        + style("Plain", "Plain", '<w:pPr><w:outlineLvl w:val="9"/></w:pPr>', based_on="berschrift1")
        + style("Titel", "Title")
    )

    def test_the_level_comes_from_the_style_its_base_or_the_paragraph(self) -> None:
        body = paragraph("A", style="berschrift1") + paragraph("B", style="Clause") + paragraph("C", style="Plain")
        body += paragraph("D", properties='<w:outlineLvl w:val="2"/>')

        assert text(body, styles=self.STYLES) == "# A\n\n## B\n\nC\n\n### D"

    def test_a_style_that_is_not_defined_is_known_by_its_name(self) -> None:
        assert text(paragraph("A", style="Heading2")) == "## A"

    def test_the_title_is_the_displayed_one_or_else_that_of_the_file(self) -> None:
        assert read(paragraph("Leave rules", style="Titel"), styles=self.STYLES, title="old").title == "Leave rules"
        assert read(paragraph("Text"), title="Leave rules").title == "Leave rules"

    def test_a_numbered_paragraph_of_a_contract_is_text(self) -> None:
        long = "The supplier shall deliver. " * 10

        assert text(paragraph(long, style="Heading1")) == long.strip()


class TestLists:
    NUMBERING = (
        '<w:abstractNum w:abstractNumId="0">'
        + level(0, "%1.")
        + level(1, "%1.%2", more='<w:pStyle w:val="Clause"/>')
        + level(2, "(%3)", "lowerLetter")
        + "</w:abstractNum>"
        '<w:abstractNum w:abstractNumId="1">'
        + level(0, "\uf0b7", "bullet")
        + level(1, "o", "bullet")
        + "</w:abstractNum>"
        '<w:abstractNum w:abstractNumId="2">'
        + level(0, "Article %1", "upperRoman")
        + level(1, "Section %1.%2", "decimalZero", more="<w:isLgl/>")
        + "</w:abstractNum>"
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>'
        '<w:num w:numId="4"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )

    def lines(self, body: str, **parts: str) -> list[str]:
        return text(body, numbering=self.NUMBERING, **parts).split("\n")

    def test_numbers_are_displayed_on_each_level(self) -> None:
        body = item("a") + item("b") + item("c", level=1) + item("d", level=2) + item("e", level=2)
        body += item("f", level=1) + item("g") + item("h", level=1)

        assert self.lines(body) == [
            "1. a", "2. b", "  2.1 c", "    (a) d", "    (b) e", "  2.2 f", "3. g", "  3.1 h",
        ]  # fmt: skip

    def test_bullets_are_plain(self) -> None:
        assert self.lines(item("a", 2) + item("b", 2, 1)) == ["- a", "  - b"]

    def test_a_list_goes_on_after_a_paragraph_and_begins_again_with_its_own_start(self) -> None:
        body = item("a") + paragraph("between") + item("b") + item("c", 4) + item("d", 4)

        assert [line for line in self.lines(body) if line] == ["1. a", "between", "2. b", "5. c", "6. d"]

    def test_words_and_legal_numbers(self) -> None:
        assert self.lines(item("a", 3) + item("b", 3, 1)) == ["Article I a", "  Section 1.01 b"]

    def test_a_deleted_or_hidden_paragraph_is_not_counted(self) -> None:
        gone = '<w:rPr><w:del w:id="1" w:author="x"/></w:rPr>'
        deleted = item('<w:del w:id="2" w:author="x"><w:r><w:delText>gone</w:delText></w:r></w:del>', properties=gone)
        hidden = item(run("unseen", HIDDEN), properties=f"<w:rPr>{HIDDEN}</w:rPr>")

        assert self.lines(item("a") + deleted + hidden + item("b")) == ["1. a", "2. b"]

    def test_an_empty_item_is_counted(self) -> None:
        assert self.lines(item("a") + item("") + item("b")) == ["1. a", "3. b"]

    def test_a_style_gives_list_and_level(self) -> None:
        styles = style("Clause", "Clause", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>')
        styles += style("Heading1", "heading 1", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>')
        body = paragraph("Scope", style="Heading1") + paragraph("All staff.", style="Clause")
        body += paragraph("None.", style="Clause", properties='<w:numPr><w:numId w:val="0"/></w:numPr>')

        assert self.lines(body, styles=styles) == ["# 1. Scope", "", "  1.1 All staff.", "", "None."]

    def test_a_list_style_is_followed_to_its_levels(self) -> None:
        styles = style("Steps", "Steps", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>', kind="numbering")
        linked = '<w:abstractNum w:abstractNumId="7"><w:numStyleLink w:val="Steps"/></w:abstractNum>'
        linked += '<w:num w:numId="9"><w:abstractNumId w:val="7"/></w:num>'

        assert text(item("a", 9) + item("b", 9), numbering=self.NUMBERING + linked, styles=styles) == "1. a\n2. b"

    def test_numbers_in_cells_are_displayed_even_alone(self) -> None:
        body = table(row("No", "Part"), row(cell(item("")), "Valve"), row(cell(item("")), "Seal"))

        assert self.lines(body)[2:] == ["| 1. | Valve |", "| 2. | Seal |"]


class TestNotes:
    REFERENCE = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    SEPARATOR = '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'

    def note(self, identifier: int, content: str, kind: str = "footnote") -> str:
        mark = f"<w:r><w:{kind}Ref/></w:r>"
        return f'<w:{kind} w:id="{identifier}">{paragraph(mark + run(content))}</w:{kind}>'

    def test_a_note_follows_its_paragraph_with_the_mark_of_its_reference(self) -> None:
        body = paragraph(run("Take 25") + self.REFERENCE + run(" days")) + paragraph("Next.")

        assert text(body, footnotes=self.SEPARATOR + self.note(1, " Pro rata.")) == (
            "Take 25[^1] days\n\n[^1]: Pro rata.\n\nNext."
        )

    def test_notes_are_numbered_by_their_place_and_format(self) -> None:
        body = paragraph(
            run("a")
            + '<w:r><w:footnoteReference w:id="7"/></w:r>'
            + run("b")
            + '<w:r><w:endnoteReference w:id="2"/></w:r>'
        )
        parts = {
            "footnotes": self.note(7, "Foot."),
            "endnotes": self.note(2, "End.", "endnote"),
            "settings": '<w:footnotePr><w:numFmt w:val="upperLetter"/><w:numStart w:val="3"/></w:footnotePr>',
        }

        assert text(body, **parts) == "a[^C]b[^i]\n\n[^C]: Foot.\n\n[^i]: End."

    def test_a_mark_of_the_author_is_kept_and_not_counted(self) -> None:
        custom = '<w:r><w:footnoteReference w:id="2" w:customMarkFollows="1"/><w:t>*</w:t></w:r>'
        notes = f'<w:footnote w:id="2">{paragraph("* Star.")}</w:footnote>' + self.note(1, "One.")

        assert text(paragraph(run("a") + custom + run(" b") + self.REFERENCE), footnotes=notes) == (
            "a[^*] b[^1]\n\n[^*]: Star.\n\n[^1]: One."
        )

    def test_a_note_in_a_cell_follows_the_table(self) -> None:
        body = table(row("Team", "Days"), row("A", cell(paragraph(run("25") + self.REFERENCE))))

        assert text(body, footnotes=self.note(1, "Pro rata.")).endswith("| A | 25[^1] |\n\n[^1]: Pro rata.")

    def test_a_deleted_reference_leaves_no_note_and_no_gap(self) -> None:
        body = f'<w:del w:id="5" w:author="x">{self.REFERENCE}</w:del>' + '<w:r><w:footnoteReference w:id="2"/></w:r>'

        assert text(paragraph(run("a") + body), footnotes=self.note(1, "Gone.") + self.note(2, "Here.")) == (
            "a[^1]\n\n[^1]: Here."
        )

    def test_numbers_begin_again_in_each_section_if_the_document_says_so(self) -> None:
        section = '<w:sectPr><w:footnotePr><w:numRestart w:val="eachSect"/></w:footnotePr></w:sectPr>'
        body = paragraph(run("a") + self.REFERENCE, properties=section)
        body += paragraph(run("b") + '<w:r><w:footnoteReference w:id="2"/></w:r>') + section

        assert text(body, footnotes=self.note(1, "A.") + self.note(2, "B.")).count("[^1]: ") == 2


class TestChanges:
    def test_the_accepted_state_is_read(self) -> None:
        body = '<w:ins w:id="1" w:author="x">' + run("New ") + "</w:ins>" + run("text")
        body += '<w:del w:id="2" w:author="x"><w:r><w:delText>old</w:delText></w:r></w:del>'
        body += '<w:moveFrom w:id="3" w:author="x">' + run("from") + '</w:moveFrom><w:moveTo w:id="4" w:author="x">'

        assert text(paragraph(body + run(" moved") + "</w:moveTo>")) == "New text moved"

    def test_a_deleted_paragraph_end_joins_two_paragraphs(self) -> None:
        mark = '<w:rPr><w:del w:id="1" w:author="x"/></w:rPr>'

        assert text(paragraph("one ", properties=mark) + paragraph("two") + paragraph("three")) == "one two\n\nthree"

    def test_deleted_rows_and_cells_are_gone(self) -> None:
        deleted = row("b", "2", properties='<w:del w:id="1" w:author="x"/>')
        gone = cell("x", '<w:cellDel w:id="2" w:author="x"/>')

        assert text(table(row("Team", "Days"), row("a", "1", gone), deleted)) == "| Team | Days |\n|---|---|\n| a | 1 |"


class TestFields:
    def test_the_result_is_shown_and_not_the_instruction(self) -> None:
        nested = field(f"IF {field('MERGEFIELD x', '1')} = 1", "3 May")

        assert text(paragraph(run("by ") + nested + field("XE &quot;May&quot;", None) + run("."))) == "by 3 May."

    def test_a_simple_field_and_an_open_one_are_shown(self) -> None:
        opened = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC</w:instrText></w:r>'

        assert text(paragraph(f'<w:fldSimple w:instr="DATE">{run("3 May")}</w:fldSimple>{opened}{run(" text")}')) == (
            "3 May text"
        )

    def test_a_table_of_contents_is_left_out_and_reported(self) -> None:
        entry = (
            '<w:hyperlink w:anchor="x">'
            + run("Scope")
            + "<w:r><w:tab/></w:r>"
            + field("PAGEREF x", "4")
            + "</w:hyperlink>"
        )
        begin, _, end = field("TOC \\o", "<w:p/>").partition("<w:p/>")
        read_text = read(paragraph(begin + entry) + paragraph(entry) + paragraph(end) + paragraph("Scope"))

        assert (read_text.text, read_text.left_out) == ("Scope", ("the table of contents",))

    def test_form_fields_show_their_state(self) -> None:
        box = "<w:ffData><w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox></w:ffData>"
        entries = "<w:listEntry w:val='no'/><w:listEntry w:val='yes'/>"
        choice = f"<w:ffData><w:ddList><w:result w:val='1'/>{entries}</w:ddList></w:ffData>"
        body = "".join(
            f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
            for data in (box, choice)
        )

        assert text(paragraph(run("Paid ") + body)) == "Paid ☒yes"


class TestTables:
    def test_merged_cells(self) -> None:
        body = table(
            row("Team", cell("2026", '<w:gridSpan w:val="2"/>'), properties="<w:tblHeader/>"),
            row("Team", "Q1", "Q2", properties="<w:tblHeader/>"),
            row(cell("A", '<w:vMerge w:val="restart"/>'), "1", "2"),
            row(cell("", "<w:vMerge/>"), cell("3", '<w:gridSpan w:val="2"/>')),
        )

        assert text(body).split("\n") == [
            "| Team | 2026 Q1 | 2026 Q2 |",
            "|---|---|---|",
            "| A | 1 | 2 |",
            "| A | 3 |  |",
        ]

    def test_header_rows_are_known_by_the_columns_that_they_group(self) -> None:
        body = table(
            row(cell("Team", '<w:vMerge w:val="restart"/>'), cell("2026", '<w:gridSpan w:val="2"/>')),
            row(cell("", "<w:vMerge/>"), "Q1", "Q2"),
            row("A", "1", "2"),
        )

        assert text(body).split("\n") == ["| Team | 2026 Q1 | 2026 Q2 |", "|---|---|---|", "| A | 1 | 2 |"]

    def test_a_first_row_as_wide_as_the_table_is_its_title(self) -> None:
        body = table(row(cell("Rates", '<w:gridSpan w:val="2"/>')), row("Team", "Q1"), row("A", "1"))

        assert text(body) == "Rates\n\n| Team | Q1 |\n|---|---|\n| A | 1 |"

    def test_rows_that_begin_later_or_end_early(self) -> None:
        body = table(row("a", "b", "c"), row("1", properties='<w:gridBefore w:val="2"/>'), row("2"))

        assert text(body).split("\n")[2:] == ["|  |  | 1 |", "| 2 |  |  |"]

    def test_rows_and_cells_in_content_controls(self) -> None:
        controlled = f"<w:sdt><w:sdtPr/><w:sdtContent>{row('1', '2')}</w:sdtContent></w:sdt>"
        inner = f"<w:tr><w:sdt><w:sdtContent>{cell('3')}</w:sdtContent></w:sdt>{cell('4')}</w:tr>"

        assert text(table(row("a", "b"), controlled, inner)).split("\n")[2:] == ["| 1 | 2 |", "| 3 | 4 |"]

    def test_several_paragraphs_and_a_nested_table_in_a_cell(self) -> None:
        nested = table(row("x", "y"), row("1", "2"))
        body = table(
            row("a", "b", "c"), row("A", cell(paragraph("one") + paragraph("two")), cell(nested + paragraph("")))
        )

        assert text(body).split("\n")[2] == "| A | one two | x · y 1 · 2 |"

    def test_a_table_that_only_places_text_is_read_as_text(self) -> None:
        body = table(row(cell(paragraph("Scope", style="Heading1") + paragraph("All staff."))))

        assert text(body) == "# Scope\n\nAll staff."

    def test_a_table_in_a_table_of_two_columns_stays_a_table(self) -> None:
        body = table(row("Rates", cell(table(row("x", "y"), row("1", "2")) + paragraph(""))))

        assert text(body) == "Rates\n\n| x | y |\n|---|---|\n| 1 | 2 |"


class TestBoxesAndDrawings:
    def box(self, content: str) -> str:
        inner = f"<w:txbxContent>{paragraph(content)}</w:txbxContent>"
        return (
            '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wps:wsp><wps:txbx>'
            f"{inner}</wps:txbx></wps:wsp></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>"
            f"{inner}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )

    def test_a_text_box_is_read_once_after_its_paragraph(self) -> None:
        assert text(paragraph(run("Call ") + self.box("Hotline 4711") + run("us."))) == "Call us.\n\nHotline 4711"

    def test_a_picture_is_reported_and_its_description_read(self) -> None:
        inline = '<wp:inline><wp:docPr id="1" name="Picture 1" descr="{}"/><pic:pic/></wp:inline>'
        picture = f"<w:r><w:drawing>{inline}</w:drawing></w:r>"
        read_text = read(paragraph(picture.format("Plan of floor 2")) + paragraph(picture.format("plan.png")))

        assert (read_text.text, read_text.left_out) == ("[Plan of floor 2]", ("2 pictures",))

    def test_a_chart_is_read_as_a_table_of_its_values(self) -> None:
        def points(name: str, *values: str) -> str:
            cached = (f'<c:pt idx="{index}"><c:v>{value}</c:v></c:pt>' for index, value in enumerate(values))
            return f"<c:{name}><c:strRef><c:strCache>{''.join(cached)}</c:strCache></c:strRef></c:{name}>"

        series = f"<c:ser>{points('tx', '2026')}{points('cat', 'Q1', 'Q2')}{points('val', '5', '7')}</c:ser>"
        title = "<c:title><c:tx><c:rich><a:p><a:r><a:t>Sales</a:t></a:r></a:p></c:rich></c:tx></c:title>"
        chart = (
            f"<c:chartSpace {NAMESPACES}><c:chart>{title}<c:plotArea><c:barChart>{series}</c:barChart></c:plotArea>"
            "</c:chart></c:chartSpace>"
        )
        drawing = '<w:r><w:drawing><wp:inline><c:chart r:id="chart1"/></wp:inline></w:drawing></w:r>'

        assert text(paragraph(drawing), chart1=chart) == "Sales\n\n|  | 2026 |\n|---|---|\n| Q1 | 5 |\n| Q2 | 7 |"

    def test_a_diagram_is_read_and_an_object_reported(self) -> None:
        point = '<dgm:pt modelId="1"><dgm:t><a:p><a:r><a:t>Plan</a:t></a:r></a:p></dgm:t></dgm:pt>'
        points = f'<dgm:ptLst><dgm:pt modelId="0" type="doc"/>{point}</dgm:ptLst>'
        links = '<dgm:cxnLst><dgm:cxn srcId="0" destId="1"/></dgm:cxnLst>'
        data = f"<dgm:dataModel {NAMESPACES}>{points}{links}</dgm:dataModel>"
        drawing = '<w:r><w:drawing><wp:inline><dgm:relIds r:dm="diagramData1"/></wp:inline></w:drawing></w:r>'
        read_text = read(paragraph(drawing + "<w:r><w:object><o:OLEObject/></w:object></w:r>"), diagramData1=data)

        assert (read_text.text, read_text.left_out) == ("- Plan", ("1 embedded object",))

    def test_a_large_initial_is_joined_with_its_word(self) -> None:
        initial = paragraph("O", properties='<w:framePr w:dropCap="drop" w:lines="3"/>')

        assert text(initial + paragraph("nce upon a time")) == "Once upon a time"


class TestLeftOut:
    def test_hidden_text_is_left_out_and_reported_or_read(self) -> None:
        body = paragraph(run("Seen") + run(" unseen", HIDDEN)) + paragraph(run("gone", HIDDEN))

        assert (read(body).text, read(body).left_out) == ("Seen", ("2 passages of hidden text",))
        assert read(body, Parsing(hidden=True)).text == "Seen unseen\n\ngone"

    def test_a_style_hides_and_a_run_shows(self) -> None:
        styles = style("Secret", "Secret", f"<w:rPr>{HIDDEN}</w:rPr>")
        body = paragraph(run("no ") + run("yes", '<w:vanish w:val="0"/>'), style="Secret")

        assert text(body, styles=styles) == "yes"

    def test_comments_are_reported_or_read_after_their_paragraph(self) -> None:
        body = paragraph(run("Meals") + '<w:r><w:commentReference w:id="0"/></w:r>') + paragraph("Next.")
        comments = f'<w:comment w:id="0" w:author="Ines">{paragraph("Really?")}</w:comment>'

        assert (read(body, comments=comments).text, read(body, comments=comments).left_out) == (
            "Meals\n\nNext.", ("1 comment",),
        )  # fmt: skip
        assert (
            read(body, Parsing(comments=True), comments=comments).text == "Meals\n\nComment by Ines: Really?\n\nNext."
        )

    def test_each_header_and_footer_is_read_once_without_page_numbers(self) -> None:
        def section(*references: str) -> str:
            return f"<w:sectPr>{''.join(references)}</w:sectPr>"

        head, other, foot = (
            f'<w:{name[:-1]}Reference w:type="default" r:id="{name}"/>' for name in ("header1", "header2", "footer1")
        )
        pages = paragraph(run("QM-47") + "<w:r><w:tab/></w:r>" + run("Page ") + field("PAGE", "1") + run(" of 9"))
        number = paragraph(run("Page ") + f'<w:fldSimple w:instr="PAGE">{run("3")}</w:fldSimple>')
        body = paragraph("One", properties=section(head, foot)) + paragraph("Two") + section(other, foot)

        assert text(body, header1=pages, header2=pages.replace("47", "48"), footer1=number + paragraph("Acme")) == (
            "QM-47 Page of 9\n\nOne\n\nAcme\n\nQM-48 Page of 9\n\nTwo"
        )

    def test_the_header_of_a_first_page_that_does_not_differ_is_not_displayed(self) -> None:
        first = '<w:sectPr><w:headerReference w:type="first" r:id="header1"/>{}</w:sectPr>'
        body = paragraph("One")

        assert text(body + first.format(""), header1=paragraph("Cover")) == "One"
        assert text(body + first.format("<w:titlePg/>"), header1=paragraph("Cover")) == "Cover\n\nOne"


@pytest.mark.parametrize(
    ("equation", "written"),
    [
        pytest.param("<m:sSup><m:e>{x}</m:e><m:sup>{2}</m:sup></m:sSup>", "x²", id="a power"),
        pytest.param("<m:sSub><m:e>{x}</m:e><m:sub>{max}</m:sub></m:sSub>{t}", "x_max t", id="an index"),
        pytest.param("<m:f><m:num>{a+b}</m:num><m:den>{2}</m:den></m:f>", "(a+b)/2", id="a fraction"),
        pytest.param("<m:rad><m:deg>{3}</m:deg><m:e>{x}</m:e></m:rad>", "3√x", id="a root"),
        pytest.param(
            '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{i=1}</m:sub><m:sup>{n}</m:sup>'
            "<m:e>{i}</m:e></m:nary>",
            "∑_(i=1)^n i",
            id="a sum",
        ),
        pytest.param("<m:d><m:e>{a}</m:e><m:e>{b}</m:e></m:d>", "(a|b)", id="brackets"),
        pytest.param("<m:func><m:fName>{sin}</m:fName><m:e>{x}</m:e></m:func>", "sin x", id="a function"),
        pytest.param(
            "<m:m><m:mr><m:e>{a}</m:e><m:e>{b}</m:e></m:mr><m:mr><m:e>{c}</m:e><m:e>{d}</m:e></m:mr></m:m>",
            "a b; c d",
            id="a matrix",
        ),
    ],
)
def test_an_equation_is_written_in_one_line(equation: str, written: str) -> None:
    runs = equation.replace("{", "<m:r><m:t>").replace("}", "</m:t></m:r>")

    assert text(paragraph(run("so ") + f"<m:oMath>{runs}</m:oMath>")) == f"so {written}"


def test_the_main_part_may_have_any_name_and_the_strict_namespace() -> None:
    strict = "http://purl.oclc.org/ooxml"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = f"{strict}/officeDocument/relationships/officeDocument"
    body = f"<w:body>{paragraph('Hi')}</w:body>"
    files = {
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{kind}" Target="/doc/text2.xml"/>'
        "</Relationships>",
        "doc/text2.xml": f'<w:document xmlns:w="{strict}/wordprocessingml/main">{body}</w:document>',
    }

    assert parse(packed(files), "a.docx").text == "Hi"


@pytest.mark.parametrize("name", ["a.docm", "a.dotx", "a.dotm", "A.DOCX"])
def test_templates_and_documents_with_macros_are_read(name: str) -> None:
    assert parse(word(paragraph("Hi")), name).text == "Hi"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"no ZIP", "it is damaged: it is not a ZIP file, or not all of one", id="no ZIP file"),
        pytest.param(
            packed({"a.txt": "x"}), "it is damaged: it has no part 'word/document.xml'", id="another ZIP file"
        ),
        pytest.param(packed({"word/document.xml": "<a>"}), "it is damaged: its XML is not well-formed", id="torn XML"),
        pytest.param(packed({"word/document.xml": "<a/>"}), "it is not a Word document", id="another XML"),
        pytest.param(packed({"mimetype": "x"}), "it is an OpenDocument or EPUB file", id="OpenDocument"),
        pytest.param(word(paragraph("")), "it contains no text", id="no text"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(content, "a.docx")

    assert caught.value.reason.startswith(reason)
