"""Score an answer in lm-eval's process: the same functions as in `groundwork eval run`, for texts alone.

    gold_quote        whether the answer has one of the gold quotes, of answerable questions
    required_tokens   share of the required tokens that it has, of cases that require some
    refusal           whether it is the refusal, of unanswerable questions
    wrong_refusal     whether it is, of answerable ones
    cites             whether an answer that is no refusal cites a source

Only questions that reach the model are asked: the app refuses the others itself.

Not covered: what the app does with the text of a model (citations are checked, unsupported sentences withheld).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from evals.cases.case import Gold
from evals.metrics.answers import contains_gold
from evals.metrics.required import contains_any

HIGHER_IS_BETTER: Mapping[str, bool] = {
    "gold_quote": True,
    "required_tokens": True,
    "refusal": True,
    "wrong_refusal": False,
    "cites": True,
}
"""Every metric of the task, and whether higher is better."""
_MARKER = re.compile(r"\[\d+(?:\s*,\s*\d+)*\]")


def score_answer(row: Mapping[str, Any], answer: str) -> dict[str, float]:
    """Return the metrics that apply to an answer; `row` is one of the task's data (`evals/harness/task.py`)."""
    refused = str(row["refusal"]) in answer
    if not row["answerable"]:
        return {"refusal": float(refused)}
    golds = [Gold(entry["document_id"], entry["quote"]) for entry in row["gold"]]
    scores = {"gold_quote": float(contains_gold(answer, golds)), "wrong_refusal": float(refused)}
    if row["required"]:
        found = sum(contains_any(answer, alternatives) for alternatives in row["required"])
        scores["required_tokens"] = found / len(row["required"])
    if not refused:
        scores["cites"] = float(bool(_MARKER.search(answer)))
    return scores
