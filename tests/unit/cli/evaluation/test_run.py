"""What an interrupted `groundwork eval run` says."""

from __future__ import annotations

from pathlib import Path

from cli.evaluation.run import _interrupted
from evals.run.request import EvaluationRequest


def test_the_command_that_goes_on_is_named() -> None:
    request = EvaluationRequest("all", out=Path("a run"))

    assert _interrupted(request, 12, 69) == (
        "Interrupted: 12 of 69 questions are answered. Continue with: groundwork eval run --resume 'a run'"
    )


def test_before_the_first_question_there_is_nothing_to_go_on_with() -> None:
    assert _interrupted(EvaluationRequest("all", out=Path("run")), 0, 0) == "Interrupted before the first question."
