"""Elements become text that shows the author's characters, with blocks that say what each part is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.parse.elements import (
    Code,
    Element,
    Heading,
    ListItem,
    Note,
    PageStart,
    Paragraph,
    ParsedElements,
    Table,
)
from ingest.parse.parsed import ParsedText
from ingest.parse.render import render


def rendered(*elements: Element) -> ParsedText:
    return render(ParsedElements(elements))


def test_headings_are_the_section_of_what_follows() -> None:
    parsed = rendered(Heading("Leave"), Paragraph("a"), Heading("Norway", 2), Paragraph("b"), Heading("Pay"), Code("c"))

    assert parsed.text == "# Leave\n\na\n\n## Norway\n\nb\n\n# Pay\n\n```\nc\n```"
    assert [(block.kind, block.section) for block in parsed.blocks] == [
        ("paragraph", ("Leave",)),
        ("paragraph", ("Leave", "Norway")),
        ("code", ("Pay",)),
    ]


def test_nothing_is_escaped_and_nothing_is_taken_for_markup() -> None:
    parsed = rendered(Paragraph("# R&D *costs* > 5_000 | <b>"))

    (block,) = parsed.blocks
    assert parsed.text[block.start : block.end] == "# R&D *costs* > 5_000 | <b>"
    assert (block.kind, block.section) == ("paragraph", ())


def test_list_items_have_their_marks_as_displayed() -> None:
    parsed = rendered(
        Paragraph("Steps"), ListItem("Turn", "2."), ListItem("off\nwait", "2.1", 1), ListItem("", "2.2", 1)
    )

    assert parsed.text == "Steps\n\n2. Turn\n  2.1 off\n    wait"
    assert [block.kind for block in parsed.blocks] == ["paragraph", "item", "item"]


def test_two_header_rows_name_each_column_once() -> None:
    parsed = rendered(Table((("Team", "2025", None, "2026"), ("Team", "Q1", "Q2", ""), ("A", "1", "2", "3")), 2))

    assert parsed.text == "| Team | 2025 Q1 | 2025 Q2 | 2026 |\n|---|---|---|---|\n| A | 1 | 2 | 3 |"
    (block,) = parsed.blocks
    assert (block.lead, parsed.text[block.start : block.end]) == (
        "| Team | 2025 Q1 | 2025 Q2 | 2026 |\n|---|---|---|---|",
        "| A | 1 | 2 | 3 |",
    )


def test_a_table_without_header_has_no_lead_and_loses_no_row() -> None:
    parsed = rendered(Table((("Days", "27"), ("", ""), ("Hours", "40\nor 38")), header_rows=0))

    assert parsed.text.splitlines()[2:] == ["| Days | 27 |", "| Hours | 40 or 38 |"]
    assert [block.lead for block in parsed.blocks] == [""]


def test_empty_rows_columns_and_elements_leave_no_trace() -> None:
    table = Table((("a", "", None, "b"), ("", "", "", ""), ("1", " ", "", "2")))

    assert rendered(Heading(" "), Paragraph("\n"), Table(((),)), Code(" "), table).text == (
        "| a | b |\n|---|---|\n| 1 | 2 |"
    )


def test_a_note_has_the_mark_of_its_reference() -> None:
    assert rendered(Paragraph("25[^1] days"), Note("1", "Pro rata.")).text == "25[^1] days\n\n[^1]: Pro rata."


def test_a_page_without_text_begins_where_the_next_one_does() -> None:
    parsed = rendered(PageStart(1), Paragraph("one"), PageStart(3), Paragraph("three"), PageStart(4))

    assert parsed.page_starts == (0, 5, 5, 10)


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zs", "Zl", "Zp"]), min_size=1, max_size=8)
CELL = st.one_of(st.none(), TEXT)
ELEMENT = st.one_of(
    st.builds(Heading, TEXT, st.integers(0, 9)),
    st.builds(Paragraph, TEXT),
    st.builds(ListItem, TEXT, st.sampled_from(["-", "1.", "2.1"]), st.integers(0, 3)),
    st.builds(Table, st.lists(st.lists(CELL, max_size=4).map(tuple), max_size=4).map(tuple), st.integers(0, 3)),
    st.builds(Code, TEXT),
    st.builds(Note, TEXT, TEXT),
)


@given(st.lists(ELEMENT, max_size=8))
def test_every_word_is_in_the_text_and_blocks_are_in_order_and_apart(elements: list[Element]) -> None:
    parsed = rendered(*elements)

    for element in elements:
        match element:
            case Table(rows):
                assert all(cell in parsed.text for row in rows for cell in row if cell)
            case Heading(text) | Paragraph(text) | ListItem(text) | Code(text) | Note(_, text):
                assert text in parsed.text
    ends = [0] + [block.end for block in parsed.blocks]
    assert all(end <= block.start < block.end for end, block in zip(ends, parsed.blocks, strict=False))
