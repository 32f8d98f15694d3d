"""An RTF file is read as a word processor displays it."""

from __future__ import annotations

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse import parse
from ingest.parse.parsed import ParsedText

FONTS = (
    r"{\fonttbl{\f0\froman\fcharset0 Times;}{\f1\fcharset204 Times Cyr;}{\f2\fcharset2 Symbol;}"
    r"{\f3\fcharset128 Mincho;}}"
)
STYLES = r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 \'dcberschrift 1;}{\s2 heading 2;}{\s3 Title;}{\*\cs9 Link;}}"


def read(body: str, parsing: Parsing | None = None) -> ParsedText:
    content = rf"{{\rtf1\ansi\ansicpg1252\deff0{FONTS}{STYLES} {body}}}"
    return parse(content.encode("latin-1"), "a.rtf", parsing)


def text(body: str) -> str:
    return read(body).text


@pytest.mark.parametrize(
    ("body", "written"),
    [
        pytest.param(r"R&D > 5 \{a\} \\b *c_d* | # e", r"R&D > 5 {a} \b *c_d* | # e", id="signs"),
        pytest.param(r"K\'f6ln \'80 5", "Köln € 5", id="bytes of the code page"),
        pytest.param("K\xf6ln", "Köln", id="bytes that are not escaped"),
        pytest.param(r"{\f1 \'cc\'e8\'f0} \'cc", "Мир Ì", id="the code page of the font"),
        pytest.param(r"{\f3 \'93\'fa\'96\'7b\'83A}", "日本ア", id="characters of two bytes, one not escaped"),
        pytest.param(r"\u1052?\u1080\'3f\uc0\u1088 \uc2\u36817\'8b\'df.", "Мир近.", id="Unicode with its stand-ins"),
        pytest.param(r"a\u-10179?\u-8704? \u55357 ?\u56832?", "a😀 😀", id="characters beyond U+FFFF"),
        pytest.param(r"{\f2\'b3} 5 {\f2 a}\u61619?", "≥ 5 α≥", id="a symbol font"),
        pytest.param(
            r"a\tab b\line c\_d\~e soft\-ware\emdash f\rquote s", "a b\nc-d e software—f’s", id="control words"
        ),
        pytest.param("10{\\super 6} H{\\sub 2}O 25{\\super 1\\nosupersub  x}\n y", "10^6 H₂O 25[^1] x y", id="raised"),
        pytest.param("one\\\ntwo\\par three\\sect four", "one\n\ntwo\n\nthree\n\nfour", id="ends of paragraphs"),
        pytest.param(r"a{\*\unknown b{c}}{\*\generator x;}{\colortbl;\red0;}d", "ad", id="unknown groups"),
        pytest.param(r"a{\upr{b?}{\*\ud{\u1073?}}}c", "aбc", id="the Unicode form of a group"),
        pytest.param("a\\bin4 {{{}b", "ab", id="binary data"),
        pytest.param(r"by {\field{\*\fldinst DATE}{\fldrslt 3 May}}.", "by 3 May.", id="the result of a field"),
        pytest.param(r'{\field{\*\fldinst SYMBOL 97 \\f "Symbol"}{\fldrslt x}}', "α", id="a symbol in a field"),
        pytest.param(
            r"{\field{\*\fldinst{FORMCHECKBOX {\*\formfield{\fftype1\ffres25\ffdefres1}}}}{\fldrslt}} paid",
            "☒ paid",
            id="a box in a form",
        ),
    ],
)
def test_text_is_that_of_the_author(body: str, written: str) -> None:
    assert text(body) == written


def test_headings_come_from_styles_and_outline_levels() -> None:
    body = r"\pard\s1 A\par\pard\s2 B\par\pard\outlinelevel2 C\par\pard\s3 D\par\pard\outlinelevel9\s1 E\par"

    assert text(body) == "# A\n\n## B\n\n### C\n\n# D\n\nE"


def test_the_title_is_that_of_the_file() -> None:
    assert read(r"{\info{\title R\'fccken}{\author Ines}}Text").title == "Rücken"
    assert text(r"{\info{\title Leave}{\author Ines}}Text") == "Text"


def test_list_numbers_are_those_that_are_displayed() -> None:
    body = r"{\listtext\tab 2.1\tab}\pard\ls1\ilvl1 a\par {\listtext{\f2\'b7}\tab}\pard\ls2\ilvl0 b\par"
    body += r"{\pntext\pard 3)\tab}\pard c\par"

    assert text(body) == "  2.1 a\n- b\n3) c"


def test_notes_follow_their_paragraph_with_the_mark_of_their_reference() -> None:
    body = r"\ftnnar\aftnnrlc Take 25{\super\chftn{\footnote\pard\plain{\super\chftn} Pro rata.}} days"
    body += r"{\super\chftn{\*\footnote\ftnalt\chftn\pard End.}}{\super *{\footnote * Star.}}\par Next"

    assert text(body) == ("Take 25[^1] days[^i][^*]\n\n[^1]: Pro rata.\n\n[^i]: End.\n\n[^*]: Star.\n\nNext")


def test_the_accepted_state_is_read() -> None:
    assert text(r"{\revised new} {\deleted old}{\mvf moved} text{\deleted \par} joined") == "new text joined"


def test_hidden_text_and_comments_are_reported_or_read() -> None:
    body = r"Seen{\v  unseen}{\*\atnid I}{\*\atnauthor Ines}\chatn{\*\annotation\pard\plain Really?}\par Next"

    assert (read(body).text, read(body).left_out) == ("Seen\n\nNext", ("1 comment", "1 passage of hidden text"))
    assert read(body, Parsing(hidden=True, comments=True)).text == ("Seen unseen\n\nComment by Ines: Really?\n\nNext")


def test_headers_and_footers_are_read_once_without_page_numbers() -> None:
    footer = r"{\footer Page {\field{\*\fldinst PAGE}{\fldrslt 3}} of \chpgn\par Acme\par}"
    running = r"{\header QM-47\tab Page \chpgn\par}" + footer

    assert text(rf"{running}One\par\sect{running}Two") == "QM-47\n\nOne\n\nTwo\n\nAcme"


def test_text_boxes_are_read_once_and_pictures_reported() -> None:
    box = r"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt Box\par}}{\shprslt{\*\do{\dptxbxtext Box\par}}}}"
    picture = r"{\*\shppict{\pict\pngblip 8950}}{\nonshppict{\pict 00}}"
    read_text = read(rf"Call {box}us{picture}{{\object{{\*\objdata 01}}{{\result{{\pict 00}}}}}}\par")

    assert (read_text.text, read_text.left_out) == ("Call us\n\nBox", ("1 picture", "1 embedded object"))


def test_a_table_of_contents_is_left_out_and_reported() -> None:
    read_text = read(r"{\field{\*\fldinst TOC \\o}{\fldrslt Scope\tab 4\par Pay\tab 5}}\par Scope\par")

    assert (read_text.text, read_text.left_out) == ("Scope", ("the table of contents",))


class TestTables:
    ROW = r"\trowd\cellx1000\cellx2000\cellx3000 "

    def test_rows_and_cells(self) -> None:
        body = self.ROW + r"\pard\intbl Team\cell Q1\cell Q2\cell\row "
        body += self.ROW + r"\pard\intbl A\par B\cell 1\cell\cell\row\pard after"

        assert text(body) == "| Team | Q1 | Q2 |\n|---|---|---|\n| A B | 1 |  |\n\nafter"

    def test_cells_cover_the_columns_between_their_edges(self) -> None:
        body = r"\trowd\trhdr\clvmgf\cellx1000\cellx3010 \pard\intbl Team\cell 2026\cell\row "
        body += r"\trowd\trhdr\clvmrg\cellx1000\cellx2000\cellx3000 \pard\intbl\cell Q1\cell Q2\cell\row "
        body += self.ROW + r"\pard\intbl A\cell 1\cell 2\cell\row"

        assert text(body) == "| Team | 2026 Q1 | 2026 Q2 |\n|---|---|---|\n| A | 1 | 2 |"

    def test_a_nested_table_is_in_its_cell(self) -> None:
        inner = r"\pard\intbl\itap2 x\nestcell y\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}"
        body = self.ROW + r"\pard\intbl a\cell b\cell c\cell\row " + self.ROW
        body += rf"\pard\intbl 1\cell 2\cell {inner}{{\nonesttables\par}}\pard\intbl 3\cell\row"

        assert text(body).split("\n")[2] == "| 1 | 2 | x · y 3 |"

    def test_a_table_of_one_column_is_text_and_notes_follow_a_table(self) -> None:
        body = r"\trowd\cellx9000\pard\intbl\s2 Scope\par\pard\intbl All.\cell\row\pard between\par "
        note = r"{\super\chftn{\footnote Pro rata.}}"
        body += self.ROW + rf"\pard\intbl a\cell b\cell c\cell\row\pard\intbl 25{note}\cell 2\cell 3\cell\row"

        assert text(body).startswith("## Scope\n\nAll.\n\nbetween\n\n| a |")
        assert text(body).endswith("| 25[^1] | 2 | 3 |\n\n[^1]: Pro rata.")


def test_a_file_that_is_cut_off_is_read_and_reported() -> None:
    parsed = parse(rb"{\rtf1 One\par {\b Two", "a.rtf")

    assert (parsed.text, parsed.left_out) == ("One\n\nTwo", ("the end of the file, which is cut off",))


@pytest.mark.parametrize("content", [b"plain text", b"<html>", b"PK\x03\x04"])
def test_what_is_no_rtf_is_refused(content: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(content, "a.rtf")

    assert caught.value.reason == "it is not an RTF file, although its name ends like that of one"


@pytest.mark.parametrize("content", [rb"{\rtf1 {}}", rb"{\rtf1 }}}}{", rb"{\rtf1 \trowd\row\cell\nestrow}"])
def test_files_without_text_contain_none(content: bytes) -> None:
    with pytest.raises(DocumentError, match="it contains no text"):
        parse(content, "a.rtf")
