"""The file of training examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from core.types import Message
from serving.distill.examples import TrainingExample, read_examples, write_examples

LINE: dict[str, Any] = {"messages": [{"role": "user", "content": "How long?"}], "answer": "16 weeks. [1]"}


def test_examples_are_the_same_when_they_are_read_back(tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    example = TrainingExample(
        "a", "fact", (Message("user", "x\u2028y"),), "Ja. [1]", "validation", ("a.md",), {"template": "t"}
    )
    write_examples(file, [example])
    assert read_examples(file) == [example]


def test_messages_and_answer_are_enough(tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_text("\n" + json.dumps(LINE) + "\n\n", encoding="utf-8")
    (example,) = read_examples(file)
    assert (example.id, example.split, example.kind) == ("2", "train", "")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"messages": []}, "there is no message"),
        ({"messages": [{"role": "judge", "content": "x"}]}, "the role 'judge' is none of"),
        ({"messages": [{"role": "user", "content": 3}]}, "the content 3 is not a text"),
        ({"messages": "How long?"}, "TypeError"),
        ({"answer": "  "}, "'answer' is '  ', not a text"),
        ({"answer": None}, "'answer' is None"),
        ({"split": "test"}, "'split' is 'test', none of train, validation"),
    ],
)
def test_a_line_that_is_no_example_is_named_with_its_number(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_text(json.dumps(LINE) + "\n" + json.dumps({**LINE, **change}) + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=f"line 2 is not an example.*{reason}"):
        read_examples(file)


@pytest.mark.parametrize("text", ["{", "3", "[]", "null"])
def test_a_line_that_is_no_object_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 1 is not an example"):
        read_examples(file)


def test_a_file_without_an_example_or_that_cannot_be_read_is_refused_with_the_fix(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="groundwork model distill data --out"):
        read_examples(empty)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_examples(tmp_path / "missing.jsonl")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_examples(empty / "below.jsonl", [])
