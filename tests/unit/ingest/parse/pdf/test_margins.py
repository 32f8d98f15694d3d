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
