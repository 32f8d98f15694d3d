"""Markdown stays as written; what is HTML, a reference or an escape in it reads as displayed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parse.text.markdown import read_markdown


@pytest.mark.parametrize(
    ("source", "text"),
    [
        pytest.param("10<sup>6</sup> per m<sup>2</sup>, H<sub>2</sub>O", "10^6 per m², H₂O", id="powers"),
        pytest.param("25<sup>1</sup> days, 2<sup>8</sup>bits", "25[^1] days, 2^8 bits", id="marks of notes"),
        pytest.param("one<br>two<br/>\nthree", "one\ntwo\nthree", id="line breaks"),
        pytest.param("| a<br>b | c |", "| a b | c |", id="a line break in a cell"),
        pytest.param(r"| a \| b | c&#124;d |", r"| a \| b | c\|d |", id="a pipe in a cell"),
        pytest.param(r"a \| b&#124;c", "a | b|c", id="a pipe outside of a table"),
        pytest.param("R&amp;D &gt; 5 &#8364;&nbsp;K&ouml;ln", "R&D > 5 €\u00a0Köln", id="references"),
        pytest.param(r"R\&D \*all\* 1\. \> 5 \_x\_ \[1\]", "R&D *all* 1. > 5 _x_ [1]", id="escapes"),
        pytest.param(r"\\srv\share C:\temp \alpha", r"\\srv\share C:\temp \alpha", id="backslashes of the author"),
        pytest.param(r"\# no heading", r"\# no heading", id="an escape that keeps a line from being a heading"),
        pytest.param("a<b>bol</b>d <kbd>Ctrl</kbd> <a href='x'>link</a>", "abold Ctrl link", id="tags"),
        pytest.param("cp <source> <target> List<String>", "cp <source> <target> List<String>", id="names in brackets"),
        pytest.param("if a<b and c>d", "if a<b and c>d", id="comparisons"),
        pytest.param("<https://x.org/?a=1&amp;b> <me@x.org>", "<https://x.org/?a=1&amp;b> <me@x.org>", id="links"),
        pytest.param("`&amp; <br>` ``a ` &lt;``", "`&amp; <br>` ``a ` &lt;``", id="code in a line"),
        pytest.param("```html\n&amp;<br>\n```\n&amp;", "```html\n&amp;<br>\n```\n&", id="code"),
        pytest.param("- ~~~\n  &amp;\n  ~~~\n&amp;", "- ~~~\n  &amp;\n  ~~~\n&", id="code in a list"),
        pytest.param("```\n&amp;", "```\n&amp;", id="code that does not end"),
        pytest.param("a ` b &amp;\n\nc ` d", "a ` b &\n\nc ` d", id="a single backtick"),
        pytest.param(r"$a_{\*} \& b$ costs \$5 &amp; $6", r"$a_{\*} \& b$ costs \$5 & $6", id="formulas"),
        pytest.param("a <!-- b --> c<!-- d\n# e\n-->", "a  c", id="comments"),
        pytest.param("a <!-- b", "a <!-- b", id="a comment that does not end"),
        pytest.param("<img src=a.png alt='Org &amp; chart'>", "[Org & chart]", id="a picture"),
        pytest.param("<input type='checkbox' checked> a", "[x] a", id="a check box"),
        pytest.param("a <script>x</script><style>y</style>b", "a b", id="scripts"),
        pytest.param("<td>a</td><td>b</td>", "a\nb", id="cells without a table"),
        pytest.param("<em>a</em>\n\n---\n\n![x](y) **z**", "a\n\n---\n\n![x](y) **z**", id="Markdown's own marks"),
    ],
)
def test_what_is_displayed_is_read(source: str, text: str) -> None:
    assert read_markdown(source).text == text


def test_tables_and_lists_of_html_are_those_of_a_page() -> None:
    source = (
        "Costs\n\n<table><tr><th>a &amp; b<th>c<tr><td>1<br>2<td><p>3</p><p>4</p></table>\n\n<ol start=3><li>x</ol>\n"
    )
    parsed = read_markdown(source)

    assert "| a & b | c |\n|---|---|\n| 1 2 | 3 4 |" in parsed.text
    assert "\n3. x\n" in parsed.text
    assert [block.kind for block in parsed.blocks] == ["paragraph", "table", "item"]


def test_headings_of_html_are_headings() -> None:
    parsed = read_markdown("<h2 class='x'>\n  <button>A &amp; b</button>\n</h2>\n\ntext")

    assert [(block.section, parsed.text[block.start : block.end]) for block in parsed.blocks] == [(("A & b",), "text")]


def test_a_list_in_a_cell_stays_in_its_row() -> None:
    assert read_markdown("| a | <ul><li>x</li><li>y</li></ul> |").text == "| a | - x - y |"


def test_preformatted_html_is_code() -> None:
    parsed = read_markdown("<pre>  a &lt; b\n c</pre>")

    assert [(block.kind, parsed.text[block.start : block.end]) for block in parsed.blocks] == [
        ("code", "```\n  a < b\n c\n```")
    ]


def test_deleted_text_is_left_out_and_reported() -> None:
    parsed = read_markdown("10 EUR: <del>old &amp; x</del> <ins>new</ins> <s>a</s>")

    assert (parsed.text, parsed.left_out) == ("10 EUR:  new a", ("1 deletion",))


def test_front_matter_is_not_changed() -> None:
    parsed = read_markdown("---\ntitle: A &amp; B\n---\n# C &amp; D")

    assert (parsed.title, parsed.text) == ("A &amp; B", "---\ntitle: A &amp; B\n---\n# C & D")


@given(st.text("ab &;<>/`~$\\*#|\n!-suptre", max_size=60))
def test_no_text_makes_the_reader_fail(source: str) -> None:
    parsed = read_markdown(source)

    assert all(0 <= block.start < block.end <= len(parsed.text) for block in parsed.blocks)


@given(st.lists(st.text("abcäß012,.€", min_size=1, max_size=6), max_size=12))
def test_plain_words_stay(words: list[str]) -> None:
    assert read_markdown(" ".join(words)).text == " ".join(words)
