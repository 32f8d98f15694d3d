"""The folder of a run is read as it was written, and a folder of something else is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from evals.cases.case import LabelledAnswer
from evals.run.case_result import CaseResult
from evals.run.folder import check_complete, create_folder, read_run, result_line, write_json
from tests.unit.evals.responses import LEAVE, case_of, checked_answer, gold_passage, result_of


def write_run(folder: Path, *results: CaseResult) -> Path:
    """Write a run of these results."""
    create_folder(folder)
    write_json(folder / "configuration.json", {"split": "test"})
    (folder / "results.jsonl").write_text("".join(map(result_line, results)), encoding="utf-8")
    return folder


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    checked = checked_answer("It takes nine days.", ["nine"], nine="hard")
    case = case_of(LEAVE, labelled=[LabelledAnswer("It takes nine days.", ("nine",))])
    result = result_of(case, hits=[gold_passage(LEAVE)], checked=[checked])

    read = read_run(write_run(tmp_path / "run", result))

    assert (read.configuration, read.results) == ({"split": "test"}, (result,))


def test_a_failed_request_is_read_with_its_message_and_without_a_response(tmp_path: Path) -> None:
    failed = CaseResult(case_of(LEAVE), None, {}, failure="The service answered with 503.")

    assert read_run(write_run(tmp_path / "run", failed)).results == (failed,)


@pytest.mark.parametrize("line", ["{", "[]", "{}"])
def test_a_line_that_is_no_result_is_named(tmp_path: Path, line: str) -> None:
    folder = write_run(tmp_path / "run", result_of(case_of(LEAVE)))
    with (folder / "results.jsonl").open("a") as file:
        file.write(line + "\n")

    with pytest.raises(ConfigurationError, match=r"results\.jsonl, line 2 is not a result"):
        read_run(folder)


def test_a_folder_that_is_not_there_is_named_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="groundwork eval run"):
        read_run(tmp_path / "absent")


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("completion", None, "neither both responses nor a failure"),
        ("metrics", {"recall@5": {"numerator": -5, "denominator": 1}}, "recall@5 has -5"),
        ("metrics", {"recall@5": {"numerator": 5, "denominator": 1}}, "recall@5 is 5 of 1"),
        ("metrics", {"recall@5": {"numerator": float("nan"), "denominator": 1}}, "recall@5 has nan"),
        ("durations", {"answer": -100, "search": 1}, "answer has -100"),
    ],
)
def test_a_result_with_impossible_values_is_refused(tmp_path: Path, part: str, value: object, message: str) -> None:
    folder = write_run(tmp_path / "run", result_of(case_of(LEAVE)))
    row = json.loads((folder / "results.jsonl").read_text(encoding="utf-8"))
    (folder / "results.jsonl").write_text(json.dumps({**row, part: value}) + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=f"line 1 is not a result.*{message}"):
        read_run(folder)


def test_an_interrupted_run_is_named_with_the_command_that_continues_it(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", result_of(case_of(LEAVE)))
    run = read_run(folder)
    check_complete(run)
    with pytest.raises(ConfigurationError, match=r"has results of 1 of 97 questions\. Continue it: groundwork eval"):
        check_complete(replace(run, configuration={"questions": 97}))
