"""The result of an arena as one HTML page, without scripts or anything from other hosts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from core.report import html
from core.report.drawing import INK, Scale, line, picture, text
from evals.arena.cells import TextTable, models_table, pairs_table, signed
from evals.arena.decide import Decision
from evals.arena.result import Arena
from evals.arena.standings import Standing, Standings

_MOST_SHOWN = 200
"""Matches on the page; decisions.jsonl has all of them."""
_ORDER = {"a": 0, "b": 0, None: 1, "tie": 2}
"""Of matches on the page, by their outcomes: those that somebody won first."""
_ROW, _TOP, _BELOW = 30.0, 14.0, 40.0
_LEFT, _RIGHT = 230.0, 730.0
_STYLE = """<style>
.wide { margin-top: 12px; }
details { background: var(--paper); border: 1px solid var(--edge); border-radius: 8px; }
details { padding: 8px 14px; margin: 6px 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; }
.sides p, details > p { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 14px; }
@media (max-width: 640px) { .sides { grid-template-columns: 1fr; } }
</style>"""


def render_page(arena: Arena) -> str:
    """Return the whole page."""
    return html.render(
        f"Arena: {', '.join(arena.models)}",
        [
            f"<h1>{len(arena.models)} models, compared in pairs</h1>",
            f'<p class="lead">On {arena.questions} questions.</p>',
            *(part for standings in arena.standings for part in _charts(standings)),
            *(["<h2>Figures</h2>", *_tables(arena)] if arena.standings else []),
            "<h2>How to read this</h2>",
            html.items([*_METHOD, *arena.notes()]),
            "<h2>Matches</h2>",
            *_matches(arena),
        ],
        _STYLE,
    )


_METHOD = (
    "Strength: Bradley-Terry, in Elo points around the mean of the models; 100 points more are preferred in 64% of "
    "comparisons, 200 points in 76%. A tie is half a win.",
    "Intervals: 95%, by the bootstrap over questions. Rank: the first and the last rank that the intervals of the "
    "differences allow.",
    "Score: wins and half the ties of the first model of a pair. n counts questions.",
)


def _tables(arena: Arena) -> list[str]:
    with_sources = len(arena.standings) > 1
    return [
        html.table(_headings(table, with_sources=with_sources), table.rows, left=1)
        for table in (models_table(arena.standings), pairs_table(arena.standings))
    ]


def _headings(table: TextTable, *, with_sources: bool) -> list[str]:
    first, *others = table.headings
    named = (f"{source}: {heading}" for source, heading in zip(table.sources, others, strict=True))
    return [first, *(named if with_sources else others)]


def _charts(standings: Standings) -> list[str]:
    drawn = [_chart(group) for group in standings.groups if len(group) > 1]
    return [f"<h2>By {escape(standings.source)}</h2>", *drawn] if drawn else []


def _chart(group: Sequence[Standing]) -> str:
    """Draw the strengths of connected models with their intervals, the strongest at the top."""
    shown = [(standing.model, standing.strength) for standing in group if standing.strength is not None]
    low = min(estimate.low for _, estimate in shown)
    high = max(estimate.high for _, estimate in shown)
    margin = 0.05 * (high - low) or 10.0
    across = Scale(low - margin, high + margin, _LEFT, _RIGHT)
    bottom = _TOP + _ROW * len(shown)
    parts = [
        part
        for tick in across.ticks()
        for part in (
            f'<line class="grid" x1="{across(tick):.1f}" x2="{across(tick):.1f}" y1="{_TOP:g}" y2="{bottom:g}"/>',
            text(across(tick), bottom + 16, signed(tick), "middle", "tick"),
        )
    ]
    for place, (model, estimate) in enumerate(shown):
        y = _TOP + _ROW * (place + 0.5)
        parts += [
            text(_LEFT - 14, y + 4, model if len(model) <= 32 else f"{model[:31]}…", "end", "label"),
            line([(across(estimate.low), y), (across(estimate.high), y)], "var(--w8a8)", width=3),
            f'<circle cx="{across(estimate.value):.1f}" cy="{y:g}" r="5" fill="{INK}"/>',
        ]
    parts.append(text((_LEFT + _RIGHT) / 2, bottom + 34, "strength in Elo points; further right is better", "middle"))
    return f"<figure>{picture(parts, 'strengths with 95% intervals', bottom + _BELOW)}</figure>"


def _matches(arena: Arena) -> list[str]:
    every = [(source, decision) for source, made in arena.decisions.items() for decision in made]
    every.sort(key=lambda entry: _ORDER[entry[1].outcome])
    shown = [_match(source, decision) for source, decision in every[:_MOST_SHOWN]]
    if len(every) > _MOST_SHOWN:
        shown.append(f"<p>{_MOST_SHOWN} of {len(every)} matches; decisions.jsonl has all of them.</p>")
    return shown


def _match(source: str, decision: Decision) -> str:
    match = decision.match
    between = f"{match.a} : {match.b}"
    won = {
        "a": f"{match.a} beats {match.b}",
        "b": f"{match.b} beats {match.a}",
        "tie": f"{between}, tie",
        None: f"{between}, not decided",
    }[decision.outcome]
    if decision.inconsistent:
        won += " (the replies in both orders disagree)"
    a, b = match.answers or (_failure(match.result_a.failure), _failure(match.result_b.failure))
    sides = "".join(
        f"<div><b>{escape(model)}</b><p>{escape(answer)}</p></div>" for model, answer in ((match.a, a), (match.b, b))
    )
    turns = "".join(f"<p>{escape(turn.role)}: {escape(turn.content)}</p>" for turn in match.case.history)
    return (
        f"<details><summary>{escape(match.case.question)} <b>{escape(won)}</b>, by {escape(source)}</summary>"
        f'{turns}<div class="sides">{sides}</div><p>{escape(decision.reason)}</p></details>'
    )


def _failure(failure: str | None) -> str:
    return f"The request failed: {failure}" if failure else "Answered; the other request failed."
