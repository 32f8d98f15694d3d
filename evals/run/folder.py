"""The folder of a run: write it while the cases are asked, and read it again.

configuration.json   the questions and the system that was evaluated: enough to repeat the run
results.jsonl        for each question the case, both responses, the reports on its labelled answers, durations, and
                     its contribution to each metric; or the message of the failure
summary.json         slice -> metric -> value, low, high, n
judgements.jsonl     where the run was judged (`evals/run/judgements.py`)
report.html          all of it, to read
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from core.json_lines import json_lines
from evals.cases.read import read_case
from evals.labelled import CheckedAnswer
from evals.metrics.catalogue import METRICS
from evals.metrics.contribution import Contribution
from evals.response import CaseResponse
from evals.run.case_result import CaseResult
from evals.run.judgements import read_judgements, with_judgements
from evals.run.summary import Summary

CONFIGURATION_FILE = "configuration.json"
RESULTS_FILE = "results.jsonl"
SUMMARY_FILE = "summary.json"
_ROUNDING = 1e-9
REPORT_FILE = "report.html"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A finished run as it was written; results in the order of the file, with the judge's where there is one."""

    folder: Path
    configuration: dict[str, Any]
    results: tuple[CaseResult, ...]


def create_folder(folder: Path) -> Path:
    """Create the folder of a new run. Raises ConfigurationError when it exists, or cannot be created."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise ConfigurationError(
            f"The folder {folder} exists already, and a run is never overwritten. Name another one with --out."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"The folder {folder} cannot be created: {error.strerror}. Name another one with --out."
        ) from error
    return folder


def read_run(folder: Path) -> RunFolder:
    """Read a run. Raises ConfigurationError that names the file, the line and the command that writes a run."""
    results = read_results(folder / RESULTS_FILE)
    return RunFolder(folder, read_configuration(folder), with_judgements(results, read_judgements(folder)))


def read_configuration(folder: Path) -> dict[str, Any]:
    """Read the configuration of a run. Raises ConfigurationError."""
    file = folder / CONFIGURATION_FILE
    try:
        return dict(json.loads(_read_text(file)))
    except (ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{file} is not a JSON object ({error}). Name the folder that `groundwork eval run` has written."
        ) from error


def read_results(file: Path) -> tuple[CaseResult, ...]:
    """Read results, in the order of the file. Raises ConfigurationError that names the line."""
    results = tuple(_result(f"{file}, line {n}", line) for n, line in json_lines(_read_text(file)))
    lines_by_id: dict[str, int] = {}
    for number, result in enumerate(results, start=1):
        if result.case.id in lines_by_id:
            raise ConfigurationError(
                f"{file}, line {number} is a second result of '{result.case.id}', which line "
                f"{lines_by_id[result.case.id]} has already. Remove one of them."
            )
        lines_by_id[result.case.id] = number
    return results


def check_complete(run: RunFolder) -> None:
    """Raise ConfigurationError, with the command that continues it, for a run that was interrupted."""
    asked = run.configuration.get("questions")
    if isinstance(asked, int) and asked != len(run.results):
        raise ConfigurationError(
            f"{run.folder} has results of {len(run.results)} of {asked} questions. Continue it: groundwork eval run "
            f"--resume {run.folder}"
        )


def result_line(result: CaseResult) -> str:
    """Return the line of `results.jsonl` for a result."""
    response = result.response
    row = {
        "case": {**asdict(result.case), "tags": sorted(result.case.tags)},
        "completion": response.completion if response else None,
        "search": response.search if response else None,
        "failure": result.failure,
        "durations": {name: round(milliseconds, 2) for name, milliseconds in result.durations.items()},
        "labelled_reports": [checked.report for checked in response.checked] if response else [],
        "metrics": {name: asdict(contribution) for name, contribution in result.contributions.items()},
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


def summary_dict(summary: Summary) -> dict[str, dict[str, dict[str, Any]]]:
    """Return a summary as JSON values."""
    return {
        name: {metric: asdict(estimate) for metric, estimate in estimates.items()}
        for name, estimates in summary.items()
    }


def write_json(file: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object to a file of the run."""
    file.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _result(where: str, line: str) -> CaseResult:
    try:
        row = json.loads(line)
        case = read_case(where, row["case"])
        durations = {name: _number(name, milliseconds) for name, milliseconds in row["durations"].items()}
        contributions = {name: _contribution(name, sums) for name, sums in row["metrics"].items()}
        failure, completion, search = row["failure"], row["completion"], row["search"]
        if failure is None and not (isinstance(completion, dict) and isinstance(search, dict)):
            raise ValueError("it has neither both responses nor a failure")
        checked = tuple(
            CheckedAnswer(labelled, report)
            for labelled, report in zip(case.labelled, row["labelled_reports"], strict=failure is None)
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigurationError(
            f"{where} is not a result of an evaluation ({type(error).__name__}: {error}). Name the folder that "
            "`groundwork eval run` has written; a run that broke off in the middle of a line goes on with --resume."
        ) from error
    if failure is not None:
        return CaseResult(case, None, contributions, durations, failure)
    first_token_ms = durations.get("first_token")
    response = CaseResponse(case, completion, search, durations["answer"], durations["search"], checked, first_token_ms)
    return CaseResult(case, response, contributions, durations)


def _contribution(name: str, sums: Mapping[str, Any]) -> Contribution:
    part, whole = _number(name, sums["numerator"]), _number(name, sums["denominator"])
    metric = METRICS.get(name)
    if metric is not None and metric.most is not None and part > metric.most * whole + _ROUNDING:
        raise ValueError(f"{name} is {part:g} of {whole:g}")
    return Contribution(part, whole)


def _number(name: str, value: Any) -> float:
    number = float(value)
    if not 0 <= number < math.inf:
        raise ValueError(f"{name} has {value}")
    return number


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{file} cannot be read: {error}. Name the folder that `groundwork eval run` has written."
        ) from error
