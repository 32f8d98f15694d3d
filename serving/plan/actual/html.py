"""The comparison as one HTML page, without scripts or anything from other hosts."""

from __future__ import annotations

from html import escape

from core.report import html
from serving.plan.actual.console import VARIANT_HEADINGS, term_cells, variant_cells
from serving.plan.actual.result import Actual, load_cells


def render_page(actual: Actual) -> str:
    """Return the whole page."""
    roofline, recorded = actual.request.roofline, actual.recorded
    over = "" if recorded.seconds is None else f" in {recorded.seconds:,.0f} s"
    terms = [term_cells(term) for term in actual.terms]
    parts = [
        f"<h1>{escape(roofline.shape.name)} in {roofline.scheme.name}: plan against actual</h1>"
        f'<p class="lead">{escape(str(roofline.replica))}; {recorded.finished:,} finished requests{over}, within '
        f"{escape(str(actual.request.slo))}.</p>",
        f"<p><b>Not enough.</b> {escape(actual.too_few)}</p>" if actual.too_few else "",
        "<h2>The plan, corrected</h2>" + html.table(VARIANT_HEADINGS, map(variant_cells, actual.variants), left=1),
        "<h2>The load</h2>" + html.table(("load", "plan", "recorded"), load_cells(actual), left=1),
    ]
    if terms:
        headings = ("term", "estimated", "recorded", "correction")
        parts.append("<h2>The cost terms, at the recorded load</h2>" + html.table(headings, terms, left=1))
    sources = [scrape.source for scrape in (actual.request.counters.before, actual.request.counters.after) if scrape]
    explained = [f"{term.name}: {term.note}." for term in actual.terms if term.note]
    lines = [*actual.notes, *explained, f"Counters of vLLM: {', then '.join(sources)}.", *_METHOD]
    return html.render(f"Plan against actual: {roofline.shape.name}", [*parts, "<h2>Notes</h2>", html.items(lines)])


_METHOD = (
    "Intervals are 95%, from the buckets of vLLM's histograms: rough ones.",
    "A correction is recorded over estimated, with the recorded lengths and batch, so that a load other than planned "
    "is not taken for a wrong term. Formulas and limits: docs/capacity.md.",
)
