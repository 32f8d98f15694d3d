from __future__ import annotations

from evals.external.question_set import ExternalPassage, ExternalQuestion, QuestionSet

WHOLE = QuestionSet(
    (ExternalPassage("p", "Text."),), tuple(ExternalQuestion(str(n), f"Question {n}?") for n in range(20))
)


def test_a_smaller_sample_is_part_of_a_larger_one_and_keeps_the_order_and_all_passages() -> None:
    small, large = WHOLE.limited(3), WHOLE.limited(8)
    ids = [question.id for question in large.questions]
    assert {question.id for question in small.questions} < set(ids)
    assert ids == sorted(ids, key=int)
    assert small.passages == WHOLE.passages


def test_no_limit_and_a_limit_above_the_number_of_questions_keep_all() -> None:
    assert WHOLE.limited(None) == WHOLE.limited(20) == WHOLE.limited(99) == WHOLE
