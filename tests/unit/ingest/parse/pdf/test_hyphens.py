"""A hyphen at a line's end goes when it only broke the word, and stays when it is a part of the spelling."""

from __future__ import annotations

import pytest

from ingest.parse.pdf.hyphens import HYPHEN, Spelling, join_lines


@pytest.mark.parametrize("hyphen", ["-", "\u2010", HYPHEN, "\u00ad"])
def test_a_broken_word_is_joined(hyphen: str) -> None:
    assert join_lines([f"The infor{hyphen}", "mation office"], Spelling([])) == "The information office"


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        pytest.param("the XR-4410-", "B pump", "the XR-4410-B pump", id="a code"),
        pytest.param("from 2019-", "2020 on", "from 2019-2020 on", id="a range"),
        pytest.param("a well-", "known rule", "a well-known rule", id="a compound"),
        pytest.param("of decision-", "making now", "of decision-making now", id="two English words"),
        pytest.param("die E-Mail-", "Adresse hier", "die E-Mail-Adresse hier", id="a capital"),
        pytest.param("under NON-", "gaap rules", "under NON-gaap rules", id="capitals"),
        pytest.param("Ein-", "und Ausgang", "Ein- und Ausgang", id="a suspended hyphen"),
        pytest.param("call 206–231–", "3195 now", "call 206–231–3195 now", id="a dash between digits"),
        pytest.param("see https://", "www.example.org", "see https://www.example.org", id="an address"),
        pytest.param("one -", "two", "one - two", id="a dash with blanks"),
        pytest.param("Arbeits-", "vertrag", "Arbeitsvertrag", id="a German compound"),
        pytest.param("some-", "thing", "something", id="an English word of two words"),
    ],
)
def test_without_evidence_the_parts_decide(before: str, after: str, joined: str) -> None:
    assert join_lines([before, after], Spelling([])) == joined


def test_the_document_is_asked_first() -> None:
    assert join_lines(["a time-", "line"], Spelling(["the timeline of it"])) == "a timeline"
    assert join_lines(["a zabu-", "keli"], Spelling(["the zabu-keli of it"])) == "a zabu-keli"


def test_the_ends_of_lines_are_no_evidence() -> None:
    assert join_lines(["a zabu-", "keli"], Spelling(["this zabu-", "keli stays"])) == "a zabukeli"


def test_line_ends_may_be_kept() -> None:
    assert join_lines(["Main street 1", "Berlin"], Spelling([]), ["\n"]) == "Main street 1\nBerlin"


def test_a_hyphen_that_is_left_is_a_plain_one() -> None:
    assert join_lines([f"page 3{HYPHEN}"], Spelling([])) == "page 3-"
