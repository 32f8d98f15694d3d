"""lm-eval's results as one HTML page: every metric, and each question of our own task with its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape

from core.report import html
from evals.harness.request import OUR_TASK
from evals.harness.result import HarnessResult


def render_page(result: HarnessResult) -> str:
    """Return the whole page. The answers are read from the run's folder."""
    title = f"{result.model}, by lm-eval"
    rows = [
        (one.task, one.metric, one.filter, f"{one.value:.3f}", "" if one.stderr is None else f"{one.stderr:.3f}",
         str(one.n))
        for one in result.metrics
    ]  # fmt: skip
    answers = list(_answers(result))
    return html.render(
        title,
        [
            f"<h1>{escape(title)}</h1>",
            html.table(("task", "metric", "filter", "value", "standard error", "n"), rows, 3),
            html.items(
                [
                    f"lm-eval {result.version}, {result.url}.",
                    f"{result.left_out} cases do not reach the model and are left out.",
                ]
            ),
            *(("<h2>Your questions</h2>", *answers) if answers else ()),
        ],
    )


def _answers(result: HarnessResult) -> Iterator[str]:
    found = json.loads((result.folder / "lm-eval.json").read_text(encoding="utf-8"))
    for sample in found["samples"].get(OUR_TASK, []):
        row = json.loads(sample["doc"]["row"])
        metrics = ", ".join(f"{name} {sample[name]:.2f}" for name in sample if name not in ("doc", "answers"))
        yield (
            f"<details><summary>{escape(row['id'])} <small>{escape(metrics)}</small></summary>"
            f"<p>{escape(str(sample['answers'][0]))}</p><p>Expected: {escape(row['target'])}</p></details>"
        )
