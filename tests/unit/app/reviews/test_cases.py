"""A labelled review becomes a line that the evaluation reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.answers.record import row_of, trace_of
from app.answers.tables import AnswerRow
from app.reviews.cases import add_cases, keep_case, make_case, read_cases, unique_part
from app.reviews.queue import QueuedAnswer
from app.reviews.sources import ReviewVerdict
from app.reviews.tables import ReviewRow, ReviewTextRow
from core.errors import Conflict
from core.index import IndexView
from core.types import Message
from evals.cases.read import load_cases
from testing.answers import kept_answer
from testing.handbook import REFUSAL
from testing.passages import passage
from testing.reviews import index_with

LEAVE = passage(1, "Every colleague has 25 days of leave. Unused days expire in March.")
BOOKING = passage(2, "Book a holiday two weeks ahead.", name="Booking")
INDEX = index_with(LEAVE, BOOKING)
NOW = datetime(2026, 7, 1, tzinfo=UTC)


def _queued(
    text: str,
    verdict: ReviewVerdict | None = "right",
    better: str | None = None,
    unsupported: tuple[tuple[int, int], ...] = (),
    **answer: Any,
) -> QueuedAnswer:
    record = kept_answer(text=text, passages=(LEAVE, BOOKING), **answer)
    row = AnswerRow(**row_of(record, keeps_text=True))
    review = ReviewRow(id="review-1", answer_id="answer-1", source="spot_check", created_at=NOW, verdict=verdict)
    texts = ReviewTextRow(
        review_id="review-1", answer_id="answer-1", unsupported=[list(span) for span in unsupported], note=None
    )
    texts.better_answer = better
    return QueuedAnswer(review, row, trace_of(record, keeps_text=True), None, texts if verdict else None)


def _case(queued: QueuedAnswer, tmp_path: Path, index: IndexView = INDEX) -> dict[str, Any]:
    """Make the case, and check that the evaluation reads it."""
    case = make_case(queued, index, (REFUSAL,))
    keep_case(tmp_path / "cases.jsonl", case)
    [loaded] = load_cases(tmp_path / "cases.jsonl")
    assert loaded.id == "review-1"
    return case


def test_a_right_answer_is_a_case_with_the_words_that_it_cites(tmp_path: Path) -> None:
    assert _case(_queued("Every colleague has 25 days of leave [1]."), tmp_path) == {
        "id": "review-1",
        "question": "How many days of leave?",
        "kind": "answerable",
        "gold": [{"document_id": "page-1.md", "quote": "Every colleague has 25 days of leave."}],
        "answer": "Every colleague has 25 days of leave.",
        "history": [],
        "tags": ["live", "spot_check"],
        "split": "test",
        "labelled": [{"answer": "Every colleague has 25 days of leave [1].", "unsupported": []}],
    }


def test_a_wrong_answer_needs_a_better_one_which_any_passage_may_support(tmp_path: Path) -> None:
    text = "You need not book a holiday [1]."
    with pytest.raises(Conflict, match="'wrong', and the label has no better answer"):
        make_case(_queued(text, "wrong"), INDEX, (REFUSAL,))
    case = _case(_queued(text, "wrong", "Book a holiday two weeks ahead.", ((4, 12),)), tmp_path)
    assert case["gold"] == [{"document_id": "page-2.md", "quote": "Book a holiday two weeks ahead."}]
    assert case["labelled"] == [{"answer": text, "unsupported": ["need not"]}]


def test_of_a_wrong_answer_without_marked_words_nothing_is_known_word_by_word(tmp_path: Path) -> None:
    case = _case(_queued("Ask Ada [1].", "partly", "Every colleague has 25 days of leave."), tmp_path)
    assert case["labelled"] == []


def test_a_right_refusal_is_a_question_that_the_documents_do_not_answer(tmp_path: Path) -> None:
    case = _case(_queued(REFUSAL, refused=True, cited=()), tmp_path)
    assert (case["kind"], case["gold"], case["answer"], case["labelled"]) == ("unanswerable", [], REFUSAL, [])


def test_a_question_back_that_is_right_is_an_underspecified_question(tmp_path: Path) -> None:
    case = _case(_queued("Which leave?", replied="clarification", cited=()), tmp_path)
    assert (case["kind"], case["gold"], case["answer"], case["labelled"]) == ("underspecified", [], "", [])


def test_an_answer_that_should_have_been_a_refusal_is_such_a_question_as_well(tmp_path: Path) -> None:
    case = _case(_queued("Ask Ada [1].", "wrong", REFUSAL, ((4, 7),)), tmp_path)
    assert (case["kind"], case["gold"]) == ("unanswerable", [])
    assert case["labelled"][0]["unsupported"] == ["Ada"]


def test_a_follow_up_keeps_the_turns_that_it_needs(tmp_path: Path) -> None:
    history = (Message("user", "Leave?"), Message("assistant", ""))
    queued = _queued("Every colleague has 25 days of leave [1].", history=history)
    assert _case(queued, tmp_path)["kind"] == "answerable"
    queued.answer.query = "How many days of leave? Leave?"
    case = _case(queued, tmp_path)
    assert (case["kind"], case["history"]) == ("follow_up", [{"role": "user", "content": "Leave?"}])


def test_no_case_is_made_without_a_label_or_without_words_of_a_document() -> None:
    with pytest.raises(Conflict, match="Label it first"):
        make_case(_queued("Thirty.", None), INDEX, (REFUSAL,))
    with pytest.raises(Conflict, match="no gold quote"):
        make_case(_queued("Thirty.", "wrong", "Zebras are striped."), INDEX, (REFUSAL,))
    with pytest.raises(Conflict, match="no gold quote"):
        make_case(_queued("Every colleague has 25 days of leave [1]."), index_with(), (REFUSAL,))
    with pytest.raises(Conflict, match="small talk"):
        make_case(_queued("You are welcome.", replied="small_talk", cited=()), INDEX, (REFUSAL,))


def test_marked_words_that_occur_again_are_given_with_the_words_around_them() -> None:
    text = "Two days here, two days there, two days."
    assert unique_part(text, 4, 8) == "Two days here,"
    assert unique_part(text, 35, 39) == "two days."
    assert unique_part("a a", 2, 3) == "a a"
    assert unique_part("aa b aa", 5, 7) == "b aa"
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            part = unique_part(text, start, end)
            assert text.count(part) == 1
            assert text[start:end] in part


def test_a_case_that_is_made_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    file = tmp_path / "data" / "cases.jsonl"
    for identifier, question in (("one", "First?"), ("two", "Other?"), ("one", "Second?")):
        keep_case(file, {"id": identifier, "question": question})
    assert read_cases(file) == [{"id": "two", "question": "Other?"}, {"id": "one", "question": "Second?"}]
    assert [each.name for each in file.parent.iterdir()] == ["cases.jsonl"]


def test_cases_that_a_file_has_are_not_added_again(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text('{"id": "one", "question": "Mine?"}', encoding="utf-8")
    cases = [{"id": "one", "question": "Theirs?"}, {"id": "two", "question": "Née?"}]
    assert (add_cases(file, cases), add_cases(file, cases)) == (1, 0)
    assert [json.loads(line)["question"] for line in file.read_text(encoding="utf-8").splitlines()] == ["Mine?", "Née?"]


def test_of_two_cases_with_one_id_the_last_is_added(tmp_path: Path) -> None:
    cases = [{"id": "one", "question": "First?"}, {"id": "one", "question": "Last?"}]
    assert add_cases(tmp_path / "cases.jsonl", cases) == 1
    assert [case["question"] for case in read_cases(tmp_path / "cases.jsonl")] == ["Last?"]


def test_a_file_that_has_no_cases_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    for content in ("{", "[1]", '{"question": "?"}', "7"):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(Conflict, match="no gold case"):
            keep_case(file, {"id": "one"})
        assert file.read_text(encoding="utf-8") == content
