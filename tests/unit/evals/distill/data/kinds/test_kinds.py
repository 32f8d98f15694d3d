"""Examples of more than one statement: details that are absent, comparisons, follow-ups, conflicts."""

from __future__ import annotations

import random
import re

import pytest

from evals.distill.data.group import Group, Said
from evals.distill.data.kinds.compare import comparison
from evals.distill.data.kinds.conflict import contradicted, has_number
from evals.distill.data.kinds.details import absent_questions, present_questions
from evals.distill.data.kinds.follow_up import follow_up
from evals.distill.data.questions.wording import Wording
from tests.unit.evals.distill.data.passages import DESK, LEAVE, corpus, group, passage

WORDS = corpus(LEAVE, DESK, "the annual leave and the loss of a day")
TWO = group(passage(LEAVE), passage(DESK, 2, "desk.md"))


def absent_in(shown: Group) -> set[str]:
    return {one.template for seed in range(20) for one in absent_questions(shown, WORDS, random.Random(seed))}


def present_in(shown: Group) -> dict[str, str]:
    """Return the statements that answer questions about details, by template."""
    found = [one for seed in range(20) for one in present_questions(shown, WORDS, random.Random(seed))]
    return {asked.template: said.statement.asked for asked, said in found}


def test_a_detail_is_asked_for_as_absent_only_where_no_passage_has_a_sign_of_it() -> None:
    found = absent_in(TWO)
    assert "absent: how much does {} cost" in found
    # The passages say "within one hour" and "call".
    assert "absent: how long does {} take" not in found
    assert "absent: what is the phone number for {}" not in found
    assert "absent: how much does {} cost" not in absent_in(group(passage(f"{LEAVE} The card costs 5 EUR.")))


def test_a_detail_is_answered_by_the_one_statement_that_has_it() -> None:
    priced = group(passage(f"{LEAVE} The card costs 5 EUR a month."))
    assert present_in(priced)["detail: how much does {} cost"] == "The card costs 5 EUR a month."
    assert "detail: how much does {} cost" not in present_in(TWO)
    twice = group(passage("The card costs 5 EUR a month. A second card costs 3 EUR a month."))
    assert "detail: how much does {} cost" not in present_in(twice)


@pytest.mark.parametrize(
    ("sentence", "detail"),
    [
        ("The help desk was founded in May 2016 by volunteers.", "in which year was {} introduced"),
        ("Urgent questions are answered at 555-010-2030 all day.", "what is the phone number for {}"),
        ("An answer takes three business days in most cases.", "how long does {} take"),
        ("The guide was written by the finance team.", "who invented {}"),
        ("A video shows how to fold the form.", "is there a video about {}"),
        ("Interns ask their mentor for the form.", "does {} also apply to interns"),
        ("Your spouse may use the parking lot as well.", "is {} allowed for my spouse"),
        ("Late reports lead to disciplinary action by the board.", "what is the penalty for {}"),
        ("The form is translated for all offices.", "can I get {} in Spanish"),
        ("More than 80 people use the gym.", "how many people used {} last year"),
        ("The desk is closed on every public holiday.", "what happens with {} on public holidays"),
        ("The desk is on the third floor of the annex.", "which floor is {} on"),
        ("Decisions are open to appeal for a month.", "where can I appeal a decision about {}"),
        ("Reset your password on the start page first.", "what is the password for {}"),
    ],
)
def test_every_detail_that_may_be_said_is_found_and_is_then_not_absent(sentence: str, detail: str) -> None:
    shown = group(passage(sentence))
    assert present_in(shown).get(f"detail: {detail}") == sentence
    assert f"absent: {detail}" not in absent_in(shown)


def test_a_comparison_has_a_statement_of_each_of_two_passages() -> None:
    of_a_document = group(passage(LEAVE), passage(DESK, 2))
    found = [comparison(of_a_document, WORDS, random.Random(seed)) for seed in range(20)]
    both = [one for one in found if one is not None]
    assert both
    for asked, said in both:
        assert asked.kind == "comparison"
        assert {one.passage.index for one in said} == {1, 2}
    assert comparison(group(passage(LEAVE)), WORDS, random.Random(1)) is None
    assert not any(comparison(TWO, WORDS, random.Random(seed)) for seed in range(20))


def test_a_follow_up_has_the_first_question_and_its_cited_answer_as_history() -> None:
    found = next(one for seed in range(20) if (one := follow_up(TWO, WORDS, Wording({}), random.Random(seed))))
    asked, said = found
    assert [turn.role for turn in asked.history] == ["user", "assistant"]
    assert re.search(r"\[[12]\]", asked.history[1].content)
    assert said.statement.answer(said.passage.index) != asked.history[1].content


CANTEEN = passage("The canteen serves soup on Mondays and fish on Fridays.", 2, "canteen.md")


def said_in(text: str) -> Said:
    shown = group(passage(text))
    return next(one for one in shown.said if has_number(one.statement))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Every colleague has 25 days of annual leave in each calendar year.", r"\d+ days"),
        ("Every colleague has two weeks of annual leave in each calendar year.", r"[a-z]+ weeks"),
        ("The front desk of the building is open until 11 pm on every working day.", r"(?:9|10|12) pm"),
    ],
)
def test_a_conflict_is_one_that_the_app_finds_and_the_answer_gives_both_sides(text: str, number: str) -> None:
    said = said_in(text)
    for seed in range(5):
        found = contradicted(said, (said.passage, CANTEEN), random.Random(seed))
        assert found is not None
        assert {found.conflict.a.passage.index, found.conflict.b.passage.index} == {1, 2}
        one, two = found.answer.split(" [1]. ")
        assert f"{one}." == text
        assert two.endswith(" [2].")
        assert re.search(number, two)
        assert found.passages[1].chunk.text == f"{found.changed}\n\n{CANTEEN.chunk.text}"


def test_what_the_other_passage_says_of_the_same_number_is_left_out() -> None:
    said = said_in("Every colleague has 25 days of annual leave in each calendar year.")
    other = passage("Fish is served on Fridays. In 25 days we open a bar.", 2, "canteen.md")
    found = contradicted(said, (said.passage, other), random.Random(1))
    assert found is not None
    assert found.passages[1].chunk.text == f"{found.changed}\n\nFish is served on Fridays."


def test_passages_of_one_document_or_for_different_groups_make_no_conflict() -> None:
    said = said_in("Every colleague has 25 days of annual leave in each calendar year.")
    for other in (passage("Fish is served on Fridays.", 2), passage("Fish.", 2, "interns.md")):
        assert contradicted(said, (said.passage, other), random.Random(1)) is None
    assert contradicted(said, (said.passage,), random.Random(1)) is None


@pytest.mark.parametrize(
    "text",
    [
        "It opens at 450.5 m of height.",
        "See the rule 24/7 of the house today.",
        "We have 1 bar in it.",
        "Call the desk at (877) 472-6716 for it.",
    ],
)
def test_what_is_no_number_of_a_sentence_is_not_changed(text: str) -> None:
    assert not any(has_number(one.statement) for one in group(passage(text)).said)
