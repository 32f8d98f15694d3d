"""The comparison on the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from serving.plan.actual.result import Actual, Term, Variant, load_cells


def print_actual(actual: Actual, console: Console) -> None:
    """Print assumptions, terms, the plan with both corrected, and what was noticed."""
    roofline, recorded = actual.request.roofline, actual.recorded
    over = "" if recorded.seconds is None else f" in {recorded.seconds:,.0f} s"
    title = f"{roofline.shape.name} {roofline.scheme.name} on {roofline.replica}"
    console.print(f"{title}: {recorded.finished:,} finished requests{over}.", soft_wrap=True)
    if actual.too_few:
        console.print(f"Not enough: {actual.too_few}", soft_wrap=True)
    console.print(_table(("load", "plan", "recorded"), load_cells(actual)))
    if actual.terms:
        console.print()
        console.print(
            _table(("term, at that load", "estimated", "recorded", "correction"), map(term_cells, actual.terms))
        )
        for term in actual.terms:
            if term.note:
                console.print(f"{term.name}: {term.note}.", soft_wrap=True)
    console.print()
    console.print(_table(VARIANT_HEADINGS, [variant_cells(variant) for variant in actual.variants]))
    for note in actual.notes:
        console.print(note, soft_wrap=True)


def term_cells(term: Term) -> tuple[str, ...]:
    """Return a term as text: name, estimated, recorded, correction."""
    unit = f" {term.unit}" if term.unit else ""
    name = f"{term.name},{unit}" if unit else term.name
    values = ("–" if value is None else f"{value:,.{term.digits}f}" for value in (term.estimated, term.recorded))
    if term.correction is None:
        factor = ""
    elif term.correction.low == term.correction.high:
        factor = f"x {term.correction.value:.2f}"
    else:
        factor = f"x {term.correction.value:.2f} ({term.correction.low:.2f}–{term.correction.high:.2f})"
    return (name, *values, factor)


VARIANT_HEADINGS = ("plan", "users each", "replicas", "limit", "TTFT", "ITL", "$/month")


def variant_cells(variant: Variant) -> tuple[str, ...]:
    """Return a plan as text."""
    load = variant.load
    return (
        variant.name,
        "none" if variant.users is None else f"{variant.users:,}",
        "–" if variant.replicas is None else f"{variant.replicas:,}",
        variant.limit,
        "–" if load is None else f"{load.latency.ttft:,.0f} ms",
        "–" if load is None else f"{load.latency.itl:,.1f} ms",
        _usd(variant),
    )


def _usd(variant: Variant) -> str:
    if variant.usd_per_month is not None:
        return f"{variant.usd_per_month:,.0f}"
    return "–" if variant.users is None else "no price"


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column, heading in enumerate(headings):
        table.add_column(heading, justify="right" if column and heading != "limit" else "left")
    for row in rows:
        table.add_row(*row)
    return table
