from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigurationError
from core.types import Message
from evals.distill.data.review.decisions import Decision, apply_decisions, decisions_file, read_decisions
from evals.distill.data.review.run import Reviewed, draw_sample, is_examples, review_examples
from serving.distill.examples import TrainingExample, read_examples, write_examples


def example(number: int, answer: str = "25 days [1].") -> TrainingExample:
    shown = "Sources:\n\n[1] Leave\nEvery colleague has 25 days.\n-----\n\nQuestion: How many days?"
    return TrainingExample(f"fact-{number}", "fact", (Message("user", shown),), answer)


class Person:
    """Types keys and texts one after another; the input ends after the last."""

    def __init__(self, *typed: str) -> None:
        self._typed: Iterator[str] = iter(typed)
        self.shown: list[str] = []
        self.said: list[str] = []

    def show(self, example: TrainingExample, number: int, total: int) -> None:
        self.shown.append(example.id)

    def say(self, line: str) -> None:
        self.said.append(line)

    def ask_key(self) -> str:
        return self._next()

    def ask_text(self, label: str, before: str) -> str:
        return self._next() or before

    def _next(self) -> str:
        try:
            return next(self._typed)
        except StopIteration:
            raise EOFError from None


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_examples(tmp_path / "examples.jsonl", [example(number) for number in range(6)])
    return tmp_path / "examples.jsonl"


def review(file: Path, *typed: str, number: int = 6) -> tuple[Reviewed, Person]:
    person = Person(*typed)
    return review_examples(file, number, 1, person), person


def test_a_rejected_example_is_removed_and_an_edited_one_has_the_answer_of_the_person(file: Path) -> None:
    reviewed, person = review(file, "a", "r", "e", "All have 25 days [1].", "q")
    accepted, rejected, edited = person.shown[:3]
    answers = {one.id: one.answer for one in read_examples(file)}
    assert answers[accepted] == "25 days [1]."
    assert rejected not in answers
    assert answers[edited] == "All have 25 days [1]."
    assert reviewed == Reviewed(accepted=1, edited=1, rejected=1, undecided=3, examples=5)


def test_an_ended_session_goes_on_with_the_same_sample(file: Path) -> None:
    _, first = review(file, "r", "a", number=4)
    assert "The input has ended." in first.said
    reviewed, second = review(file, "a", "a", number=4)
    assert second.shown == draw_ids(4)[2:]
    assert (reviewed.undecided, reviewed.rejected, reviewed.accepted) == (0, 1, 3)
    _, third = review(file, number=4)
    assert third.shown == []


def draw_ids(number: int) -> list[str]:
    return [one.id for one in draw_sample([example(n) for n in range(6)], number, 1)]


def test_a_skipped_example_stays_for_another_session(file: Path) -> None:
    review(file, "s", "a", "q", number=2)
    _, person = review(file, "q", number=2)
    assert person.shown == draw_ids(2)[:1]


def test_without_input_nothing_is_decided_and_the_file_stays_as_it_is(file: Path) -> None:
    before = file.read_bytes()
    reviewed, _ = review(file)
    assert reviewed.undecided == 6
    assert file.read_bytes() == before
    assert not decisions_file(file).exists()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("  ", "The answer is empty"),
        ("25 days [4].", "The prompt has no source [4]"),
        ("25 days.", "The answer cites nothing"),
    ],
)
def test_an_answer_that_breaks_the_format_is_asked_for_again(file: Path, answer: str, problem: str) -> None:
    reviewed, person = review(file, "e", answer, "a", "q")
    assert any(line.startswith(problem) for line in person.said)
    assert (reviewed.accepted, reviewed.edited) == (1, 0)


def test_another_key_is_explained(file: Path) -> None:
    _, person = review(file, "x", "q")
    assert person.said == ["Type one of: a (accept), e (edit the answer), r (reject), s (skip), q (quit)."]


def test_a_file_whose_examples_are_all_rejected_stays(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="Every example"):
        review(file, *"rrrrrr")
    assert len(read_examples(file)) == 6


def test_two_examples_with_one_id_and_a_broken_decision_are_named(file: Path, tmp_path: Path) -> None:
    write_examples(tmp_path / "twice.jsonl", [example(1), example(1)])
    with pytest.raises(ConfigurationError, match="two examples with one id"):
        review(tmp_path / "twice.jsonl")
    for broken in (
        "{",
        '{"id": "fact-1", "verdict": "maybe"}',
        '{"verdict": "accept"}',
        '{"id": 1, "verdict": "accept", "answer": 2}',
    ):
        decisions_file(file).write_text(broken, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"review\.jsonl, line 1 is no decision"):
            read_decisions(file)


def test_files_of_examples_and_of_drafts_are_distinguished(file: Path, tmp_path: Path) -> None:
    (tmp_path / "drafts.jsonl").write_text(json.dumps({"case": {}, "origin": {}, "decision": None}), encoding="utf-8")
    (tmp_path / "text.jsonl").write_text("no JSON", encoding="utf-8")
    assert is_examples(file)
    assert not any(is_examples(tmp_path / name) for name in ("drafts.jsonl", "text.jsonl", "nowhere.jsonl"))


@given(
    st.dictionaries(
        st.integers(0, 9), st.tuples(st.sampled_from(["accept", "reject"]), st.none() | st.just("New [1]."))
    )
)
def test_what_nobody_decided_on_stays_and_only_rejected_examples_go(decided: dict[int, tuple[str, str | None]]) -> None:
    examples = [example(number) for number in range(10)]
    decisions = {
        f"fact-{number}": Decision(f"fact-{number}", "reject" if verdict == "reject" else "accept", answer)
        for number, (verdict, answer) in decided.items()
    }
    kept = apply_decisions(examples, decisions)
    rejected = {number for number, (verdict, _) in decided.items() if verdict == "reject"}
    assert [one.id for one in kept] == [f"fact-{number}" for number in range(10) if number not in rejected]
    assert apply_decisions(kept, decisions) == kept
