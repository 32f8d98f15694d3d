"""A migration as one HTML page: every prompt with its scores by round, and what held-out cases say."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from core.report import html
from evals.migrate.candidate import PRESENT
from evals.migrate.console import closing_lines
from evals.migrate.result import MigrationResult, ranked

_STYLES = "<style> pre { white-space: pre-wrap; overflow-wrap: anywhere; } details { margin: 6px 0; } </style>"


def render_page(result: MigrationResult) -> str:
    """Return the whole page."""
    title = f"A prompt for {result.new}"
    return html.render(
        title,
        [
            f"<h1>{escape(title)}</h1>",
            f'<p class="lead">In place of the one for {escape(result.old)}: {result.verdict}.</p>',
            html.cards(_cards(result)),
            "<h2>Scores by round</h2>",
            _rounds(result),
            html.items(closing_lines(result)),
            "<h2>The prompts</h2>",
            *(
                f"<details><summary>{escape(one.name)}: {escape(one.what)}</summary>"
                f"<pre>{escape(one.template)}</pre></details>"
                for one in ranked(result)
            ),
        ],
        _STYLES,
    )


def _cards(result: MigrationResult) -> Iterator[tuple[str, str]]:
    yield str(result.tried), "candidates were tried"
    found = result.confirmation
    if found is not None:
        yield f"{found.present:.3f}", f"the present prompt on {found.n} held-out cases"
        yield f"{found.candidate:.3f}", f"{result.search.best.name} on the same cases"
        yield f"{found.low:+.3f} to {found.high:+.3f}", "95% interval of the difference"


def _rounds(result: MigrationResult) -> str:
    rounds = result.search.rounds
    headings = ["candidate", "what is different", *(f"{one.cases} dev cases" for one in rounds)]
    rows = [
        [
            f"{one.name} (now)" if one.name == PRESENT else one.name,
            one.what,
            *(f"{each.scores[one.name]:.3f}" if one.name in each.scores else "" for each in rounds),
        ]
        for one in ranked(result)
    ]
    return html.table(headings, rows, 2)
