"""Make the record of a verdict: everything that the decision was made from, and what the service needs to answer so.

    verdict      the decision with every requirement, and the cautions
    gate         the error rate, margins and SLOs of domain.toml at the time
    domain       its name
    corpus       hash and number of the documents, and the embedder
    recipe       every value of the candidate's recipe, with the whole text of its prompts
    prompts      the hashes of these texts
    model        its name, and how answers were made; the checkpoint with the hashes of its files, where it is here
    candidate    configuration, summary, judge and the hash of the results of its run; original: likewise
    plan         what `groundwork model plan --json` said, where it was given
    versions     of Groundwork and Python; made_at: when

Not covered: answers of single questions, of which the record has the hash of the file.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from core.gate import GateTable
from core.moments import moment_text
from core.releases import Record, seal
from evals.gate.result import Verdict
from evals.run.folder import RESULTS_FILE, SUMMARY_FILE, RunFolder
from evals.run.judgements import JUDGEMENTS_FILE, read_judge

_PROMPTS = ("system_prompt", "small_prompt")


def make_record(
    verdict: Verdict,
    table: GateTable,
    at: datetime,
    *,
    checkpoint: Mapping[str, Any] | None = None,
    plan: Mapping[str, Any] | None = None,
) -> Record:
    """Return the sealed record of a verdict.

    `checkpoint` describes the files of the candidate's model. Raises ConfigurationError for a run without a summary.
    """
    original, candidate = verdict.runs.a, verdict.runs.b
    about = candidate.configuration
    content = {
        "made_at": moment_text(at),
        "verdict": verdict.to_dict(),
        "gate": {"error_rate": table.error_rate, "margins": dict(table.margins), "slos": dict(table.slos)},
        "domain": about["domain"],
        "corpus": {
            "sha256": about["corpus_sha256"],
            "documents": about["documents"],
            "chunks": about["chunks"],
            "embedder": about["embedder"],
        },
        "recipe": about["recipe"],
        "prompts": {f"{name}_sha256": _sha256(str(about["recipe"][name]).encode()) for name in _PROMPTS},
        "model": {"name": about["model"], "mode": about["mode"], "checkpoint": checkpoint},
        "candidate": _run(candidate),
        "original": _run(original),
        "plan": plan,
        "versions": {"groundwork": about["groundwork"], "python": platform.python_version()},
    }
    # As a reader of the file gets it: tuples are lists, for example.
    return seal(json.loads(json.dumps(content, allow_nan=False)))


def read_plan(file: Path) -> dict[str, Any]:
    """Read a plan of `groundwork model plan --json`. Raises ConfigurationError for a file that is none."""
    try:
        plan = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be read as a plan: {error}. {_PLAN}") from error
    if not isinstance(plan, dict) or "options" not in plan:
        raise ConfigurationError(f"{file} is not a plan. {_PLAN}")
    return plan


_PLAN = "Write one with: groundwork model plan … --json > FILE"


def _run(run: RunFolder) -> dict[str, Any]:
    judgements = run.folder / JUDGEMENTS_FILE
    return {
        "folder": str(run.folder),
        "configuration": run.configuration,
        "results_sha256": _sha256(_bytes(run.folder / RESULTS_FILE)),
        "judgements_sha256": _sha256(_bytes(judgements)) if judgements.is_file() else None,
        "judge": read_judge(run.folder),
        "summary": _summary(run.folder / SUMMARY_FILE),
    }


def _summary(file: Path) -> Any:
    try:
        return json.loads(_bytes(file))
    except ValueError as error:
        raise ConfigurationError(f"{file} is not JSON: {error}. Run the evaluation again.") from error


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}. Run the evaluation again.") from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
