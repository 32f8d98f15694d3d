"""White space in text, and the form in which it is searched."""

from __future__ import annotations

import pytest

from core.text import collapse_padding, search_form, search_form_of_spans, strip_span


@pytest.mark.parametrize(
    ("text", "span"), [(" ab ", (1, 3)), ("ab", (0, 2)), ("\n\ta b\n", (2, 5)), ("  ", None), ("", None)]
)
def test_a_stripped_span_has_the_offsets_of_the_text(text: str, span: tuple[int, int] | None) -> None:
    assert strip_span(text, 0, len(text)) == span


def test_runs_of_blanks_and_dashes_are_collapsed_and_line_ends_kept() -> None:
    assert collapse_padding("| a    | b |\n|-----:|---|\n\n  -- c") == "| a | b |\n|---:|---|\n\n -- c"


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("H₂O at 5 m²", "H2O at 5 m2"),
        ("10⁶ and 10^6", "10^6 and 10^6"),
        ("25[^1] days[^a] off", "25 days off"),
        ("[^1]: Pro rata.", " Pro rata."),
        ("s⁻¹", "s-1"),
        ("[1] and a[^] b", "[1] and a[^] b"),
        ("| Net sales | 82,959 |\n|---|---:|\n| Cost | 47,074 |", "Net sales 82,959\nCost 47,074"),
        ("| a\\|b | c |", "a\\|b c"),
        ("ls | wc", "ls | wc"),
    ],
)
def test_a_text_is_searched_as_people_type_it(written: str, searched: str) -> None:
    assert search_form(written) == searched


@pytest.mark.parametrize(
    ("written", "spans", "pieces"),
    [
        ("One.  Two.", ["One.", "Two."], ["One.", "Two."]),
        ("Takes 25[^1] days.  Not 10⁶ m².", ["Takes 25[^1] days.", "Not 10⁶ m²."], ["Takes 25 days.", "Not 10^6 m2."]),
        ("| a    | 1 |\n|------|---|\n| b    | 2 |", ["| a    | 1 |", "| b    | 2 |"], ["a 1", "b 2"]),
        ("Name | key | 3 |", ["3 |"], ["3 |"]),
        ("| key | x | y |", ["x | y |"], ["x y"]),
        ("One. [^1]", ["[^1]"], [""]),
    ],
)
def test_a_span_is_found_again_in_the_search_form(written: str, spans: list[str], pieces: list[str]) -> None:
    places = [(written.index(span), written.index(span) + len(span)) for span in spans]

    searched, found = search_form_of_spans(written, places)

    assert searched == search_form(written)
    assert [searched[slice(*span)].strip() for span in found] == pieces
