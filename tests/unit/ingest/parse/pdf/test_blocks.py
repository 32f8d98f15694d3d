"""Lines become paragraphs, headings and list items where the page shows it."""

from __future__ import annotations

from ingest.parse.pdf.blocks import Block, Style, blocks_of, heading_levels, level_of, styles_of
from ingest.parse.pdf.lines import lines_of
from testing.pages import lines, words

TEXT = """
Annual leave is thirty days for all of us here
and it can be taken from the first day on. Ask
your manager four weeks before.
""".strip()
BODY = Style(10.0, False)


def kinds(blocks: list[Block]) -> list[str]:
    return [block.kind for block in blocks]


def texts(blocks: list[Block]) -> list[str]:
    return [" ".join(block.texts) for block in blocks]


def test_lines_with_the_usual_distance_are_a_paragraph() -> None:
    blocks = blocks_of(lines(f"{TEXT}\n\n{TEXT}"), BODY)

    assert [len(block.lines) for block in blocks] == [3, 3]


def test_an_indented_first_line_begins_a_paragraph() -> None:
    blocks = blocks_of(
        lines(f"{TEXT}\n   Sick leave is paid for six weeks by the firm,\nand after that by the health fund of yours."),
        BODY,
    )

    assert [len(block.lines) for block in blocks] == [3, 2]


def test_a_line_that_ends_early_keeps_its_end() -> None:
    (block,) = blocks_of(
        lines("Example Ltd\nMain street 1\nBerlin\nThis line is as wide as the column is, more or less."), BODY
    )

    assert block.ends == [True, True, True]


def test_a_larger_line_is_a_heading() -> None:
    drawn = [*words("Annual leave", size=16), *words(TEXT, top=30)]

    assert kinds(blocks_of(lines_of(drawn), BODY)) == ["heading", "text"]


def test_a_bold_line_alone_is_a_heading() -> None:
    drawn = [*words("Annual leave", bold=True), *words(TEXT, top=12)]

    assert kinds(blocks_of(lines_of(drawn), BODY)) == ["heading", "text"]


def test_a_bold_sentence_is_none() -> None:
    drawn = [*words("Ask first.", bold=True), *words(TEXT, top=12)]

    assert kinds(blocks_of(lines_of(drawn), BODY)) == ["text", "text"]


def test_bullets_and_numbers_begin_items() -> None:
    blocks = blocks_of(lines("• the first item\n• the second one\n1. the third\n2. the fourth"), BODY)

    assert [(block.mark, *block.texts) for block in blocks] == [
        ("•", "the first item"),
        ("•", "the second one"),
        ("1.", "the third"),
        ("2.", "the fourth"),
    ]


def test_an_item_goes_on_below_its_text() -> None:
    (first, second) = blocks_of(
        lines("1. the first item is long and goes on in the\n   next line\n2. the second"), BODY
    )

    assert first.texts == ["the first item is long and goes on in the", "next line"]
    assert second.mark == "2."


def test_a_number_at_the_beginning_of_a_wrapped_line_is_no_mark() -> None:
    (block,) = blocks_of(
        lines(
            "Annual leave was changed for all of us in May\n12. The rule before it was another one, with\nfewer days."
        ),
        BODY,
    )

    assert block.kind == "text"


def test_levels_follow_sizes_and_numbers() -> None:
    drawn = [
        *words("Rules", size=20),
        *words("2.1 Leave", size=13, top=40),
        *words("Ask", size=13, top=70),
        *words(TEXT, top=100),
    ]
    blocks = blocks_of(lines_of(drawn), BODY)
    sizes = heading_levels(blocks)

    assert [level_of(block, sizes) for block in blocks if block.kind == "heading"] == [1, 3, 2]


def test_the_style_is_that_of_most_letters_and_a_page_may_have_its_own_scale() -> None:
    usual, scaled = lines("\n".join([TEXT] * 8)), lines_of(words("\n".join([TEXT] * 8), size=8))

    assert styles_of([usual, usual, scaled, []]) == [BODY, BODY, Style(8.0, False), BODY]
