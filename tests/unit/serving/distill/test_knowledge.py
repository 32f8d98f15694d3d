"""A teacher is checked before anything is loaded."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from serving.checkpoint.read import Checkpoint, read_checkpoint
from serving.distill.knowledge import Knowledge, check_knowledge, teacher_memory
from testing.serving.checkpoints import compressed, of_bytes, write_checkpoint

TOKENIZER = {"model": {"vocab": {"a": 0, "b": 1}, "merges": []}}


def checkpoint(folder: Path, tokenizer: object = TOKENIZER) -> Checkpoint:
    write_checkpoint(folder, of_bytes(10_000_000))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return read_checkpoint(folder)


def test_a_teacher_with_the_students_tokenizer_is_taken(tmp_path: Path) -> None:
    student, teacher = checkpoint(tmp_path / "student"), checkpoint(tmp_path / "teacher")
    assert check_knowledge(Knowledge(teacher.folder), student) == teacher


def test_a_teacher_with_another_tokenizer_is_refused_with_the_difference(tmp_path: Path) -> None:
    other = {"model": {"vocab": {"a": 1, "b": 0}, "merges": []}}
    student, teacher = checkpoint(tmp_path / "student"), checkpoint(tmp_path / "teacher", other)
    with pytest.raises(ConfigurationError, match=r"another tokenizer .* the token 'a' is number 0 .* 1 in the other"):
        check_knowledge(Knowledge(teacher.folder), student)


def test_a_compressed_teacher_is_refused(tmp_path: Path) -> None:
    student = checkpoint(tmp_path / "student")
    write_checkpoint(tmp_path / "teacher", quantization_config=compressed())
    with pytest.raises(ConfigurationError, match="name its original in 16 bits"):
        check_knowledge(Knowledge(tmp_path / "teacher"), student)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weight": 1.5}, "--teacher-weight is 1.5; it must be from 0 to 1"),
        ({"weight": 0.0}, "Omit --teacher"),
        ({"beta": float("nan")}, "--teacher-beta is nan"),
        ({"temperature": 0.0}, "--teacher-temperature is 0.0"),
    ],
)
def test_numbers_without_a_meaning_are_refused(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    student = checkpoint(tmp_path / "student")
    with pytest.raises(ConfigurationError, match=said):
        check_knowledge(replace(Knowledge(student.folder), **wrong), student)


def test_a_teacher_takes_its_weights_and_the_logits_of_the_answers(tmp_path: Path) -> None:
    teacher = checkpoint(tmp_path / "teacher")
    logits = 4 * 3 * 500 * 32_000
    assert teacher_memory(teacher, 500, bfloat16=True) == pytest.approx(10_000_000 + logits, rel=0.01)
    assert teacher_memory(teacher, 500, bfloat16=False) == pytest.approx(20_000_000 + logits, rel=0.01)
