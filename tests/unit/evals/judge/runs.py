"""Write runs of a few answers, for the judge and the arena."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evals.cases.case import Case, LabelledAnswer
from evals.labelled import CheckedAnswer
from evals.run.case_result import CaseResult, evaluate_response
from evals.run.folder import create_folder, result_line, write_json
from tests.unit.evals.responses import LEAVE, case_of, response_to

PASSAGE = {
    "index": 1,
    "document_id": "leave.md",
    "document_name": "Leave",
    "chunk_id": "leave.md#0",
    "text": LEAVE.quote,
    "score": 0.9,
    "section": None,
    "page": None,
    "url": None,
    "start": 0,
    "end": len(LEAVE.quote),
}
CONFIGURATION = {
    "date": "2026-11-30T01:00:00+00:00",
    "groundwork": "1.0",
    "domain": "team",
    "recipe": {"name": "default"},
    "mode": "generated",
    "embedder": "tiny",
    "documents": 3,
    "chunks": 9,
    "cases": "cases.jsonl",
    "cases_sha256": "0123456789abcdef",
    "split": "test",
    "concurrency": 2,
    "price": {},
}


def answered(case_id: str, content: str, *, labelled: Sequence[LabelledAnswer] = (), **returned: Any) -> CaseResult:
    """Return the result of a case that asks about leave, answered with this text."""
    case = replace(case_of(LEAVE, labelled=labelled), id=case_id, question=f"{case_id}: how many?")
    return result_of(case, content, **returned)


def unanswerable(case_id: str, content: str, **returned: Any) -> CaseResult:
    """Return the result of a case that no document answers."""
    return result_of(replace(case_of(), id=case_id), content, **returned)


def result_of(case: Case, content: str, *, kind: str = "answer", **returned: Any) -> CaseResult:
    """Return the measured response to a case, with one passage."""
    checked = [CheckedAnswer(one, {"flags": []}) for one in case.labelled]
    response = response_to(case, content=content, checked=checked, **returned)
    completion = response.completion
    completion["groundwork"].update(passages=[PASSAGE], kind="refusal" if response.refused else kind)
    return evaluate_response(replace(response, completion=completion))


def failed(case_id: str) -> CaseResult:
    """Return the result of a request that failed."""
    case = replace(case_of(LEAVE), id=case_id, question=f"{case_id}: how many?")
    return CaseResult(case, None, {}, failure="The service answered with 503.")


def write_run(folder: Path, *results: CaseResult, model: str | None = None) -> Path:
    """Write a run of these results."""
    create_folder(folder)
    write_json(folder / "configuration.json", {**CONFIGURATION, "model": model, "questions": len(results)})
    (folder / "results.jsonl").write_text("".join(map(result_line, results)), encoding="utf-8")
    return folder
