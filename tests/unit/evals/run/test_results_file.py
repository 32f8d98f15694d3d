"""The file of results outlives the process that writes it, and is continued where it ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from evals.run.case_result import CaseResult
from evals.run.folder import read_results
from evals.run.results_file import ResultsFile
from tests.unit.evals.responses import LEAVE, case_of, result_of

CASES = [replace(case_of(LEAVE), id=name) for name in ("first", "second", "third")]
FIRST, SECOND, THIRD = (result_of(case) for case in CASES)


def written(folder: Path, *results: CaseResult) -> Path:
    with ResultsFile(folder) as file:
        for result in results:
            file.add(result)
    return folder / "results.jsonl"


def test_each_result_is_in_the_file_as_soon_as_it_is_added(tmp_path: Path) -> None:
    with ResultsFile(tmp_path) as file:
        file.add(FIRST)
        assert read_results(tmp_path / "results.jsonl") == (FIRST,)


def test_results_are_written_in_the_order_of_the_cases_at_last(tmp_path: Path) -> None:
    with ResultsFile(tmp_path) as file:
        for result in (THIRD, FIRST, SECOND):
            file.add(result)
        assert file.in_order(CASES) == (FIRST, SECOND, THIRD)
    assert read_results(tmp_path / "results.jsonl") == (FIRST, SECOND, THIRD)


def test_a_file_is_continued_after_its_last_whole_line(tmp_path: Path) -> None:
    path = written(tmp_path, FIRST, SECOND)
    torn = path.read_bytes()[:-40]
    path.write_bytes(torn)

    with ResultsFile(tmp_path) as file:
        assert list(file.results) == ["first"]
        file.add(SECOND)
        file.add(THIRD)
    assert read_results(path) == (FIRST, SECOND, THIRD)


def test_a_line_that_was_changed_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, FIRST, SECOND)
    path.write_text("{}\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"results\.jsonl, line 1 is not a result"):
        ResultsFile(tmp_path)


def test_a_second_result_of_a_case_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, FIRST, SECOND)
    path.write_text(path.read_text(encoding="utf-8") * 2, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="line 3 is a second result of 'first', which line 1 has already"):
        ResultsFile(tmp_path)


def test_two_processes_do_not_write_the_same_run(tmp_path: Path) -> None:
    with ResultsFile(tmp_path), pytest.raises(ConfigurationError, match="Another process is writing"):
        ResultsFile(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"absent/results\.jsonl cannot be written"):
        ResultsFile(tmp_path / "absent")
