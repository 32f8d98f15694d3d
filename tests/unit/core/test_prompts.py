"""Prompts as a file: written, read, and refused with the line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from core.prompts import Prompt, read_prompts, write_prompts
from core.types import Message


def write_lines(file: Path, count: int = 10, **more: Any) -> Path:
    rows = [
        {"id": f"p{number}", "messages": [{"role": "user", "content": f"Question {number}?"}], **more}
        for number in range(count)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        '{"messages": []}',
        '{"messages": [{"role": "robot", "content": "x"}]}',
        '{"messages": [{"role": "user", "content": 3}]}',
        '{"messages": [{"role": "user", "content": "x"}], "answer": 3}',
        '{"messages": "x"}',
    ],
)
def test_a_line_that_is_no_prompt_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    file = write_lines(tmp_path / "prompts.jsonl", 1)
    file.write_text(file.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"line 2 is not a prompt .*groundwork model prompts"):
        read_prompts(file)


def test_no_prompt_and_no_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="has no prompt"):
        read_prompts(tmp_path / "empty.jsonl")
    with pytest.raises(ConfigurationError, match=r"nowhere\.jsonl cannot be read"):
        read_prompts(tmp_path / "nowhere.jsonl")


def test_what_is_written_is_read_back_line_separators_inside_a_text_included(tmp_path: Path) -> None:
    messages = (Message("system", "Answer."), Message("user", "First\u2028second?"))
    prompts = [
        Prompt("case:a", "case", "First?", messages, ("a.md", "b.md"), "Yes [1]."),
        Prompt("passage:b", "passage", "Second?", messages, (), None),
    ]
    write_prompts(tmp_path / "prompts.jsonl", prompts)
    assert read_prompts(tmp_path / "prompts.jsonl") == prompts


def test_only_messages_are_required_of_a_line_and_empty_lines_are_skipped(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_text('\n{"messages": [{"role": "user", "content": "Why?"}]}\n', encoding="utf-8")
    assert read_prompts(file) == [Prompt("2", "unknown", "", (Message("user", "Why?"),), (), None)]


def test_a_file_that_is_not_utf_8_or_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match=r"latin\.jsonl cannot be read"):
        read_prompts(tmp_path / "latin.jsonl")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_prompts(tmp_path / "nowhere" / "prompts.jsonl", [])
