"""Examples of more than one statement: details that are absent, comparisons, follow-ups, conflicts."""

from __future__ import annotations

import random
import re

import pytest

from evals.distill.data.group import Said
from evals.distill.data.kinds.absent import absent_questions
from evals.distill.data.kinds.compare import comparison
from evals.distill.data.kinds.conflict import contradicted, has_number
from evals.distill.data.kinds.follow_up import follow_up
from evals.distill.data.questions.wording import Wording
from tests.unit.evals.distill.data.passages import DESK, LEAVE, corpus, group, passage

WORDS = corpus(LEAVE, DESK, "the annual leave and the loss of a day")
TWO = group(passage(LEAVE), passage(DESK, 2, "desk.md"))


def test_a_detail_is_asked_for_only_where_no_passage_has_a_sign_of_it() -> None:
    found = {one.template for seed in range(20) for one in absent_questions(TWO, WORDS, random.Random(seed))}
    assert "detail: how much does {} cost" in found
    # The passages say "within one hour" and "call".
    assert "detail: how long does {} take" not in found
    assert "detail: what is the phone number for {}" not in found
    priced = group(passage(f"{LEAVE} The card costs 5 EUR."))
    asked = {one.template for seed in range(20) for one in absent_questions(priced, WORDS, random.Random(seed))}
    assert "detail: how much does {} cost" not in asked


def test_a_comparison_has_a_statement_of_each_of_two_passages() -> None:
    found = [comparison(TWO, WORDS, random.Random(seed)) for seed in range(20)]
    both = [one for one in found if one is not None]
    assert both
    for asked, said in both:
        assert asked.kind == "comparison"
        assert {one.passage.index for one in said} == {1, 2}
    assert comparison(group(passage(LEAVE)), WORDS, random.Random(1)) is None


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
