"""The underspecified questions of the benchmark name no topic, and their twins do."""

from __future__ import annotations

import json
from pathlib import Path

from app.answer.question.clarify import lacks_topic

FILE = Path(__file__).parents[3] / "benchmarks" / "conversation" / "underspecified.jsonl"
PAIRS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def test_every_pair_has_an_id_a_question_and_its_twin() -> None:
    assert all(set(pair) == {"id", "question", "specified"} for pair in PAIRS)
    assert len({pair["id"] for pair in PAIRS}) == len(PAIRS) >= 30


def test_no_specified_question_is_taken_for_one_without_a_topic() -> None:
    assert [pair["specified"] for pair in PAIRS if lacks_topic(pair["specified"])] == []


def test_three_quarters_of_the_underspecified_questions_are_recognised() -> None:
    assert sum(lacks_topic(pair["question"]) for pair in PAIRS) >= 0.75 * len(PAIRS)
