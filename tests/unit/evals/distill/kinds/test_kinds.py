"""Examples of more than one statement: details that are absent, comparisons, follow-ups, conflicts."""

from __future__ import annotations

import random
import re

from evals.distill.kinds.absent import absent_questions
from evals.distill.kinds.compare import comparison
from evals.distill.kinds.conflict import contradicted
from evals.distill.kinds.follow_up import follow_up
from evals.distill.questions.wording import Wording
from tests.unit.evals.distill.passages import DESK, LEAVE, corpus, group, passage

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


def test_a_conflict_is_one_that_the_app_finds_and_the_answer_gives_both_sides() -> None:
    meals = group(
        passage("Every colleague has 25 days of annual leave in each calendar year."),
        passage("The canteen serves soup on Mondays and fish on Fridays.", 2, "canteen.md"),
    )
    found = contradicted(meals, random.Random(3))
    assert found is not None
    said, passages, conflicts, answer = found
    assert said.passage.index == 1
    assert len(conflicts) == 1
    assert re.fullmatch(r"Every colleague has 25 days .* \[1\]\. Every colleague has \d+ days .* \[2\]\.", answer)
    assert passages[1].chunk.text.startswith("Every colleague has ")
    assert contradicted(group(passage(LEAVE)), random.Random(3)) is None
