"""The figures of the systems in a set of questions, with intervals.

An answer that the app gave in place of the model's, because that repeated itself or was empty, and a request that
failed count as the worst answer, as in the gate (`evals/gate/failures.py`): the extractive answer may well be right,
and says nothing for the model. Loops and cut-off answers are those that the model wrote, shown or replaced, as every
evaluation counts them (`evals/metrics/degenerate.py`); of an answer that is shown, as far as it is sound, the rest is
measured as it is shown. Durations are those of the answers that users get.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.stats import Estimate
from evals.compare.pairs import pair_runs
from evals.gate.failures import count_failures, is_degraded
from evals.metrics.degenerate import OF_THE_MODEL
from evals.run.case_result import CaseResult
from evals.run.folder import RunFolder
from evals.run.summary import ALL, summarise

SHOWN: tuple[str, ...] = (
    "answers with all required tokens",
    "required tokens",
    "answers with a gold quote",
    "citation precision",
    "citation recall",
    "answers with a right citation",
    "answers without a citation",
    "refusal recall",
    "answerable but refused",
    "loops",
    "cut-off answers",
    "degraded answers",
    "answers with a hard flag",
    "answer p50, ms",
    "answer p95, ms",
)
"""The metrics of the table, in its order."""


def figures(runs: Mapping[str, RunFolder], reference: str) -> dict[str, dict[str, Estimate]]:
    """Return by system the metrics that it has. `reference` names the system that the others are paired with."""
    return {system: _estimates(run, runs[reference]) for system, run in runs.items()}


def _estimates(run: RunFolder, reference: RunFolder) -> dict[str, Estimate]:
    pairs = pair_runs(reference, run, common=False).pairs
    counted = zip(pairs, count_failures(pairs), strict=True)
    found = summarise([_of_model(one, worst) for (_, one), (_, worst) in counted])[ALL]
    return {name: found[name] for name in SHOWN if name in found}


def _of_model(one: CaseResult, worst: CaseResult) -> CaseResult:
    """Return a result as what the model contributed to it; `worst` is the same as the worst answer."""
    if one.failure is None and not _is_replaced(one):
        return one
    measured = {name: found for name, found in one.contributions.items() if name in OF_THE_MODEL}
    others = {name: found for name, found in worst.contributions.items() if name not in OF_THE_MODEL}
    return replace(worst, contributions={**others, **measured}, durations=one.durations)


def _is_replaced(result: CaseResult) -> bool:
    """Say whether nothing of the model's answer is shown."""
    return is_degraded(result) and result.response is not None and result.response.mode == "extractive"
