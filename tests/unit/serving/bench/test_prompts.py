"""The prompts of a run, and which request sends which."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from serving.bench.prompts import load_prompts
from serving.bench.rows import nth_row, order


def prompt(text: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": "Answer."}, {"role": "user", "content": text}]


def test_every_prompt_is_sent_once_before_any_is_sent_again() -> None:
    prompts = [prompt(str(number)) for number in range(9)]
    places = order(9)
    first = [nth_row(prompts, places, number)[-1]["content"] for number in range(9)]
    assert sorted(first) == [str(number) for number in range(9)]
    assert first != sorted(first)


def test_a_prompt_that_is_sent_again_shares_the_system_prompt_only() -> None:
    prompts = [prompt(str(number)) for number in range(3)]
    rows = [nth_row(prompts, order(3), number) for number in range(30)]
    assert {row[0]["content"] for row in rows} == {"Answer."}
    texts = [row[-1]["content"] for row in rows]
    assert len(set(texts)) == 30
    # The line is before the passages, so that no two share more than its first word.
    assert all(text.startswith(f"Request {number}.\n\n") for number, text in enumerate(texts) if number >= 3)


def test_the_prompts_themselves_are_left_as_they_are() -> None:
    prompts = [prompt("a")]
    nth_row(prompts, order(1), 5)
    assert prompts == [prompt("a")]


def test_the_order_is_the_same_on_every_run() -> None:
    assert order(20) == order(20)


def test_a_file_is_counted_by_where_its_questions_come_from(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    rows = [{"from": "case", "messages": prompt("a")}, {"from": "passage", "messages": prompt("bbb")}]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    prompts = load_prompts(file)
    assert (prompts.count, dict(prompts.origins)) == (2, {"case": 1, "passage": 1})
    assert [asdict(message) for message in prompts.first] == prompt("a")
    assert prompts.describe() == "2 distinct prompts (1 from a case and 1 from a passage), 10 characters in the median"


def test_repeated_prompts_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_text(2 * '{"messages": [{"role": "user", "content": "a"}]}\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="repeats 1 prompts"):
        load_prompts(file)


def test_a_file_that_is_not_a_file_of_prompts_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 1 is not a prompt"):
        load_prompts(file)
