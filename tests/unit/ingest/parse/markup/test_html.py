"""HTML pages are read as a browser displays them: nothing glued, nothing hidden, everything else in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Parsing
from ingest.parse.elements import Code, Element, Heading, ListItem, Note, Paragraph, Table
from ingest.parse.markup.html import html_elements, parse_html
from ingest.parse.render import render


def elements(html: str) -> tuple[Element, ...]:
    return html_elements(html).elements


def text(html: str) -> str:
    return render(html_elements(html)).text


@pytest.mark.parametrize(
    ("html", "written"),
    [
        pytest.param("<p>Spend &gt; 5,000 EUR &amp; margin &lt; 12% &#8364;40 K&#xF6;ln</p>", None, id="references"),
        pytest.param("<p>&#128;5 &nbsp;x&copy;</p>", "€5 x©", id="numbers of Windows characters"),
        pytest.param("<p>over<b>time</b>s <i>a</i>b</p>", "overtimes ab", id="inline elements add no blank"),
        pytest.param("<p>a\n  b\t c</p>", "a b c", id="white space collapses"),
        pytest.param("one<div>two</div>three<p>four", "one\n\ntwo\n\nthree\n\nfour", id="blocks are apart"),
        pytest.param("<p>Line one<br>Line two</p>", "Line one\nLine two", id="a line break"),
        pytest.param("one<br><br>two", "one\n\ntwo", id="two line breaks"),
        pytest.param("a</br>b", "a\nb", id="a break that is written as an end"),
        pytest.param("Über&shy;stunden<wbr>konto", "Überstundenkonto", id="places to break"),
        pytest.param("<p>10<sup>6</sup> per 5 m<sup>2</sup>, H<sub>2</sub>O", "10^6 per 5 m², H₂O", id="powers"),
        pytest.param("<p>25<sup>1</sup> days", "25[^1] days", id="a mark without a link"),
        pytest.param("<p>2<sup>1</sup>/<sub>2</sub> days", "2 1/2 days", id="a fraction"),
        pytest.param("<p>x<span style='vertical-align: super'>2</span>", "x²", id="raised by a style"),
        pytest.param("<p>890 N/mm <sup>2</sup>", "890 N/mm ²", id="a power after a blank"),
        pytest.param("<p>x<sub>i</sub><sup>2</sup>", "x_i²", id="an index and a power"),
        pytest.param("<p>100<sup>[1][2]</sup> days", "100[^1][^2] days", id="two marks"),
        pytest.param("<p>SO<sub>4</sub><sup>2-</sup>", "SO₄²⁻", id="an ion"),
        pytest.param("<label><input type=checkbox checked>done</label>", "[x] done", id="a check box"),
        pytest.param("<label><input type=radio>no</label>", "[ ] no", id="an option that is not chosen"),
        pytest.param("Name <input value='Ann'>!", "Name Ann !", id="a field"),
        pytest.param("<textarea>a &lt; b</textarea>", "a < b", id="a text area"),
        pytest.param("a<button>Send</button>b", "a Send b", id="a button"),
        pytest.param("<p>She said <q>no <q>never</q></q>", "She said “no ‘never’”", id="quotes"),
        pytest.param("<html lang=de><p><q>nein</q>", "„nein“", id="German quotes"),
        pytest.param("<p><abbr title='Personal Data'>PD</abbr> <kbd>Ctrl</kbd>", "PD Ctrl", id="abbreviations, keys"),
        pytest.param("<p>A<img alt='Org chart' src=x>B<img alt=''>C", "A [Org chart] B C", id="pictures"),
        pytest.param("<p><img alt='IMG_1.png'>x", "x", id="a file name says nothing"),
        pytest.param("<details><summary>More</summary>inside</details>", "More\n\ninside", id="closed details"),
        pytest.param("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "漢(kan)", id="readings of characters"),
        pytest.param("<svg><title>no</title><text>Axis</text></svg>x", "Axis\n\nx", id="text of a drawing"),
        pytest.param(
            "<p><math><mfrac><mi>a</mi><msup><mi>b</mi><mn>2</mn></msup></mfrac></math>", "a/(b^2)", id="MathML"
        ),
        pytest.param("<p>a<style>p{}</style><script>x</script><!-- c --><template>t</template>b", "ab", id="unseen"),
        pytest.param("<fieldset><legend>Data</legend>x</fieldset>", "Data\n\nx", id="a legend"),
        pytest.param("<p style='white-space:pre-wrap'>a\nb</p>", "a\nb", id="line ends that a style keeps"),
        pytest.param("<figure><img><figcaption>Fig. 1</figcaption></figure>x", "Fig. 1\n\nx", id="a caption"),
        pytest.param("<blockquote><p>a</p><p>b</p></blockquote>", "a\n\nb", id="a quotation"),
    ],
)
def test_a_page_reads_as_it_is_displayed(html: str, written: str | None) -> None:
    assert text(html) == (written or "Spend > 5,000 EUR & margin < 12% €40 Köln")


HIDDEN = "1 passage of hidden text"


@pytest.mark.parametrize(
    ("html", "left_out"),
    [
        pytest.param("<p>x <del>old</del><del>older</del> y", "2 deletions", id="deleted"),
        pytest.param("<p>x <b style='color:red; DISPLAY: none'>old</b> y", HIDDEN, id="not displayed"),
        pytest.param("<p>x <b hidden>old</b> y", HIDDEN, id="hidden"),
        pytest.param("<p>x <b style='visibility:hidden'>old</b> y", HIDDEN, id="invisible"),
        pytest.param("<style>.h{display:none}</style><p>x <b class='a h'>old</b> y", HIDDEN, id="by class"),
        pytest.param("<p>x y<dialog>old</dialog>", HIDDEN, id="a closed dialog"),
        pytest.param("<nav>old</nav><p>x y", "the navigation", id="navigation"),
        pytest.param("<p>x <iframe src=a>old</iframe> y", "1 embedded object", id="a page in the page"),
        pytest.param("<p>x<select><option>old<option selected>y</select>", "1 unselected option", id="an option"),
    ],
)
def test_what_is_left_out_is_reported(html: str, left_out: str) -> None:
    read = html_elements(html)

    assert read.elements == (Paragraph("x y"),)
    assert read.left_out == (left_out,)


def test_struck_through_text_is_read_as_it_is_displayed() -> None:
    read = html_elements("<p>x <s>a</s> <strike>b</strike> <span style='text-decoration:line-through'>c</span></p>")

    assert (read.elements, read.left_out) == ((Paragraph("x a b c"),), ())


def test_a_class_that_another_rule_shows_is_read() -> None:
    style = "<style>.t{display:none} .t.open{display:block} @media print{.p{display:none}}</style>"

    assert text(f"{style}<p class='t open'>tab</p><p class=p>all</p>") == "tab\n\nall"


@pytest.mark.parametrize(
    "style",
    [
        "<style media=print>.h{display:none}</style>",
        "<style>.h{display:none} @media (min-width: 600px){.h{display:block}}</style>",
        "<style>.h{display:none}</style><style media='(min-width: 1px)'>.h{display:flex}</style>",
        "<style>.menu .h{display:none}</style>",
    ],
)
def test_what_some_screens_show_is_read(style: str) -> None:
    assert text(f"{style}<p class=h>x") == "x"


def test_a_page_of_navigation_alone_is_read() -> None:
    assert text("<nav><a href=a>Leave</a></nav>") == "Leave"


def test_headings_have_levels_and_lose_the_links_to_themselves() -> None:
    page = (
        "<h1>A <b>b</b></h1><h3>C<a href='#c'>¶</a></h3><div role=heading aria-level=2>D</div><h2><p>E</p><p>F</p></h2>"
    )

    assert elements(page) == (Heading("A b", 1), Heading("C", 3), Heading("D", 2), Heading("E\nF", 2))


def test_list_items_have_the_numbers_that_are_displayed() -> None:
    page = """<ol start=3><li>c<ul><li>x<li>y</ul>after</li><li value=7>g<li><p>h</p><p>i</p></ol>
    <ol type=a><li>one<li>two</ol><ol reversed><li>2<li>1</ol><ol style="list-style: upper-roman"><li>I</ol>
    <ol type=a start=27><li>aa</ol>"""

    assert elements(page) == (
        ListItem("c", "3.", 0),
        ListItem("x", "-", 1),
        ListItem("y", "-", 1),
        Paragraph("after"),
        ListItem("g", "7.", 0),
        ListItem("h\ni", "8.", 0),
        ListItem("one", "a.", 0),
        ListItem("two", "b.", 0),
        ListItem("2", "2.", 0),
        ListItem("1", "1.", 0),
        ListItem("I", "I.", 0),
        ListItem("aa", "aa.", 0),
    )


def test_the_number_of_an_item_belongs_to_the_heading_in_it() -> None:
    page = "<ol><li><h3>Install</h3><p>Run it.</p></li></ol><ul><li><h3>Card</h3>x</ul>"

    assert elements(page) == (Heading("1. Install", 3), Paragraph("Run it."), Heading("Card", 3), Paragraph("x"))


def test_a_term_and_its_definitions_are_one_paragraph() -> None:
    assert elements("<dl><dt>a<dt>b<dd>c<dd>d<dt>e<dd><p>f</p><p>g</p></dl>") == (
        Paragraph("a\nb\nc\nd"),
        Paragraph("e\nf\ng"),
    )


def test_preformatted_text_keeps_its_lines_and_indentation() -> None:
    assert elements("<pre>  a &lt; b\n    c<br>d<button>Copy</button></pre>") == (Code("  a < b\n    c\nd"),)


def table(html: str) -> Table:
    (found,) = (element for element in elements(html) if isinstance(element, Table))
    return found


def test_merged_cells_repeat_downwards_and_are_empty_to_the_right() -> None:
    page = """<table><thead><tr><th rowspan=2>Team<th colspan=2>2025</tr><tr><th>Q1<th>Q2</tr></thead>
    <tr><td rowspan=2>A<td>1<td>2<tr><td colspan=2>3</table>"""

    assert table(page) == Table(
        (("Team", "2025", None), ("Team", "Q1", "Q2"), ("A", "1", "2"), ("A", "3", None)), header_rows=2
    )


@pytest.mark.parametrize(
    ("html", "header_rows"),
    [
        pytest.param("<tr><th>a<th>b<tr><td>1<td>2", 1, id="header cells"),
        pytest.param("<tr><td><th>b<tr><th>1<td>2", 1, id="an empty corner"),
        pytest.param("<tr><th>a<td>1<tr><th>b<td>2", 0, id="header cells at the side"),
        pytest.param("<tr><td><b>a</b><td><p><b>b</b><tr><td>1<td>2", 1, id="bold cells"),
        pytest.param("<tr><td>a<td>1<tr><td>b<td>2", 0, id="no header"),
        pytest.param("<tr><td>a<td>b<td>c<tr><td>d<td>1<td>2", 1, id="words over figures"),
        pytest.param("<tr><td>a<td>b<td>c<tr><td>d<td>e<td>f", 0, id="words over words"),
    ],
)
def test_the_header_of_a_table_is_what_the_page_marks_as_one(html: str, header_rows: int) -> None:
    assert table(f"<table>{html}</table>").header_rows == header_rows


def test_the_foot_of_a_table_is_displayed_last_and_the_caption_before_it() -> None:
    page = "<table><caption>Costs</caption><tfoot><tr><td>sum<td>3</tfoot><tbody><tr><td>a<td>3</table>"

    assert elements(page) == (Paragraph("Costs"), Table((("a", "3"), ("sum", "3")), 0))


def test_blocks_in_a_cell_are_apart() -> None:
    page = """<table><tr><th>a<th>b<tr><td><p>Early</p><p>06:00</p><td>Ida<br>Tom | Ben
    <tr><td><ol><li>x<li>y</ol><td>p<table border=1><tr><td>q<td>r<tr><td>s</table></table>"""

    assert text(page).splitlines()[2:] == ["| Early 06:00 | Ida Tom | Ben |", "| 1. x 2. y | p q · r s |"]


def test_a_table_that_only_places_parts_of_the_page_is_none() -> None:
    data = "<table><tr><td>k<td>v</table>"
    page = f"<table role=presentation><tr><td>Menu<td><h1>T</h1>{data}</table><table><tr><td>z</table>"

    assert elements(page) == (Paragraph("Menu"), Heading("T"), Table((("k", "v"),), 0), Paragraph("z"))


@pytest.mark.parametrize(
    ("reference", "note"),
    [
        pytest.param("<sup><a href='#n1' id=r1>1</a></sup>", "<ol><li id=n1>Pro rata.</li></ol>", id="an item"),
        pytest.param(
            "<a class=footnote-ref href='#fn1' id=fnref1 role=doc-noteref><sup>1</sup></a>",
            "<section><hr><ol><li id=fn1><p>Pro rata.<a href='#fnref1' role=doc-backlink>↩︎</a></p></li></ol></section>",
            id="pandoc",
        ),
        pytest.param(
            "<sup class=reference id=cite_ref-1><a href='#cite_note-1'><span>[</span>1<span>]</span></a></sup>",
            "<ol><li id=cite_note-1><span class=mw-cite-backlink><b><a href='#cite_ref-1'>^</a></b></span> "
            "<span>Pro rata.</span></li></ol>",
            id="MediaWiki",
        ),
        pytest.param(
            "<a href='#_ftn1' name=_ftnref1>[1]</a>",
            "<div id=ftn1><p><a href='#_ftnref1' name=_ftn1>[1]</a> Pro rata.</p></div>",
            id="Word",
        ),
        pytest.param(
            "<a class=sdfootnoteanc name=sdfootnote1anc href='#sdfootnote1sym'><sup>1</sup></a>",
            "<div id=sdfootnote1><p><a class=sdfootnotesym name=sdfootnote1sym href='#sdfootnote1anc'>1</a>"
            "Pro rata.</div>",
            id="LibreOffice",
        ),
        pytest.param(
            "<a class='brackets' href='#id2' id=id1 role=doc-noteref><span>[</span>1<span>]</span></a>",
            "<dl class=footnote><dt class=label id=id2><a class=fn-backref href='#id1'>1</a></dt>"
            "<dd><p>Pro rata.</p></dd></dl>",
            id="docutils",
        ),
        pytest.param("<sup>[<a href='#x'>1</a>]</sup>", "<p id=x><sup>1</sup> Pro rata.</p>", id="raised brackets"),
    ],
)
def test_a_note_follows_the_paragraph_that_refers_to_it(reference: str, note: str) -> None:
    page = f"<p>25 days{reference} a year.</p><p>More.</p>{note}<p>End.</p>"

    assert elements(page) == (
        Paragraph("25 days[^1] a year."),
        Note("1", "Pro rata."),
        Paragraph("More."),
        Paragraph("End."),
    )


def test_notes_of_cells_follow_the_table_and_a_note_is_read_once() -> None:
    page = (
        "<table border=1><tr><td>a<sup><a href='#f'>*</a></sup><td>b<sup><a href='#f'>*</a></sup></table><p id=f>* Net."
    )

    assert elements(page) == (Table((("a[^*]", "b[^*]"),), 0), Note("*", "Net."))


def test_a_note_that_only_deleted_text_refers_to_is_kept() -> None:
    assert elements("<p>a<del>b<sup><a href='#n'>1</a></sup></del><ol><li id=n>N.</ol>") == (
        Paragraph("a"),
        Note("1", "N."),
    )


def test_links_within_a_page_are_text() -> None:
    assert text("<p>See <a href='#s'>section 2</a> and <a href='#top'>1</a>.</p><h2 id=s>S</h2><p id=top>x") == (
        "See section 2 and 1.\n\n## S\n\nx"
    )


def test_the_title_is_that_of_the_head() -> None:
    assert html_elements("<title>A &amp; B</title><svg><title>no</title></svg><p>x").title == "A & B"


def test_xhtml_may_close_elements_at_once_and_have_sections_of_characters() -> None:
    head = b"<?xml version='1.0'?><html><head><title/><script src='a'/></head>"
    page = head + b"<body><p/><p>a<a id='x'/>b<![CDATA[ <c> ]]></p></body></html>"

    assert parse_html(page, Parsing()).elements == (Paragraph("ab <c>"),)


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "sup", "blockquote", "q"])
def test_deep_nesting_is_read(tag: str) -> None:
    assert "deep" in text(f"<{tag}>" * 1500 + "deep")


WORD = st.text("abcdefghijklmnopqrstuvwxyzäöß&<>", min_size=1, max_size=6)
INLINE = st.sampled_from(["b", "i", "span", "a", "code", "u", "em", "ins", "font", "kbd"])
BLOCK = st.sampled_from(["p", "div", "li", "blockquote", "section", "h2", "dd", "td"])


def escaped(word: str) -> str:
    return word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@given(st.lists(st.lists(st.tuples(INLINE, WORD), min_size=1, max_size=4), min_size=1, max_size=6))
def test_inline_elements_never_divide_a_word(words: list[list[tuple[str, str]]]) -> None:
    page = " ".join("".join(f"<{tag}>{escaped(part)}</{tag}>" for tag, part in word) for word in words)

    assert text(f"<p>{page}</p>").split() == ["".join(part for _, part in word) for word in words]


NESTED = st.recursive(
    st.tuples(st.none(), WORD), lambda inner: st.tuples(BLOCK, st.lists(inner, min_size=1, max_size=3)), max_leaves=12
)


@given(st.lists(NESTED, min_size=1, max_size=4))
def test_blocks_never_join_words_and_lose_none(parts: list[tuple[str | None, object]]) -> None:
    words: list[str] = []

    def written(part: tuple[str | None, object]) -> str:
        tag, content = part
        if tag is None:
            words.append(f"w{len(words)}")
            return f"<p>{words[-1]}</p>"
        assert isinstance(content, list)
        inside = "".join(map(written, content))
        return f"<table border=1><tr><td>{inside}</table>" if tag == "td" else f"<{tag}>{inside}</{tag}>"

    page = "".join(map(written, parts))

    assert [word for word in text(page).split() if word.startswith("w")] == words
