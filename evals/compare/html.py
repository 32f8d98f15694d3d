"""A comparison as one HTML page, without scripts or anything from other hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from core.report import html
from evals.compare.console import answer_text, reading_notes
from evals.compare.result import Comparison, Difference
from evals.compare.words import count, difference, figure, interval, p_value
from evals.metrics.catalogue import GROUPS
from evals.run.case_result import CaseResult

_STYLES = """<style>
  td.better { color: var(--nvfp4); font-weight: 600; } td.worse { color: var(--limit); font-weight: 600; }
  td.group { text-align: left; font-weight: 600; background: var(--head); }
  details { margin: 6px 0; } summary { cursor: pointer; }
  .case { background: var(--paper); border: 1px solid var(--edge); border-radius: 8px; padding: 10px 16px;
    margin: 12px 0; }
  .case h3 { font-size: 16px; margin: 0 0 4px; }
  .answers { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; }
  @media (max-width: 640px) { .answers { grid-template-columns: 1fr; } }
  .answers p { white-space: pre-wrap; overflow-wrap: anywhere; }
</style>"""
_HEADINGS = (
    "metric", "A", "B", "B − A", "95% interval", "p", "p (Holm)", "won", "lost", "n", "detectable", "decides"
)  # fmt: skip


def render_page(comparison: Comparison) -> str:
    """Return the whole page: the table, the cases won and lost in each metric, and both answers to each of them."""
    runs = comparison.runs
    title = f"{runs.b.folder.name} against {runs.a.folder.name}"
    return html.render(
        title,
        [
            f"<h1>{escape(title)}</h1>",
            f'<p class="lead">B is compared with A over {count(len(runs.pairs), "case")}.</p>',
            html.cards(_cards(comparison)),
            "<h2>Every metric</h2>",
            _table(comparison),
            html.items([*reading_notes(comparison), *_notes(comparison)]),
            "<h2>Won and lost</h2>",
            *(_metric(one) for one in comparison.differences if one.won or one.lost),
            "<h2>The cases in which the runs differ</h2>",
            *_cases(comparison),
        ],
        _STYLES,
    )


def _cards(comparison: Comparison) -> Iterator[tuple[str, str]]:
    for direction, words in (("better", "B is better in"), ("worse", "B is worse in"), ("undecided", "undecided")):
        found = [one for one in comparison.differences if one.direction == direction]
        named = ", ".join(one.metric.name for one in found) if direction != "undecided" else ""
        yield str(len(found)), f"{words}: {named}" if named else f"metrics: {words}"


def _table(comparison: Comparison) -> str:
    head = "".join(f'<th class="{"left" if not column else ""}">{escape(h)}</th>' for column, h in enumerate(_HEADINGS))
    rows = []
    for group, names in GROUPS.items():
        found = [one for one in comparison.differences if one.metric.name in names]
        if found:
            rows.append(f'<tr><td class="group" colspan="{len(_HEADINGS)}">{escape(group)}</td></tr>')
        rows += [_row(one) for one in found]
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def _row(one: Difference) -> str:
    metric = one.metric
    cells = (
        figure(one.a, metric), figure(one.b, metric), difference(one.difference, metric),
        interval(one.low, one.high, metric), p_value(one.p_value), p_value(one.adjusted), str(len(one.won)),
        str(len(one.lost)), str(one.cases), figure(one.detectable, metric),
        "–" if one.needed is None else f"{one.needed:,}",
    )  # fmt: skip
    name = escape(metric.name)
    linked = f'<a href="#{_anchor("metric", metric.name)}">{name}</a>' if one.won or one.lost else name
    own = ["", "", one.direction, *[""] * (len(cells) - 3)]
    shown = "".join(f'<td class="{kind}">{escape(cell)}</td>' for kind, cell in zip(own, cells, strict=True))
    return f'<tr><td class="left">{linked}</td>{shown}</tr>'


def _metric(one: Difference) -> str:
    lists = "; ".join(f"{words}: {_links(ids)}" for words, ids in (("lost", one.lost), ("won", one.won)) if ids)
    return (
        f'<details id="{_anchor("metric", one.metric.name)}" open><summary>{escape(one.metric.name)}: '
        f"{len(one.lost)} lost, {len(one.won)} won</summary><p>{lists}</p></details>"
    )


def _links(ids: tuple[str, ...]) -> str:
    return ", ".join(f'<a href="#{_anchor("case", name)}">{escape(name)}</a>' for name in ids)


def _cases(comparison: Comparison) -> Iterator[str]:
    """Yield each case that was won or lost in a metric other than a latency, with both answers."""
    compared = [one for one in comparison.differences if one.metric.duration is None]
    for a, b in comparison.runs.pairs:
        name = a.case.id
        words = {
            "lost": [one.metric.name for one in compared if name in one.lost],
            "won": [one.metric.name for one in compared if name in one.won],
        }
        if any(words.values()):
            yield _case(a, b, words)


def _case(a: CaseResult, b: CaseResult, words: Mapping[str, list[str]]) -> str:
    outcome = "; ".join(f"{kind} in {', '.join(names)}" for kind, names in words.items() if names)
    history = "".join(f"<p class='small'>{escape(turn.role)}: {escape(turn.content)}</p>" for turn in a.case.history)
    gold = "".join(f"<li>{escape(one.document_id)}: “{escape(one.quote)}”</li>" for one in a.case.gold)
    answers = "".join(
        f"<div><b>{letter}</b><p>{escape(answer_text(result))}</p></div>" for letter, result in (("A", a), ("B", b))
    )
    return (
        f'<div class="case" id="{_anchor("case", a.case.id)}"><h3>{escape(a.case.id)}: {escape(a.case.question)}</h3>'
        f'{history}<p class="small">{escape(a.case.kind)}; B {escape(outcome)}</p>'
        f'<div class="answers">{answers}</div>'
        + (f'<details><summary>gold quotes</summary><ul class="small">{gold}</ul></details>' if gold else "")
        + "</div>"
    )


def _notes(comparison: Comparison) -> Iterator[str]:
    yield f"A: {comparison.runs.a.folder}"
    yield f"B: {comparison.runs.b.folder}"
    yield "detectable: the difference that so many cases show in 4 of 5 evaluations."
    yield from (f"{name}: {letter} has no value." for name, letter in comparison.missing.items())
    yield from comparison.cautions


def _anchor(kind: str, name: str) -> str:
    return escape(f"{kind}-{name.replace(' ', '-')}", quote=True)
