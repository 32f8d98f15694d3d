"""The judgements in the folder of a run: read them, and add them to the results.

judgements.jsonl     for each case the verdicts of the judge with their reasons
judge.json           the judge, what it was asked, and its agreement with people
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from core.json_lines import json_lines
from evals.judge.judgement import JUDGE_METRICS, Judgement, judge_contributions
from evals.run.case_result import CaseResult

JUDGEMENTS_FILE = "judgements.jsonl"
JUDGE_FILE = "judge.json"
_FIX = "Judge the run again: groundwork eval judge"


def read_judgements(folder: Path) -> dict[str, Judgement]:
    """Return the judgements of a run by case id; none where it was not judged. Raises ConfigurationError."""
    file = folder / JUDGEMENTS_FILE
    if not file.exists():
        return {}
    judgements: dict[str, Judgement] = {}
    for number, line in json_lines(_text(file)):
        try:
            judgement = Judgement.from_dict(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ConfigurationError(
                f"{file}, line {number} is no judgement ({type(error).__name__}: {error}). {_FIX} {folder}"
            ) from error
        judgements[judgement.case_id] = judgement
    return judgements


def read_judge(folder: Path) -> dict[str, Any] | None:
    """Return what judge.json says of the judge; None for a run that was not judged. Raises ConfigurationError."""
    file = folder / JUDGE_FILE
    if not file.exists():
        return None
    try:
        return dict(json.loads(_text(file)))
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"{file} is not a JSON object ({error}). {_FIX} {folder}") from error


def with_judgements(results: Sequence[CaseResult], judgements: Mapping[str, Judgement]) -> tuple[CaseResult, ...]:
    """Return the results with the judge's contributions to its metrics in place of earlier ones."""
    return tuple(_judged(result, judgements.get(result.case.id)) for result in results)


def _judged(result: CaseResult, judgement: Judgement | None) -> CaseResult:
    if judgement is None:
        return result
    others = {name: one for name, one in result.contributions.items() if name not in JUDGE_METRICS}
    return replace(result, contributions={**others, **judge_contributions(judgement)})


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}. {_FIX} {file.parent}") from error
