"""Judge a finished run: add judgements to its folder and its summary, with the judge's agreement with people.

The judge is asked about each answer of the run, and about the labelled answers of its cases, whose labels are people's.
A file of further labels can be added. A run can be judged again, by the same judge or another one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import GenerationError
from core.files import SHARED_FILE, replace_text
from evals.judge.agreement import Pair
from evals.judge.client import JudgeClient
from evals.judge.gather import ReportProgress, gather_with_progress
from evals.judge.judge import ModelJudge
from evals.judge.judgement import JUDGE_METRICS, Judgement, judge_answer
from evals.judge.labels import Labels
from evals.judge.measure import JudgeAgreement, LabelPairs, agreement_of, label_pairs
from evals.run.case_result import CaseResult
from evals.run.folder import SUMMARY_FILE, RunFolder, read_run, summary_dict
from evals.run.judgements import JUDGE_FILE, JUDGEMENTS_FILE, with_judgements
from evals.run.report.write import write_report
from evals.run.summary import Summary, summarise


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """A run with its judgements, in the order of its results; `summary` has all metrics."""

    folder: Path
    judgements: tuple[Judgement, ...]
    agreement: JudgeAgreement
    summary: Summary

    @property
    def causes(self) -> dict[str, int]:
        """Why answers were not judged: how often each cause occurred, the most frequent first."""
        causes: dict[str, int] = {}
        for judgement in self.judgements:
            for verdict in filter(None, (judgement.correct, judgement.faithful, *judgement.labelled)):
                if verdict.holds is None:
                    causes[verdict.reason] = causes.get(verdict.reason, 0) + 1
        return dict(sorted(causes.items(), key=lambda entry: -entry[1]))

    def to_dict(self) -> dict[str, Any]:
        """Return judge, agreement, causes and the judge's metrics by slice as JSON values, for scripts."""
        metrics = {
            name: {metric: value for metric, value in estimates.items() if metric in JUDGE_METRICS}
            for name, estimates in summary_dict(self.summary).items()
        }
        return {
            "folder": str(self.folder),
            **self.agreement.to_dict(),
            "not_judged": self.causes,
            "summary": metrics,
        }


async def judge_run(run: RunFolder, client: JudgeClient, labels: Labels | None, progress: ReportProgress) -> JudgedRun:
    """Judge every answer of a run, and write the judgements, the new summary and the report to its folder.

    Raises GenerationError where the judge cannot be asked, or gives no verdict at all; then nothing is written.
    """
    judge = ModelJudge(client)
    waiting = [judge_answer(judge, result.case, result.response) for result in run.results]
    judgements = await gather_with_progress(waiting, progress)
    pairs = _labelled_pairs(run.results, judgements)
    if labels is not None:
        pairs += await label_pairs(judge, labels, None, progress)
    judged = JudgedRun(
        run.folder,
        tuple(judgements),
        agreement_of(client, pairs),
        summarise(with_judgements(run.results, {one.case_id: one for one in judgements})),
    )
    if client.usage.failed and client.usage.failed == client.usage.asked and not client.usage.cached:
        cause = next(iter(judged.causes), "no reply on the labels could be used")
        raise GenerationError(f"The judge {client.model} at {client.address} judged no answer: {cause}")
    _write(judged)
    write_report(read_run(run.folder), judged.summary)
    return judged


def _labelled_pairs(results: Sequence[CaseResult], judgements: Sequence[Judgement]) -> LabelPairs:
    """Return the ratings of the cases' labelled answers; those of failed requests were not put to the judge."""
    return LabelPairs(
        faithful=tuple(
            Pair(verdict.holds, not labelled.unsupported, result.case.id)
            for result, judgement in zip(results, judgements, strict=True)
            if result.response is not None
            for verdict, labelled in zip(judgement.labelled, result.case.labelled, strict=True)
        )
    )


def _write(judged: JudgedRun) -> None:
    about = {"date": datetime.now().astimezone().isoformat(timespec="seconds"), **judged.agreement.to_dict()}
    lines = "".join(json.dumps(one.to_dict(), ensure_ascii=False) + "\n" for one in judged.judgements)
    replace_text(judged.folder / JUDGEMENTS_FILE, lines, SHARED_FILE)
    replace_text(judged.folder / JUDGE_FILE, _json(about), SHARED_FILE)
    replace_text(judged.folder / SUMMARY_FILE, _json(summary_dict(judged.summary)), SHARED_FILE)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
