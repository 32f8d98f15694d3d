"""The tables that are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from benchmarks.grounding.quality import BARS, Figures
from benchmarks.grounding.rules import Rule
from benchmarks.grounding.speed import Growth, Latencies
from benchmarks.grounding.worst import Worst

OURS = "ours"


def quality_table(
    title: str,
    sets: Sequence[tuple[str, int]],
    figures: Mapping[str, Mapping[str, Figures]],
    intervals: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
) -> Table:
    """Return the figures of each checker (`figures[checker][set][figure]`) on `sets`, named with their sizes.

    `intervals` are those of this project's checker, by set and figure; without them the bars are left out as well.
    """
    with_bars = intervals is not None
    table = Table("set", "figure", *figures, *(("95%", "bar") if with_bars else ()), title=title)
    for column in table.columns[2:]:
        column.justify = "right"
    for name, size in sets:
        for position, figure in enumerate(figures[OURS][name]):
            bar = BARS.get((name, figure))
            cells = []
            for checker, its in figures.items():
                style = ("green" if bar.is_met(its[name][figure]) else "red") if bar and checker == OURS else ""
                cells.append(f"[{style}]{_share(its[name][figure])}[/]" if style else _share(its[name][figure]))
            low_high = (intervals or {}).get(name, {}).get(figure)
            if with_bars:
                cells.append(f"{_share(low_high[0])}–{_share(low_high[1])}" if low_high else "")
                cells.append(("at most " if bar.is_ceiling else "at least ") + f"{bar.value:g}" if bar else "")
            table.add_row(f"{name} ({size})" if position == 0 else "", figure, *cells)
        table.add_section()
    return table


def rule_table(rules: Sequence[Rule]) -> Table:
    """Return what each rule finds beside what it costs."""
    kinds, quiet = list(rules[-1].found), list(rules[-1].alarms)
    table = Table(
        "reason",
        "hard",
        *(kind.replace("_", "\n") for kind in kinds),
        "all\nkinds",
        "by it\nalone",
        "con-\ntrast",
        "quintd\nflags",
        "pre-\ncision",
        *(name.replace("_", "\n").replace(" ", "\n") for name in quiet),
        title="Rules: share of changed places found | precision on human-marked answers | flags for 100 right answers",
        padding=(0, 0),
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for rule in rules:
        table.add_row(
            rule.reason,
            _share(rule.hard, 2),
            *(_share(rule.found[kind], 2) for kind in kinds),
            _share(rule.found_in_all, 2),
            str(rule.alone),
            _share(rule.contrast, 2),
            str(rule.flags),
            _share(rule.precision, 2),
            *(f"{rule.alarms[name]:.1f}" for name in quiet),
        )
    return table


def worst_table(title: str, value: str, worst: Sequence[Worst]) -> Table:
    """Return cases to look at; `value` names the column of their figures."""
    table = Table(
        "case", value, "in doubt", "why", "sentence of the answer", "nearest sentence of the source", title=title
    )
    for one in worst:
        cells = (f"{one.group}\n{one.case}", f"{one.value:.2f}", one.part, one.reason, one.sentence, one.source)
        table.add_row(*map(Text, cells), end_section=True)
    return table


def latency_table(latencies: Sequence[Latencies], load: float) -> Table:
    """Return the times of single calls; `load` is the machine's load average before them."""
    title = f"105 words against ten passages of 200 (load of the machine before: {load:.1f})"
    table = Table("call", "calls", "p50 ms", "p95 ms", "p99 ms", "longest ms", title=title)
    for one in latencies:
        figures = (one.p50, one.p95, one.p99, one.longest)
        table.add_row(one.name, str(one.calls), *(f"{figure:.2f}" for figure in figures))
    return table


def stage_table(stages: Sequence[tuple[str, float]]) -> Table:
    """Return the shares of the time of the stages that take at least one hundredth of it."""
    table = Table("stage", "share", title="Where a cold check spends its time")
    for name, share in stages:
        if share >= 0.01:
            table.add_row(name, f"{share:.0%}")
    return table


def growth_table(growth: Sequence[Growth]) -> Table:
    """Return the times of long texts."""
    table = Table("text", "characters", "seconds", "times its half", title="Long texts (linear: 2)")
    for one in growth:
        table.add_row(one.name, f"{one.size:,}", f"{one.seconds:.3f}", f"{one.ratio:.2f}")
    return table


def _share(figure: float, digits: int = 3) -> str:
    """ ".634" for shares, "12.65" for counts, "–" for a figure that is missing."""
    if figure != figure:
        return "–"
    if figure >= 1:
        return f"{figure:.{max(1, digits - 1)}f}"
    return f"{figure:.{digits}f}".removeprefix("0")
