"""What in a passage supports each sentence that cites it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.evidence import find_support
from app.answer.ground import Grounder
from app.answer.types import Mode, Passage
from core.types import Chunk
from testing.passages import passage
from testing.properties import tried

LEAVE = (
    "Every colleague has 25 days of leave a year. Unused days expire on 31 March of the next year.\n\n"
    "The steps are:\n\n1. Ask in the portal. Your manager answers within three days.\n"
    "2. Write it into the calendar.\n\n"
    "```\nleave ask --days 5\n\nleave show\n```\n"
)
MEALS = (
    "Keep every receipt.\n\n"
    "| Meal | Limit |\n|---|---|\n| Breakfast | 12 EUR |\n| Lunch | 18 EUR |\n| Dinner | 30 EUR |\n"
)
COPY = "Old page. Every colleague has 25 days of leave a year."
FOUND = [
    passage(1, LEAVE),
    passage(2, MEALS, name="Expenses"),
    passage(4, COPY),
    passage(5, "| Hotel | 120 EUR |\n| Taxi | 40 EUR |\n", name="Travel", lead="| Kind | Limit |\n|---|---|"),
]
GROUNDER = Grounder("What applies?", FOUND, "I could not find this.")


def alone(chunk: Chunk) -> list[Chunk]:
    """The neighbours of a chunk that is a whole document."""
    return [chunk]


def found(text: str, mode: Mode = "generated", passages: list[Passage] | None = None) -> list[tuple[str, int, str]]:
    """The supported sentences of an answer with the numbers of the passages and their texts, which are checked."""
    passages = passages or FOUND
    grounder = GROUNDER if passages is FOUND else Grounder("What applies?", passages)
    support = find_support(text, mode, passages, grounder, alone)
    texts = {one.index: one.chunk.text for one in passages}
    for one in support:
        assert text[one.marker] == "["
        assert one.evidence.text == texts[one.index][one.evidence.start : one.evidence.end]
    return [(text[one.start : one.end], one.index, one.evidence.text) for one in support]


def test_a_sentence_of_a_model_has_the_sentence_of_the_passage_that_says_the_same() -> None:
    text = "You have 25 days a year [1]. What is unused expires on 31 March [1]."
    assert found(text) == [
        ("You have 25 days a year [1].", 1, "Every colleague has 25 days of leave a year."),
        ("What is unused expires on 31 March [1].", 1, "Unused days expire on 31 March of the next year."),
    ]


def test_an_item_has_the_item_a_row_the_row_and_a_value_in_another_form_is_found() -> None:
    assert found("- Lunch: eighteen euros [2]") == [("- Lunch: eighteen euros [2]", 2, "| Lunch | 18 EUR |")]
    assert found("| Meal | Limit |\n|---|---|\n| Dinner | 30 EUR [2] |\n") == [
        ("| Dinner | 30 EUR [2] |", 2, "| Dinner | 30 EUR |")
    ]
    assert found("Taxis cost at most 40 EUR [5].")[0][2] == "| Taxi | 40 EUR |"


def test_a_marker_inside_a_sentence_is_about_what_is_before_it() -> None:
    text = "Dinner is paid up to 30 EUR [2], and unused days expire on 31 March [1]."
    assert [(index, evidence) for _, index, evidence in found(text)] == [
        (2, "| Dinner | 30 EUR |"),
        (1, "Unused days expire on 31 March of the next year."),
    ]
    markers = [one.marker for one in find_support(text, "generated", FOUND, GROUNDER, alone)]
    assert markers == [text.index("[2]"), text.index("[1]")]


def test_each_number_of_a_marker_has_its_own_evidence() -> None:
    same = "Every colleague has 25 days of leave a year."
    assert found(f"{same} [1, 4, 1]") == [(f"{same} [1, 4, 1]", 1, same), (f"{same} [1, 4, 1]", 4, same)]


def test_a_sentence_that_takes_two_sentences_has_both_the_stronger_first() -> None:
    text = "Breakfast is 12 EUR and dinner 30 EUR [2]."
    assert {evidence for _, _, evidence in found(text)} == {"| Breakfast | 12 EUR |", "| Dinner | 30 EUR |"}


@pytest.mark.parametrize(
    "text",
    [
        "Every colleague has 25 days of leave a year.",
        "Giraffes live in Kenya [1].",
        "Every colleague has 25 days of leave a year [9].",
        "Alle Kollegen haben jedes Jahr Urlaub, und zwar ziemlich viel davon [1].",
        "",
        "[1]",
    ],
)
def test_without_a_marker_a_passage_or_anything_in_common_there_is_no_evidence(text: str) -> None:
    assert found(text) == []
    assert found(text, "extractive") == []


def test_a_marker_on_a_line_of_its_own_is_about_the_sentence_before_it() -> None:
    assert found("Lunch is paid up to 18 EUR.\n[2]") == [("Lunch is paid up to 18 EUR.", 2, "| Lunch | 18 EUR |")]


def test_a_wrong_sentence_still_shows_what_it_is_about() -> None:
    assert found("Unused days expire on 30 June of the next year [1].")[0][2].startswith("Unused days expire")


# Quotations


def test_the_marker_of_a_quoted_paragraph_counts_for_all_of_its_sentences() -> None:
    text = "Every colleague has 25 days of leave a year. Unused days expire on 31 March of the next year. [1]"
    first, second = found(text, "extractive")
    assert first[2] == "Every colleague has 25 days of leave a year."
    assert second[2] == "Unused days expire on 31 March of the next year."
    assert {one.marker for one in find_support(text, "extractive", FOUND, GROUNDER, alone)} == {text.index("[1]")}


def test_a_quoted_list_has_its_lead_in_and_whole_items() -> None:
    items = ["1. Ask in the portal. Your manager answers within three days.", "2. Write it into the calendar. [1]"]
    text = "\n".join(["The steps are:", "", *items])
    assert [evidence for _, _, evidence in found(text, "extractive")] == [
        "The steps are:",
        "1. Ask in the portal. Your manager answers within three days.",
        "2. Write it into the calendar.",
    ]


def test_quoted_rows_have_their_rows_and_the_header_none() -> None:
    text = "| Meal | Limit |\n|---|---|\n| Breakfast | 12 EUR |\n| Dinner | 30 EUR [2] |"
    assert [evidence for _, _, evidence in found(text, "extractive")] == [
        "| Breakfast | 12 EUR |",
        "| Dinner | 30 EUR |",
    ]
    text = "| Kind | Limit |\n|---|---|\n| Taxi | 40 EUR [5] |"
    assert [evidence for _, _, evidence in found(text, "extractive")] == ["| Taxi | 40 EUR |"]


def test_quoted_code_has_the_whole_block() -> None:
    text = "```\nleave ask --days 5\n\nleave show\n```\n[1]"
    ((_, _, evidence),) = found(text, "extractive")
    assert "leave ask --days 5\n\nleave show" in evidence


def test_a_quotation_of_two_passages_has_the_unit_of_each_and_a_later_marker_begins_again() -> None:
    same = "Every colleague has 25 days of leave a year."
    text = f"{same} [1, 4]\n\nKeep every receipt. [2]"
    assert found(text, "extractive") == [
        (f"{same} [1, 4]", 1, same),
        (f"{same} [1, 4]", 4, same),
        ("Keep every receipt. [2]", 2, "Keep every receipt."),
    ]


def test_a_quotation_has_its_unit_without_the_markup_that_is_not_shown() -> None:
    source = "See [the **guide**](https://x.org) first. Then *go* home.[^1]"
    text = "See the **guide** first. Then *go* home. [1]"
    units = [evidence for _, _, evidence in found(text, "extractive", [passage(1, source)])]
    assert units == ["See [the **guide**](https://x.org) first.", "Then *go* home.[^1]"]


def test_a_quoted_list_that_goes_on_beside_its_passage_has_its_items_there() -> None:
    document = "Bring these:\n\n- Your passport.\n- Your contract.\n- Two photographs.\n"
    cut = document.index("- Your contract")
    first, second, third = [
        replace(passage(1, text).chunk, ordinal=number, start=start, end=start + len(text), text=text)
        for number, (start, text) in enumerate(
            [
                (0, document[: cut - 1]),
                (cut, "- Your contract."),
                (document.index("- Two"), "- Two photographs."),
            ]
        )
    ]
    cited = Passage(3, second, 0.9)
    text = "Bring these:\n\n- Your passport.\n- Your contract.\n- Two photographs. [3]"
    support = find_support(text, "extractive", [cited], Grounder("What?", [cited]), lambda _: [first, second, third])
    evidence = [one.evidence for one in support]
    assert [one.text for one in evidence] == [
        "Bring these:",
        "- Your passport.",
        "- Your contract.",
        "- Two photographs.",
    ]
    assert all(document[second.start + one.start : second.start + one.end] == one.text for one in evidence)
    assert [one.start < 0 for one in evidence] == [True, True, False, False]
    assert {one.index for one in support} == {3}


def test_a_quotation_that_the_passage_does_not_have_is_not_taken_for_another_sentence() -> None:
    assert found("Days that are bought expire on 31 December of that same year. [1]", "extractive") == []


@tried(200)
@given(st.text("ab 1.|-[]`\n*#,25days", max_size=80), st.sampled_from(["generated", "extractive"]))
def test_every_offset_is_inside_of_its_text(text: str, mode: Mode) -> None:
    found(text, mode)


def test_the_markers_of_an_endless_sentence_are_compared_with_what_is_before_them() -> None:
    compared: list[int] = []

    class Recording(Grounder):
        def supporting_units(self, sentence: str, passage: Passage, *, least: float) -> list[tuple[int, int]]:
            compared.append(len(sentence))
            return super().supporting_units(sentence, passage, least=least)

    text = "and green tea [2], " * 100 + "and 25 days of leave a year [1], and so on [2]."
    support = find_support(text, "generated", FOUND, Recording("What applies?", FOUND), alone)
    assert len(compared) == 102
    assert max(compared[:-1]) == 500
    assert all(one.end == len(text) for one in support)
