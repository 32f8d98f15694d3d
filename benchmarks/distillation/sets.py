"""The two sets of questions that a student is judged on, with the index of the documents that they ask about.

    held-out   questions of benchmarks/answers/questions/handbook_18f.jsonl that have the tag "held-out" and whose gold
               pages are all among those that a training leaves out (`evals.prompts.held_out_documents`)
    sample     the cases of the sample domain, of whose documents a student saw none

Only the split "test" is asked: the other one is for tuning.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.service.bootstrap import build_service
from core.permissions import EVERYTHING
from core.settings import Settings, read_settings
from evals.cases.case import Case
from evals.cases.read import load_cases
from evals.prompts import HELD_OUT_SHARE, held_out_documents

QUESTIONS = Path(__file__).parent.parent / "answers" / "questions" / "handbook_18f.jsonl"
SPLIT = "test"
_TAG = "held-out"


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A set by its name, the domain and data directory to ask in, and its cases (None: those of the domain)."""

    name: str
    domain: str
    data: Path
    cases: Path | None

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a command that asks the set."""
        return {"GROUNDWORK_DOMAIN": self.domain, "GROUNDWORK_DATA_DIR": str(self.data)}


def prepare_held_out(folder: Path, work: Path) -> QuestionSet:
    """Ingest the 18F handbook, unless it was, and write the questions about the pages that are held out."""
    found = QuestionSet("held-out", "documents", work / "data", work / "cases.jsonl")
    ids = _ingested(found, [folder])
    kept = {case.id for case in chosen(load_cases(QUESTIONS), held_out_documents(ids, HELD_OUT_SHARE))}
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if json.loads(line)["id"] in kept)
    (work / "cases.jsonl").write_text(text, encoding="utf-8")
    return found


def prepare_sample(work: Path) -> QuestionSet:
    """Ingest the documents of the sample domain, unless they were."""
    found = QuestionSet("sample", "onboarding", work / "data", None)
    _ingested(found, [])
    return found


def chosen(cases: Sequence[Case], held_out: frozenset[str]) -> list[Case]:
    """Return the cases with the tag that no page of the training answers."""
    return [case for case in cases if _TAG in case.tags and all(gold.document_id in held_out for gold in case.gold)]


def _ingested(found: QuestionSet, paths: Sequence[Path]) -> list[str]:
    """Bring the index up to date and return the ids of its documents. Raises RuntimeError for a file that fails."""
    found.data.parent.mkdir(parents=True, exist_ok=True)
    service = build_service(_settings(found), "python -m benchmarks.distillation")
    try:
        service.open()
        report = service.library.ingest(list(paths), rebuilding=False, progress=lambda _: None)
        if report.failed:
            raise RuntimeError(f"{len(report.failed)} files failed, the first is {report.failed[0]}.")
        return [record.id for record in service.library.index.visible_to(EVERYTHING).records()]
    finally:
        service.close()


def _settings(found: QuestionSet) -> Settings:
    return read_settings(found.environment)
