"""The page of the report: the figures as tables that are readable without a script, and the data for the script.

The page needs no network, and a policy keeps it from any. Texts of questions, answers and documents reach it as data
only: as escaped HTML here, as text nodes in the script.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from core.report import html
from core.stats import Estimate
from evals.judge.judgement import Judgement
from evals.metrics.catalogue import GROUPS, METRICS
from evals.run.case_result import CaseResult
from evals.run.presentation import SLICE_MEANINGS, SLICE_TITLES, figure, interval
from evals.run.report.data import report_data
from evals.run.summary import ALL, Summary, is_in

_CARDS: Mapping[str, str] = {
    "recall@5": "of the gold quotes are among the first five hits",
    "citation recall": "of the gold quotes are cited",
    "correct (judge)": "of the answers are correct, says the judge",
    "answers with a gold quote": "of the answers have a gold quote",
    "answers with a hard flag": "of the answers have a hard flag",
    "refusal recall": "of the unanswerable questions are refused",
    "first token p50, ms": "ms to the first word, median",
    "tokens per second": "tokens a second",
    "cost per 1,000 answers": "for 1,000 answers",
}
"""What a figure at the top says, by metric; those that the run has are shown."""
_AS_SHARE = ("recall", "citation", "correct", "answers with", "refusal")


def render_report(
    configuration: Mapping[str, Any],
    results: Sequence[CaseResult],
    summary: Summary,
    judgements: Mapping[str, Judgement],
    judge: Mapping[str, Any] | None = None,
) -> str:
    """Return the whole page; `judge` is what judge.json says of the judge that gave the judgements."""
    script = _file("report.js")
    title = f"Evaluation of {configuration['domain']}, recipe {configuration['recipe']['name']}"
    parts = [
        '<div id="overview">',
        *_overview(title, configuration, results, summary, judge),
        "</div>",
        '<div id="view" hidden></div>',
        '<p id="announcer" class="hidden" role="status"></p>',
        f'<script type="application/json" id="data">{_json(report_data(results, summary, judgements))}</script>',
        f"<script>{script}</script>",
    ]
    return html.render(title, parts, _head(script))


def _file(name: str) -> str:
    return files("evals.run.report").joinpath(name).read_text(encoding="utf-8")


def _head(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'"
    )
    styles = _file("report.css")
    return f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n<style>\n{styles}</style>'


def _json(value: Mapping[str, Any]) -> str:
    """Return JSON that cannot end the element that it is in. A lone half of a surrogate pair stays an escape."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _overview(
    title: str,
    configuration: Mapping[str, Any],
    results: Sequence[CaseResult],
    summary: Summary,
    judge: Mapping[str, Any] | None,
) -> Iterator[str]:
    yield f"<h1>{escape(title)}</h1>"
    yield f'<p class="lead">{escape(_lead(configuration))}</p>'
    yield (
        "<noscript><p>The figures below are complete. The questions behind them are shown by a script, which is "
        "switched off here; <code>results.jsonl</code> beside this file has them.</p></noscript>"
    )
    yield _cards(results, summary)
    yield from _problems(configuration, results)
    yield "<h2>Metrics</h2>"
    yield (
        "<p>Choose a figure to see its questions, those that cost most first. Intervals are 95% bootstrap intervals "
        "over questions; a bar shows them from 0 to 1.</p>"
    )
    yield _table(results, summary)
    if judge is not None:
        yield "<h2>The judge</h2>"
        yield html.items([f"The judge is {judge['judge']['model']}.", *judge["sentences"]])
    yield "<h2>How it was measured</h2>"
    yield html.items(_method(configuration))


def _lead(configuration: Mapping[str, Any]) -> str:
    model = f" of {configuration['model']}" if configuration["model"] else ""
    return (
        f"{configuration['mode'].capitalize()} answers{model} over {configuration['documents']} documents, "
        f"{configuration['questions']} questions of the split {configuration['split']}, {configuration['date'][:10]}."
    )


def _cards(results: Sequence[CaseResult], summary: Summary) -> str:
    figures = summary.get(ALL, {})
    shown = [
        (_number(name, figures[name]), words, _link(ALL, name)) for name, words in _CARDS.items() if name in figures
    ]
    asked = f"{len(results):,}"
    entries = [(asked, "questions asked", _link(ALL)), *shown]
    each = (
        f'<a class="card" href="{link}"><b>{escape(value)}</b><span>{escape(words)}</span></a>'
        for value, words, link in entries
    )
    return f'<div class="cards">{"".join(each)}</div>'


def _number(metric: str, estimate: Estimate) -> str:
    if metric.startswith(_AS_SHARE):
        return f"{estimate.value:.0%}"
    return figure(metric, estimate.value)


def _problems(configuration: Mapping[str, Any], results: Sequence[CaseResult]) -> Iterator[str]:
    failed = sum(result.failure is not None for result in results)
    missing = configuration["questions"] - len(results)
    if missing > 0:
        yield (
            f'<p class="problem"><b>Incomplete.</b> {missing} of {configuration["questions"]} questions have no result '
            "yet. Continue the run with <code>groundwork eval run --resume</code>.</p>"
        )
    if failed:
        words = "1 request failed" if failed == 1 else f"{failed} requests failed"
        yield (
            f'<p class="problem"><b>{words}.</b> Each counts as the worst answer in every metric. '
            f'<a href="{_link(ALL, "failed requests")}">Show them</a></p>'
        )


def _table(results: Sequence[CaseResult], summary: Summary) -> str:
    names = list(summary)
    sizes = {name: sum(is_in(result.case, name) for result in results) for name in names}
    headings = "".join(
        f'<th scope="col" title="{escape(SLICE_MEANINGS[name])}"><a href="{_link(name)}">{escape(SLICE_TITLES[name])}'
        f"</a><span>{sizes[name]:,}</span></th>"
        for name in names
    )
    bodies = "".join(_group(group, names, summary) for group in GROUPS)
    return (
        '<div class="wide" role="region" aria-label="Metrics" tabindex="0"><table class="metrics">'
        f'<thead><tr><th scope="col" class="left">Metric</th>{headings}</tr></thead>{bodies}</table></div>'
    )


def _group(group: str, names: Sequence[str], summary: Summary) -> str:
    metrics = [metric for metric in GROUPS[group] if any(metric in summary[name] for name in names)]
    if not metrics:
        return ""
    rows = "".join(
        f'<tr><th scope="row" class="left">{escape(metric)} {_direction(metric)}</th>'
        + "".join(_cell(name, metric, summary[name].get(metric)) for name in names)
        + "</tr>"
        for metric in metrics
    )
    heading = (
        f'<tr class="group"><th scope="rowgroup" class="left" colspan="{len(names) + 1}">{escape(group)}</th></tr>'
    )
    return f"<tbody>{heading}{rows}</tbody>"


def _direction(metric: str) -> str:
    better = METRICS[metric].better
    arrow = "↑" if better == "higher" else "↓"
    return f'<span class="better" title="{better} is better"><span aria-hidden="true">{arrow}</span>' + (
        f'<span class="hidden">{better} is better</span></span>'
    )


def _cell(name: str, metric: str, estimate: Estimate | None) -> str:
    if estimate is None:
        return "<td></td>"
    value, around = figure(metric, estimate.value), interval(metric, estimate)
    return (
        f'<td><a href="{_link(name, metric)}" title="{estimate.n} questions"><b>{value}</b>'
        f"<span>{around}</span>{_bar(metric, estimate)}</a></td>"
    )


def _bar(metric: str, estimate: Estimate) -> str:
    """Return the interval of a share as a bar from 0 to 1."""
    if METRICS[metric].most != 1.0:
        return ""
    low, width, value = (f"{100 * part:.1f}%" for part in (estimate.low, estimate.high - estimate.low, estimate.value))
    return f'<i class="bar" style="--low:{low};--width:{width};--value:{value}"></i>'


def _link(slice_name: str, metric: str = "") -> str:
    parts = ["#", "questions", slice_name, *([metric] if metric else [])]
    return "/".join(quote(part, safe="#") for part in parts)


def _method(configuration: Mapping[str, Any]) -> Iterator[str]:
    price = configuration.get("price") or {}
    at_a_time = configuration.get("concurrency", 1)
    yield (
        f"Groundwork {configuration['groundwork']}, begun {configuration['date']}; embedder "
        f"{configuration['embedder']}, {configuration['chunks']} chunks; {configuration['cases']} (SHA-256 "
        f"{configuration['cases_sha256'][:12]}…)."
    )
    yield (
        f"Questions were asked {'one at a time' if at_a_time == 1 else f'{at_a_time} at a time'}, and latencies are "
        "those of the client under this load. The first token is the first visible word of the streamed answer."
    )
    yield (
        "Every metric is a ratio of two sums over questions, or a percentile of a duration. What a question costs is "
        "how much the metric would be better without it."
    )
    if "per_hour" in price:
        yield (
            f"Cost: {price['per_hour']} an hour for the machine, times the seconds of an answer, divided by the "
            "questions at a time."
        )
    if "per_million_tokens" in price:
        of_prompt, of_answer = price["per_million_tokens"]
        yield f"Cost: {of_prompt} for a million tokens of prompts, {of_answer} for a million tokens of answers."
