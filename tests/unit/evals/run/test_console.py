"""What is printed of a run."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from evals.run.case_result import CaseResult, failed_result
from evals.run.console import print_run
from evals.run.presentation import SLICE_MEANINGS, SLICE_TITLES
from evals.run.run import Run
from evals.run.summary import SLICES, summarise
from tests.unit.evals.responses import LEAVE, case_of, gold_passage, result_of

CONFIGURATION: dict[str, Any] = {
    "domain": "team",
    "recipe": {"name": "default"},
    "mode": "extractive",
    "model": None,
    "documents": 5,
    "chunks": 9,
    "embedder": "tiny",
    "split": "all",
}


def printed(results: Sequence[CaseResult]) -> str:
    console = Console(width=300, file=io.StringIO(), record=True)
    print_run(Run(Path("run"), CONFIGURATION, tuple(results), summarise(results), None), console)
    return console.export_text()


@pytest.mark.parametrize("name", [name for name in SLICES if name != "all"])
def test_a_slice_is_printed_where_it_has_questions(name: str) -> None:
    is_kind = name in ("answerable", "follow_up", "underspecified", "unanswerable")
    kind = name if is_kind else "answerable"
    gold = [] if kind in ("unanswerable", "underspecified") else [LEAVE]
    case = case_of(*gold, kind=kind, tags=[] if is_kind else [name])  # type: ignore[arg-type]

    assert SLICE_TITLES[name] in printed([result_of(case), result_of(case_of(LEAVE))])
    assert is_kind or SLICE_TITLES[name] not in printed([result_of(case_of(LEAVE))])


def test_every_slice_has_a_title_and_a_meaning() -> None:
    assert list(SLICE_TITLES) == list(SLICE_MEANINGS) == list(SLICES)


def test_failed_requests_are_named_with_their_messages() -> None:
    cases = [replace(case_of(LEAVE), id=f"case-{number}") for number in range(12)]
    text = printed([failed_result(case, "The model\ndoes not answer.", "generated") for case in cases])

    assert "12 requests failed; each counts as the worst answer in every metric." in text
    assert "Failed, case-9: The model does not answer." in text
    assert "Failed, case-10" not in text
    assert "and 2 more in results.jsonl" in text


def test_a_run_without_failures_does_not_mention_any() -> None:
    text = printed([result_of(case_of(LEAVE), hits=[gold_passage(LEAVE)])])

    assert "requests failed;" not in text
    assert "Failed" not in text
