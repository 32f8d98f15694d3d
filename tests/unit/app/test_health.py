from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.health import Finding, examine
from core.types import Chunk
from testing.builders import chunk_of, document_of, record_of

TODAY = date(2026, 11, 29)
MEALS = "Meals on a trip are refunded up to 28 EUR a day."
STORY = "The hall is open to members. " + " ".join(f"Hall {number} has a window to the garden." for number in range(9))


def kinds(*chunks: Chunk) -> list[str]:
    return [finding.kind for finding in examine(chunks, (), TODAY)]


def only(*chunks: Chunk) -> Finding:
    (finding,) = examine(chunks, (), TODAY)
    return finding


@pytest.mark.parametrize(
    ("one", "two", "kind", "what"),
    [
        (MEALS, "Meals on a trip are refunded up to 35 EUR a day.", "number", "28 EUR / 35 EUR"),
        (
            "The outdoor pool of the club opens on 2 May 2027.",
            "The outdoor pool of the club opens on 9 May 2027.",
            "date",
            "2 May 2027 / 9 May 2027",
        ),
        (
            "Interns may use the sauna after work.",
            "Interns may not use the sauna after work.",
            "denial",
            "may use / may not use",
        ),
    ],
)
def test_documents_that_disagree_are_found_with_both_places(one: str, two: str, kind: str, what: str) -> None:
    finding = only(chunk_of("a.md", f"Of the house. {one}"), chunk_of("b.md", two))
    assert (finding.kind, finding.what) == (kind, what)
    assert (finding.a.document_id, finding.a.text) == ("a.md", one)
    assert finding.b is not None
    assert (finding.b.document_id, finding.b.text) == ("b.md", two)


def test_a_place_has_offsets_into_the_document() -> None:
    later = replace(chunk_of("a.md", f"Of the house. {MEALS}"), start=100, end=100 + len(f"Of the house. {MEALS}"))
    finding = only(later, chunk_of("b.md", MEALS.replace("28", "35")))
    assert (finding.a.start, finding.a.end) == (100 + len("Of the house. "), later.end)


def test_documents_that_agree_or_are_about_something_else_are_left_alone() -> None:
    contractors = "Meals for contractors on a trip are refunded up to 35 EUR a day."
    assert kinds(chunk_of("a.md", MEALS), chunk_of("b.md", MEALS)) == []
    assert kinds(chunk_of("a.md", MEALS), chunk_of("b.md", contractors)) == []
    assert kinds(chunk_of("a.md", MEALS), chunk_of("a.md", MEALS.replace("28", "35"), ordinal=1)) == []


def test_list_items_are_no_denials_where_the_lines_above_them_may_say_the_opposite() -> None:
    item = "- Trainings and meetings that are{} in service of the project"
    assert kinds(chunk_of("a.md", item.format("")), chunk_of("b.md", item.format(" not"))) == []
    assert kinds(chunk_of("a.md", item.format("") + "."), chunk_of("b.md", item.format(" not") + ".")) == ["denial"]


def test_sentences_are_compared_across_many_documents() -> None:
    others = [chunk_of(f"page-{number}.md", f"Page {number} is about the garden gate.") for number in range(300)]
    found = examine([chunk_of("a.md", MEALS), *others, chunk_of("z.md", MEALS.replace("28", "35"))], (), TODAY)
    assert [(finding.kind, finding.what) for finding in found] == [("number", "28 EUR / 35 EUR")]


@pytest.mark.parametrize(
    ("sentence", "what"),
    [
        ("This permit expires October 10, 2023.", "October 10, 2023"),
        ("Apply by 30 April 2026 for the autumn.", "30 April 2026"),
        ("The pilot runs until March 2026.", "March 2026"),
        ("| Self-assessment due | 8 May 2026 | 6 November 2026 |", "6 November 2026"),
    ],
)
def test_a_date_that_a_page_has_outlived_is_found(sentence: str, what: str) -> None:
    finding = only(chunk_of("a.md", f"Read this.\n\n{sentence}"))
    assert (finding.kind, finding.what, finding.a.text, finding.b) == ("past_date", what, sentence, None)


@pytest.mark.parametrize(
    "sentence",
    [
        "Apply by 30 April 2027 for the autumn.",
        "Apply by 24 April 2026 or by 23 April 2027.",
        "The office was open until 31 March 2024.",
        "Last reviewed: 13 April 2026.",
        "The company was founded in May 2011.",
        "Slides from November 2022 have more.",
        "Apply by 30 April for the autumn.",
        "The rule applies until 5/3/2024.",
        "The pilot runs until November 2026.",
    ],
)
def test_a_date_ahead_one_of_the_past_and_one_without_a_year_are_left_alone(sentence: str) -> None:
    assert kinds(chunk_of("a.md", sentence)) == []


def test_near_duplicates_are_one_finding_for_two_documents() -> None:
    pages = [chunk_of(name, text, ordinal=n) for name in ("a.md", "b.md") for n, text in enumerate((STORY, STORY[29:]))]
    finding = only(*pages)
    assert (finding.kind, finding.what) == ("near_duplicate", "2 of 2 passages")
    assert (finding.a.document_id, finding.b and finding.b.document_id) == ("a.md", "b.md")


def test_chunks_with_another_number_short_ones_and_those_of_one_document_are_no_near_duplicates() -> None:
    assert "near_duplicate" not in kinds(chunk_of("a.md", STORY), chunk_of("b.md", STORY.replace("Hall 3", "Hall 30")))
    assert kinds(chunk_of("a.md", "See the page on leave."), chunk_of("b.md", "See the page on leave.")) == []
    assert kinds(chunk_of("a.md", STORY), chunk_of("a.md", STORY, ordinal=1)) == []


def test_a_copy_of_a_file_is_a_near_duplicate() -> None:
    original = record_of(document_of(STORY, document_id="a.md"))
    copy = replace(record_of(document_of("", document_id="b.md"), chunks=0), same_as="a.md")
    (finding,) = examine((), (original, copy), TODAY)
    assert (finding.what, finding.a.document_id, finding.b and finding.b.document_id) == (
        "the same file",
        "a.md",
        "b.md",
    )


def test_nothing_is_found_in_nothing() -> None:
    assert examine((), (), TODAY) == ()
