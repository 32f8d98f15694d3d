"""The result of a public set as one HTML page: metrics, published figures, and the questions that went worst."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from core.report import html
from evals.external.console import closing_lines, published_table
from evals.external.result import ExternalResult
from evals.run.folder import RESULTS_FILE

_MOST_CARDS = 4
_MOST_QUESTIONS = 100
"""Questions on the page; results.jsonl has all of them."""
_MOST_RANKED = 10


def render_page(result: ExternalResult) -> str:
    """Return the whole page. The questions are read from the run's folder."""
    title = f"{result.configuration['set']}, a public set"
    headings, rows = published_table(result)
    return html.render(
        title,
        [
            f"<h1>{escape(title)}</h1>",
            html.cards(
                (f"{estimate.value:.3f}", name) for name, estimate in list(result.metrics.items())[:_MOST_CARDS]
            ),
            "<h2>Measured</h2>",
            html.table(
                ("metric", "value", "95% interval", "n"),
                [
                    (name, f"{one.value:.3f}", f"{one.low:.3f} to {one.high:.3f}", str(one.n))
                    for name, one in result.metrics.items()
                ],
                1,
            ),
            *(("<h2>Published</h2>", html.table(headings, rows, 1)) if rows else ()),
            html.items(closing_lines(result)),
            f"<h2>The {_MOST_QUESTIONS} questions that went worst</h2>",
            *_questions(result),
        ],
    )


def _questions(result: ExternalResult) -> Iterator[str]:
    """Give the questions by their mean over all metrics that are better when higher, the lowest first."""
    text = (result.folder / RESULTS_FILE).read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = [json.loads(line) for line in text.split("\n") if line]
    for row in sorted(rows, key=_mean)[:_MOST_QUESTIONS]:
        relevant = set(row["relevant"])
        found = [f"{one} (relevant)" if one in relevant else one for one in row["ranked"][:_MOST_RANKED]]
        values = ", ".join(f"{name} {_value(one):.2f}" for name, one in row["metrics"].items())
        answer = f"<p>{escape(row['answer']['content'])}</p>" if row["answer"] else ""
        ranking = f"<ol>{''.join(f'<li>{escape(one)}</li>' for one in found)}</ol>" if found else ""
        missed = sorted(relevant - set(row["ranked"][:_MOST_RANKED]))
        not_found = f"<p>Relevant, not among them: {escape(', '.join(missed))}</p>" if missed else ""
        yield (
            f"<details><summary>{escape(row['question'])} <small>{escape(values)}</small></summary>"
            f"{answer}{ranking}{not_found}</details>"
        )


_LOWER = frozenset(("answerable but refused", "degraded answers"))


def _mean(row: Mapping[str, Any]) -> float:
    values = [1 - _value(one) if name in _LOWER else _value(one) for name, one in row["metrics"].items()]
    return sum(values) / len(values) if values else 1.0


def _value(contribution: Mapping[str, float]) -> float:
    return contribution["numerator"] / contribution["denominator"]
