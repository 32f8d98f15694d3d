"""Identifiers have one spelling."""

from __future__ import annotations

import pytest

from core.identifiers import find_identifiers


def joined(text: str) -> set[str]:
    return {form for one in find_identifiers(text) for form in one.joined}


def parts(text: str) -> list[str]:
    return [part for one in find_identifiers(text) for part in one.parts]


@pytest.mark.parametrize("written", ["E-1207", "E1207", "E 1207", "e-1207", "E_1207", "error e 1207?"])
def test_an_error_code_has_one_form_however_it_is_separated(written: str) -> None:
    assert joined(written) == {"e1207"}
    assert parts(written) == ["e", "1207"]


def test_every_beginning_of_a_part_number_is_a_form_of_it() -> None:
    assert joined("the XR-4410-B") == {"xr4410", "xr4410b"}
    assert joined("part 7Q-0093/2.") == {"7q0093", "7q0093x2"}


def test_versions_differ_and_their_letter_does_not_matter() -> None:
    assert joined("v2.10.3") == joined("2.10.3") == {"2x10", "2x10x3"}
    assert joined("v2.1.3") == {"2x1", "2x1x3"}
    assert joined("v21.0.3") == {"21x0", "21x0x3"}
    assert joined("192.168.0.1") == {"192x168", "192x168x0", "192x168x0x1"}


@pytest.mark.parametrize(
    ("written", "form", "words"),
    [
        ("max_tokens", "maxtokens", ["max", "tokens"]),
        ("maxTokens", "maxtokens", ["max", "tokens"]),
        ("core.index.edge", "coreindexedge", ["core", "index", "edge"]),
        ("HttpRequestError", "httprequesterror", ["http", "request", "error"]),
        ("MAX_RETRY_COUNT", "maxretrycount", ["max", "retry", "count"]),
        ("settings.maxTokens", "settingsmaxtokens", ["settings", "max", "tokens"]),
    ],
)
def test_a_name_from_code_is_found_in_one_piece_and_by_its_words(written: str, form: str, words: list[str]) -> None:
    assert joined(written) == {form}
    assert parts(written) == words


@pytest.mark.parametrize(
    "prose",
    [
        "30-day notice", "a 24-hour shift", "12.03.2024", "1,000 or 2.5", "24/7", "the 2nd of May 2024", "in 2024",
        "well-known and/or e.g. U.S.", "GitHub JavaScript iOS", "extension 4711", "+49 30 123-456", "", "3", "…",
    ],
)  # fmt: skip
def test_words_numbers_and_dates_are_no_identifiers(prose: str) -> None:
    assert find_identifiers(prose) == []


def test_the_letter_of_a_version_is_no_part_of_it_and_that_of_a_name_is() -> None:
    assert joined("v2.10") == {"2x10"}
    assert joined("IPv4") == {"ipv4"}
