"""The command that makes the same examples again."""

from __future__ import annotations

from pathlib import Path

from evals.distill.data.request import DataRequest
from evals.distill.data.teacher.client import Teacher


def test_the_command_has_every_choice_and_neither_key_nor_password_nor_folder() -> None:
    teacher = Teacher("http://ann:secret@teacher:8000/v1", Path("/data/replies"), "large model", "sk-secret")
    request = DataRequest(30, 7, 0.3, teacher=teacher, recipe="brief")
    assert request.command([Path("/home/ann/questions.jsonl")]) == (
        "groundwork model distill data --number 30 --seed 7 --held-out 0.3 --recipe brief --exclude questions.jsonl "
        "--teacher-url 'http://***@teacher:8000/v1' --teacher-model 'large model'"
    )
    assert DataRequest().command([]) == (
        "groundwork model distill data --number 2000 --seed 1 --held-out 0.2 --recipe default"
    )
