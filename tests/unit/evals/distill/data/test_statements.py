"""What a passage says, and how an answer says it."""

from __future__ import annotations

import pytest

from app.answer.citations import CitationWriter
from app.answer.ground import Grounder
from app.answer.parts import split_parts
from evals.distill.data.statements import cited, read_statements
from tests.unit.evals.distill.data.passages import DESK, LEAVE, MEALS, passage


def test_an_answer_begins_with_the_statement_and_goes_on_with_what_follows_it() -> None:
    statement = next(one for one in read_statements(passage(LEAVE)) if one.asked.startswith("Unused"))
    assert statement.answer(2) == (
        "Unused days expire on 31 March of the next year [2]. "
        "You must request leave in the calendar before you book a trip [2]."
    )


def test_an_item_is_answered_with_its_list() -> None:
    statement = next(one for one in read_statements(passage(DESK)) if one.asked.startswith("Call"))
    assert statement.answer(1) == (
        "To report a loss, do the following:\n- Call the security desk within one hour [1].\n"
        "- Inform your manager of the loss [1]."
    )


def test_a_sentence_that_refers_to_the_one_before_it_is_answered_with_that() -> None:
    statement = next(one for one in read_statements(passage(DESK)) if one.asked.startswith("It also"))
    assert statement.answer(1).startswith("The desk erases the disk remotely [1]. It also blocks")


def test_a_row_is_its_cells_in_plain_words() -> None:
    rows = [one for one in read_statements(passage(MEALS)) if one.kind == "row"]
    assert [row.answer(3) for row in rows] == ["Breakfast: 12 EUR [3]", "Lunch: 18 EUR [3]"]


def test_the_place_of_a_statement_is_counted_in_its_document() -> None:
    document = "x" * 100 + LEAVE
    for statement in read_statements(passage(LEAVE)):
        assert document[statement.place.start : statement.place.end].startswith(statement.lines[0])


@pytest.mark.parametrize("text", [LEAVE, DESK])
def test_the_app_would_cite_every_answer_in_the_same_way(text: str) -> None:
    shown = (passage(text), passage("The canteen serves soup on Mondays and fish on Fridays.", 2, "canteen.md"))
    for statement in read_statements(shown[0]):
        writer = CitationWriter(shown, Grounder("What?", shown).support)
        for part in split_parts(statement.answer(1)):
            writer.feed(part)
        assert (writer.counts.moved, writer.counts.added, writer.counts.dropped) == (0, 0, 0), statement.answer(1)


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("It is open.", "It is open [1]."),
        ("Is it?", "Is it [1]?"),
        ("No stop", "No stop [1]"),
        ('He said "no."', 'He said "no." [1]'),
    ],
)
def test_the_marker_is_before_the_stop(sentence: str, answer: str) -> None:
    assert cited(sentence, 1) == answer


def test_code_questions_pointers_and_links_are_no_statements() -> None:
    text = "```\nmake all of it now\n```\n\nWho is it that we ask?\n\nSee the page about leave.\n\n- [A page](p.md)"
    assert read_statements(passage(text)) == []


def test_an_item_of_a_long_list_is_answered_behind_the_sentence_that_leads_to_it() -> None:
    items = "".join(f"- Bring the signed form number {number} along with you.\n" for number in range(1, 13))
    statements = read_statements(passage(f"Before you travel abroad, do all of this:\n\n{items}"))
    third = next(one for one in statements if "number 3" in one.asked)
    assert third.answer(2) == (
        "Before you travel abroad, do all of this:\n- Bring the signed form number 3 along with you [2]."
    )


def test_an_item_without_a_sentence_before_it_is_answered_alone() -> None:
    statements = read_statements(passage("- Call the security desk within one hour.\n- Inform your manager of it.\n"))
    assert statements[0].answer(1) == "Call the security desk within one hour [1]."


@pytest.mark.parametrize("opening", ["You can also", "Lastly, you can", "Additionally, people may"])
def test_a_sentence_that_goes_on_is_answered_with_the_one_before_it(opening: str) -> None:
    statements = read_statements(passage(f"Leave is requested in the calendar. {opening} ask your manager by mail."))
    found = next(one for one in statements if one.asked.startswith(opening))
    assert found.lines[0] == "Leave is requested in the calendar."
