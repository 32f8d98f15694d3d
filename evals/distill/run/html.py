"""A distillation as one HTML page, without scripts or anything from other hosts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from core.report import html
from evals.cases.case import Case
from evals.compare.console import answer_text
from evals.distill.run.budget import in_words
from evals.distill.run.console import cell, data_lines, notes, time_rows, training_lines, verdict_words
from evals.distill.run.figures import SHOWN
from evals.distill.run.place import Place
from evals.distill.run.result import DistillRunResult, Figures
from evals.run.case_result import CaseResult
from evals.run.folder import read_run

_MOST_ANSWERS = 20
"""Questions of which the page has all answers; report.html of a system's run has every one."""
_STYLES = """<style>
  .case { background: var(--paper); border: 1px solid var(--edge); border-radius: 8px; padding: 10px 16px;
    margin: 12px 0; }
  .case h3 { font-size: 16px; margin: 0 0 4px; }
  .answers { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px; }
  @media (max-width: 640px) { .answers { grid-template-columns: 1fr; } }
  .answers p { white-space: pre-wrap; overflow-wrap: anywhere; margin: 2px 0 8px; }
</style>"""


def render_page(result: DistillRunResult, place: Place) -> str:
    """Return the whole page. The answers are read from the folders of the runs."""
    title = f"Distillation: {result.folder.name}"
    return html.render(
        title,
        [
            f"<h1>{escape(title)}</h1>",
            html.cards(_cards(result)),
            *_sets(result),
            html.items(notes(result)),
            "<h2>Verdicts</h2>",
            *map(_gate, result.gates),
            "<h2>Time</h2>",
            html.table(("stage", "expected", "taken"), list(time_rows(result.budget)), 1),
            "<h2>Examples</h2>",
            html.items(data_lines(result.data)),
            *_counts("kind", result.data.get("by_kind", {})),
            *_counts("dropped by", result.data.get("dropped", {})),
            "<h2>Training</h2>",
            html.items(training_lines(result.training)),
            *_curve(result.training.get("points", ())),
            *_answers(result, place),
        ],
        _STYLES,
    )


def _cards(result: DistillRunResult) -> Iterator[tuple[str, str]]:
    first = result.gates[0]
    yield str(first["verdict"]), f"{first['candidate_system']} in place of {first['original_system']}"
    yield str(sum(found["questions"] for found in result.cases.values())), "questions"
    yield in_words(result.budget["spent_s"]), f"of {in_words(result.budget['seconds'])}"


def _sets(result: DistillRunResult) -> Iterator[str]:
    for name, of_set in result.sets.items():
        yield f"<h2>{escape(name)}</h2>"
        yield html.table(("metric", *of_set, "n"), list(_rows(of_set)), 1)


def _rows(of_set: Figures) -> Iterator[tuple[str, ...]]:
    for metric in SHOWN:
        found = {system: values[metric] for system, values in of_set.items() if metric in values}
        if found:
            cells = (cell(metric, found[system]) if system in found else "–" for system in of_set)
            yield metric, *cells, str(max(one.n for one in found.values()))


def _gate(gate: Mapping[str, Any]) -> str:
    words = escape(f"{gate['set']}: {verdict_words(gate)}")
    return f"<p><b>{words}</b></p>{html.items((*gate['reasons'], *gate['cautions']))}"


def _counts(heading: str, counts: Mapping[str, int]) -> Iterator[str]:
    if counts:
        yield html.table((heading, "examples"), [(name, f"{number:,}") for name, number in counts.items()], 1)


def _curve(points: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Give the evaluations during the training: they chose the weights, and are no evaluation of the student."""
    if not points:
        return
    names = [name for name, value in points[0].items() if value is None or isinstance(value, (int, float))]
    yield "<h3>Learning curve</h3>"
    yield html.table(names, [[_number(point[name]) for name in names] for point in points], 0)
    yield html.items(["On examples and greedy answers of the split 'validation': these chose the weights."])


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}"


def _answers(result: DistillRunResult, place: Place) -> Iterator[str]:
    """Give the answers of all systems to a few questions of each set, chosen by the hash of their ids."""
    share = -(-_MOST_ANSWERS // len(result.sets))
    yield "<h2>Answers</h2>"
    for name in result.sets:
        runs = {
            system: {one.case.id: one for one in read_run(place.run(name, system)).results} for system in result.systems
        }
        for case in _chosen([one.case for one in runs[result.systems[0]].values()], share):
            yield _case(name, case, {system: found[case.id] for system, found in runs.items()})


def _chosen(cases: Sequence[Case], most: int) -> list[Case]:
    return sorted(cases, key=lambda case: hashlib.sha256(case.id.encode()).digest())[:most]


def _case(name: str, case: Case, results: Mapping[str, CaseResult]) -> str:
    history = "".join(f"<p class='small'>{escape(turn.role)}: {escape(turn.content)}</p>" for turn in case.history)
    gold = "".join(f"<li>{escape(one.document_id)}: “{escape(one.quote)}”</li>" for one in case.gold)
    answers = "".join(
        f"<div><b>{escape(system)}</b>{_degraded(one)}<p>{escape(answer_text(one))}</p></div>"
        for system, one in results.items()
    )
    return (
        f'<div class="case"><h3>{escape(case.id)}: {escape(case.question)}</h3>{history}'
        f'<p class="small">{escape(name)}, {escape(case.kind)}</p><div class="answers">{answers}</div>'
        + (f'<details><summary>gold quotes</summary><ul class="small">{gold}</ul></details>' if gold else "")
        + "</div>"
    )


def _degraded(result: CaseResult) -> str:
    if result.response is None or not result.response.degraded:
        return ""
    shown = "extractive" if result.response.mode == "extractive" else "a part"
    return f" <small>({shown}, since the model's was: {escape(str(result.response.degraded_reason))})</small>"
