"""What is repeated at the edges of pages is kept once, numbers of pages are dropped."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.parse.pdf.geometry import Box
from ingest.parse.pdf.lines import Line, lines_of
from ingest.parse.pdf.margins import find_margins
from testing.pages import words

PAGE = Box(0, 0, 500, 700)


def page(header: str, body: str, footer: str) -> tuple[list[Line], Box]:
    return lines_of([*words(header), *words(body, top=100), *words(footer, top=660)]), PAGE


def kept(pages: Sequence[tuple[list[Line], Box]]) -> list[list[str]]:
    margins = find_margins(pages)
    return [
        [line.text for at, line in enumerate(lines) if at not in margins.lines.get(number, ())]
        for number, (lines, _) in enumerate(pages)
    ]


BODIES = ["Leave is thirty days.", "Sick leave is paid.", "Ask before you go.", "Call in when ill."]


def test_a_running_header_is_kept_once_and_reported() -> None:
    pages = [page("House rules", body, str(number)) for number, body in enumerate(BODIES, 1)]

    assert kept(pages) == [["House rules", BODIES[0]], *([body] for body in BODIES[1:])]
    assert find_margins(pages).left_out == ("the repeated line 'House rules' on 3 pages",)


def test_a_footer_with_the_page_number_in_it_is_one_footer() -> None:
    pages = [page("", body, f"Example Ltd | 10-Q | Page {number} of 4") for number, body in enumerate(BODIES, 1)]

    assert [len(lines) for lines in kept(pages)] == [2, 1, 1, 1]


def test_headers_of_left_and_right_pages_are_recognised() -> None:
    pages = [
        page("Left title" if number % 2 else "Right title", BODIES[number % 4] + f" {number}", "")
        for number in range(8)
    ]

    assert sum(len(lines) for lines in kept(pages)) == 8 + 2


def test_a_total_below_each_table_stays() -> None:
    pages = [page("", body, f"Total {amount}") for body, amount in zip(BODIES, (12, 40, 7, 90), strict=True)]

    assert all(len(lines) == 2 for lines in kept(pages))


def test_a_line_within_the_text_stays() -> None:
    pages = [(lines_of(words(f"Same first line\n{body}", top=30)), PAGE) for body in BODIES]

    assert all(len(lines) == 2 for lines in kept(pages))


def test_a_page_of_nothing_else_keeps_its_line() -> None:
    pages = [(lines_of(words("The only line")), PAGE) for _ in range(4)]

    assert all(lines == ["The only line"] for lines in kept(pages))


def test_one_page_has_nothing_repeated() -> None:
    assert kept([page("Title", "Text.", "1")]) == [["Title", "Text.", "1"]]


def test_two_pages_keep_what_is_on_both_and_only_lose_their_numbers() -> None:
    pages = [page("May 5, 2023", BODIES[number], f"Page {number + 1} of 2") for number in range(2)]

    assert kept(pages) == [["May 5, 2023", BODIES[0]], ["May 5, 2023", BODIES[1]]]


def test_years_at_the_end_of_two_pages_are_no_page_numbers() -> None:
    pages = [page("", body, year) for body, year in zip(BODIES[:2], ("2024", "2025"), strict=True)]

    assert all(len(lines) == 2 for lines in kept(pages))


def test_a_clause_that_is_repeated_below_different_headings_stays() -> None:
    clause = "This clause is here for demonstration and has no legal weight. It ex\nists below each heading."
    pages = [
        (
            lines_of(
                [
                    *words("Agreement"),
                    *words(f"Part {part}", top=30),
                    *words(clause, top=60),
                    *words(body, top=300),
                    *words(body[::-1], top=330),
                ]
            ),
            PAGE,
        )
        for part, body in zip("ABCD", BODIES, strict=True)
    ]

    assert [len(lines) for lines in kept(pages)] == [6, 5, 5, 5]
    assert find_margins(pages).left_out == ("the repeated line 'Agreement' on 3 pages",)


def test_a_sentence_in_several_lines_that_is_repeated_stays() -> None:
    notice = "All of the amounts in these tables are in thousands and\nwithout the tax on sales."
    pages = [page(notice, body, "") for body in BODIES]

    assert all(len(lines) == 3 for lines in kept(pages))


def test_the_date_and_salutation_of_letters_stay() -> None:
    pages = [
        (
            lines_of([word for row, text in enumerate(letter) for word in words(text, top=24 * row)]),
            PAGE,
        )
        for body in BODIES
        for letter in [("May 5, 2023", "To whom it may concern:", body, "Best regards,", "Mallori")]
    ]

    assert all(len(lines) == 5 for lines in kept(pages))


def test_large_titles_that_are_numbered_as_the_pages_are_stay() -> None:
    pages = [
        (lines_of([*words(f"Step {number}", size=20), *words(f"{body}\n{body}", top=100)]), PAGE)
        for number, body in enumerate(BODIES * 2, 1)
    ]

    assert all(lines[0].startswith("Step") for lines in kept(pages))


def test_a_first_line_on_most_of_many_pages_is_a_header_though_it_is_as_close_as_a_paragraph() -> None:
    pages = [
        (lines_of([*words("Contents"), *words(body, top=24), *words(body[::-1], top=48)]), PAGE) for body in BODIES * 2
    ]

    assert [len(lines) for lines in kept(pages)] == [3, *[2] * 7]
    assert [len(lines) for lines in kept(pages[:4])] == [3] * 4
