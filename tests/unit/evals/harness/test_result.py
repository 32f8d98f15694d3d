from __future__ import annotations

import io
import json
from pathlib import Path

from rich.console import Console

from evals.harness.console import print_harness
from evals.harness.html import render_page
from evals.harness.result import HarnessResult, TaskMetric, read_metrics

FOUND = {
    "results": {
        "groundwork": {
            "alias": "groundwork",
            "sample_len": 3,
            "gold_quote,none": 0.5,
            "gold_quote_stderr,none": 0.25,
            "refusal,none": 1.0,
            "refusal_stderr,none": "N/A",
            "required_tokens,none": [],
        },
        "mmlu": {"acc,none": 0.3, "acc_stderr,none": 0.1, "sample_len": 40},
    },
    "samples": {"groundwork": [{"gold_quote": 1.0}, {"gold_quote": 0.0}, {"refusal": 1.0}]},
}
METRICS = (
    TaskMetric("groundwork", "gold_quote", "none", 0.5, 0.25, 2),
    TaskMetric("groundwork", "refusal", "none", 1.0, None, 1),
    TaskMetric("mmlu", "acc", "none", 0.3, 0.1, 40),
)


def test_metrics_are_read_with_their_errors_and_the_questions_to_which_they_apply() -> None:
    assert read_metrics(FOUND) == METRICS


def test_the_table_has_every_metric_and_the_cases_that_are_left_out() -> None:
    console = Console(width=200, file=io.StringIO(), record=True)
    print_harness(HarnessResult(Path("run"), "m", "http://host/v1", "0.4.13", METRICS, 7), console)
    text = console.export_text()
    assert "± 0.250" in text
    assert "7 cases do not reach the model" in text


def test_the_page_has_our_questions_with_their_answers(tmp_path: Path) -> None:
    row = json.dumps({"id": "days", "target": "25 <days>"})
    sample = {"doc": {"row": row}, "answers": ["Thirty & more."], "gold_quote": 0.0}
    (tmp_path / "lm-eval.json").write_text(json.dumps({"samples": {"groundwork": [sample]}}), encoding="utf-8")
    page = render_page(HarnessResult(tmp_path, "m", "http://host/v1", "0.4.13", METRICS, 7))
    assert "Thirty &amp; more." in page
    assert "25 &lt;days&gt;" in page
