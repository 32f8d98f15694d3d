"""The prompts of a run: which request sends which, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from serving.bench.prompts import read_prompts
from serving.bench.rows import nth_row, order


def prompt(text: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": "Answer."}, {"role": "user", "content": text}]


def test_every_prompt_is_sent_once_before_any_is_sent_again() -> None:
    prompts = [prompt(str(number)) for number in range(9)]
    places = order(9)
    first = [nth_row(prompts, places, number)[-1]["content"] for number in range(9)]
    assert sorted(first) == [str(number) for number in range(9)]
    assert first != sorted(first)


def test_a_prompt_that_goes_round_again_shares_the_system_prompt_only() -> None:
    prompts = [prompt(str(number)) for number in range(3)]
    rows = [nth_row(prompts, order(3), number) for number in range(30)]
    assert {row[0]["content"] for row in rows} == {"Answer."}
    texts = [row[-1]["content"] for row in rows]
    assert len(set(texts)) == 30
    # The line stands before the passages, so that no two share more than its first word.
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
    prompts = read_prompts(file)
    assert (prompts.count, dict(prompts.sources)) == (2, {"case": 1, "passage": 1})
    assert [dict(message) for message in prompts.first] == prompt("a")
    assert prompts.words() == "2 distinct prompts (1 from a case and 1 from a passage), 10 characters in the median"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("{", "line 1 is no JSON"),
        ("[]", 'line 1 has no "messages"'),
        ('{"messages": []}', 'line 1 has no "messages"'),
        ('{"messages": [{"role": "user"}]}', 'line 1 has no "messages"'),
        ('{"messages": [{"role": "user", "content": 3}]}', 'line 1 has no "messages"'),
        (2 * '{"messages": [{"role": "user", "content": "a"}]}\n', "1 prompts that another line has already"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told):
        read_prompts(file)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "prompts.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_prompts(file)
