"""Each filter drops a bad example for the right reason, and keeps a good one that looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.types import Message
from evals.distill.data.filters import Limits
from evals.distill.data.filters.answerable import check_refusal
from evals.distill.data.filters.citations import check_citations
from evals.distill.data.filters.grounding import check_grounding
from evals.distill.data.filters.leak import check_leak
from evals.distill.data.filters.length import check_length
from evals.distill.data.filters.round_trip import check_round_trip
from tests.unit.evals.distill.data.filters.candidates import (
    ANSWER,
    BOOKING,
    EXPENSES,
    EXPIRES,
    LAPTOPS,
    LEAVE,
    PASSAGES,
    QUESTION,
    REFUSAL,
    candidate,
    case_of,
    context,
    passage,
    place_of,
    refused,
)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "the answer is empty"),
        ("[1] …", "the answer is empty"),
        (f"{LEAVE} {EXPENSES} {LAPTOPS} {LEAVE} [1]", "the answer is too long"),
        (ANSWER, None),
    ],
)
def test_an_answer_is_there_is_short_and_selects_something(answer: str, reason: str | None) -> None:
    assert check_length(candidate(answer), context()) == reason


def test_a_long_passage_is_no_answer_but_a_short_one_and_complete_steps_are() -> None:
    long = passage(1, "leave.md", f"{LEAVE} {EXPENSES}")
    whole = f"{long.chunk.text} [1]"
    assert check_length(candidate(whole, passages=(long,)), context()) == "the answer is the whole passage"
    assert check_length(candidate(whole, passages=(long,), kind="steps"), context()) is None
    assert check_length(candidate(f"{LEAVE} [1]"), context()) is None


def test_a_prompt_that_is_too_long_is_dropped() -> None:
    limits = Limits(prompt_characters=100)
    assert check_length(candidate(), context(limits=limits)) == "the prompt is too long"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ANSWER, None),
        ("Unused days expire on 30 June of the next year [1].", "date mismatch"),
        ("Every colleague has 28 days of annual leave a year [1].", "number mismatch"),
        ("Flights shorter than three hours are reimbursed [2].", "negation"),
        ("Unused days are paid out in Zurich by Credit Suisse [1].", "entity absent"),
        (REFUSAL, "the answer is a refusal"),
    ],
)
def test_an_answer_says_only_what_the_passages_have(answer: str, reason: str | None) -> None:
    assert check_grounding(candidate(answer), context()) == reason


def test_a_refusal_is_in_the_words_of_the_domain() -> None:
    good = refused("How many days of sick leave are paid?", "", "expenses.md")
    assert check_grounding(good, context()) is None
    other = replace(good, example=replace(good.example, answer="The documents say nothing about sick leave."))
    assert check_grounding(other, context()) == "the refusal is not the domain's"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ANSWER, None),
        (f"{EXPIRES}.", "nothing is cited"),
        (f"{EXPIRES} [2].", "another passage supports the sentence"),
        (f"{EXPIRES} [1]. {BOOKING}.", "a sentence lacks its citation"),
        (f"{EXPIRES} [1]. {BOOKING} [1].", None),
        (f"{EXPIRES} [1] [7].", "a citation does not support its sentence"),
    ],
)
def test_every_sentence_cites_the_passage_that_supports_it(answer: str, reason: str | None) -> None:
    assert check_citations(candidate(answer), context()) == reason


def test_a_refusal_cites_nothing() -> None:
    good = refused("How many days of sick leave are paid?", "", "expenses.md")
    assert check_citations(good, context()) is None
    citing = replace(good, example=replace(good.example, answer=f"{REFUSAL} [1]"))
    assert check_citations(citing, context()) == "a refusal cites"


def test_the_question_finds_the_passage_that_is_cited() -> None:
    assert check_round_trip(candidate(), context()) is None
    assert check_round_trip(candidate(), context(found=PASSAGES[1:])) == "the search does not find the passage"
    assert check_round_trip(candidate(), context(answerability=0.1)) == "the app would refuse the question"


def test_the_passage_of_the_prompt_has_the_answer_although_it_was_cut() -> None:
    cut = passage(1, "leave.md", LEAVE[: LEAVE.index("Unused")])
    assert check_round_trip(candidate(passages=(cut,)), context()) == "no passage of the prompt has the answer"
    start = LEAVE.index("Unused")
    kept = passage(1, "leave.md", LEAVE[start:], start)
    assert check_round_trip(candidate(passages=(kept,)), context()) is None


def test_a_copy_of_the_passage_counts_as_found() -> None:
    copy = passage(1, "expenses.md", f"Copied from the leave page. {LEAVE}")
    assert check_round_trip(candidate(), context(found=(copy,))) is None


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (QUESTION, "a question of the evaluation"),
        ("when do UNUSED days of annual leave expire", "a question of the evaluation"),
        (
            "When do unused days of my long annual leave expire in spring?",
            "a paraphrase of a question of the evaluation",
        ),
        ("Who approves a later date for annual leave?", None),
        ("By when do I hand in an expense claim?", None),
    ],
)
def test_no_example_asks_a_question_of_the_evaluation(question: str, reason: str | None) -> None:
    asked = candidate(question=question, places=(place_of("Every colleague has 25 days of annual leave a year"),))
    assert check_leak(asked, context(cases=[case_of(QUESTION, EXPIRES)])) == reason


def test_a_question_about_the_gold_quote_of_a_case_needs_to_be_less_near() -> None:
    question = "By when must unused days be taken?"
    known = context(cases=[case_of("By when are unused days lost for good?", EXPIRES)])
    assert check_leak(candidate(question=question), known) == "a paraphrase of a question of the evaluation"
    assert check_leak(candidate(question=question, places=(place_of(BOOKING),)), known) is None


def test_a_follow_up_is_compared_with_its_history_too() -> None:
    history = (Message("user", "How many days of annual leave do I have?"), Message("assistant", "25 days [1]."))
    known = context(cases=[replace(case_of("And when do they expire?", EXPIRES), history=history)])
    assert check_leak(candidate(question="And when do they expire?", history=history), known) is not None
    other = (Message("user", "How long are passwords valid?"), Message("assistant", "For a year [1]."))
    elsewhere = candidate(question="And when do they expire?", history=other, places=(place_of(BOOKING),))
    assert check_leak(elsewhere, known) is None


def test_no_example_has_a_held_out_page_nor_a_copy_of_its_text() -> None:
    assert check_leak(candidate(), context(held_out=["Bicycles are kept in the yard behind the office."])) is None
    assert check_leak(candidate(), context(held_out=[f"# Copied\n\n{LAPTOPS}"])) == "text of a held-out document"
    held = passage(4, "held-0.md", "The office is closed on Sundays.")
    with_page = candidate(passages=(*PASSAGES, held))
    assert check_leak(with_page, context(held_out=["Another text."])) == "a passage of a held-out document"


def test_pages_with_the_same_links_have_no_text_in_common() -> None:
    link = "[the travel guide](https://handbook.example/travel-and-leave/travel-guide-faq/how-do-i-get-a-voucher-now)"
    one = passage(1, "leave.md", f"See {link} for journeys by train.")
    held_out = [f"Before you book, read {link} and ask the travel team which airline has a contract."]
    asked = candidate("See the travel guide [1].", passages=(one,), places=())
    assert check_leak(asked, context(held_out=held_out)) is None


def test_a_refusal_is_kept_where_the_passages_are_near_and_do_not_answer() -> None:
    withheld = "Report a stolen phone by email within one day."
    assert check_refusal(refused("How do I report a stolen phone?", withheld, "laptops.md"), context()) is None
    assert check_refusal(candidate(), context()) is None


@pytest.mark.parametrize(
    "withheld",
    [
        "Report a lost laptop to the security desk within one hour.",
        "A lost laptop is to be reported to the security desk within one hour.",
    ],
)
def test_a_refusal_is_dropped_where_a_passage_has_the_withheld_answer(withheld: str) -> None:
    asked = refused("Where do I report a lost laptop?", withheld, "expenses.md", "laptops.md")
    assert check_refusal(asked, context()) == "the passages have the answer"


@pytest.mark.parametrize("withheld", ["Report a lost laptop to the security desk within 48 hours.", "No."])
def test_another_value_and_a_word_that_every_text_has_are_no_answer(withheld: str) -> None:
    assert check_refusal(refused("Where do I report a lost laptop?", withheld, "laptops.md"), context()) is None


def test_a_short_sentence_beside_the_withheld_one_is_no_answer() -> None:
    withheld = "The fund needs a memo that states how much money there is. The machine is new."
    assert check_refusal(refused("What does the fund need?", withheld, "laptops.md"), context()) is None


def test_a_refusal_is_dropped_where_a_passage_has_the_place_of_the_answer() -> None:
    asked = refused(QUESTION, "Something else.", "leave.md", places=(place_of(EXPIRES),))
    assert check_refusal(asked, context()) == "the passages have the place of the answer"
