"""Two results side by side. Compared is what both have done alike: one request at a time, and all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from core.errors import ConfigurationError
from core.stats import Array
from serving.bench.intervals import Ratio, Statistic, median, quotient_of_sums, ratio_of
from serving.bench.results import Rate, Result
from serving.bench.summary import STRATEGIES


@dataclass(frozen=True, slots=True)
class Figure:
    """What is compared. `values` are a rate's arrays, which `statistic` makes one number of; `digits` are shown."""

    name: str
    statistic: Statistic
    values: Callable[[Rate], tuple[Array, ...]]
    digits: int
    more_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One figure at one load: A's value, B's, and their ratio. `better` is "a", "b" or None where it is undecided."""

    load: str
    figure: str
    a: float
    b: float
    ratio: Ratio
    better: str | None

    def values(self) -> tuple[str, str]:
        """Both as text."""
        digits = next(figure.digits for figure in FIGURES if figure.name == self.figure)
        return f"{self.a:,.{digits}f}", f"{self.b:,.{digits}f}"


def _per_second(rate: Rate, amounts: Array) -> tuple[Array, Array]:
    """Arrays whose quotient of sums is an amount a second: by Little's law, what is in flight times what a request
    brings over its time.
    """
    return 1000 * rate.in_flight * amounts, rate.e2e


FIGURES = (
    Figure("TTFT, median ms", median, lambda rate: (rate.ttft,), 0),
    Figure("ITL, median ms", median, lambda rate: (rate.itl,), 1),
    Figure("answer, median ms", median, lambda rate: (rate.e2e,), 0),
    Figure("answer tokens/s", quotient_of_sums, lambda rate: _per_second(rate, rate.answer_tokens), 0, True),
    Figure("requests/s", quotient_of_sums, lambda rate: _per_second(rate, np.ones_like(rate.e2e)), 2, True),
)


def compare(a: Result, b: Result) -> tuple[Row, ...]:
    """Every figure at every load that both have. Raises ConfigurationError where they have none in common."""
    rows = []
    for load in STRATEGIES:
        first, second = a.one(load), b.one(load)
        if first is not None and second is not None:
            rows += [_row(load, figure, first, second) for figure in FIGURES]
    if not rows:
        raise ConfigurationError(
            f"{a.name} and {b.name} have no load in common: in neither did requests succeed one at a time or all at "
            "once. Measure both again with more --seconds."
        )
    return tuple(rows)


def _row(load: str, figure: Figure, a: Rate, b: Rate) -> Row:
    left, right = figure.values(a), figure.values(b)
    ratio = ratio_of(figure.statistic, left, right)
    better = None
    if ratio.decided:
        better = "b" if (ratio.value > 1) == figure.more_is_better else "a"
    return Row(load, figure.name, float(figure.statistic(*left)), float(figure.statistic(*right)), ratio, better)


def to_dict(a: Result, b: Result, rows: tuple[Row, ...]) -> dict[str, Any]:
    """For `--json`."""
    return {"a": a.name, "b": b.name, "interval": "95%, bootstrap over requests", "rows": [asdict(row) for row in rows]}


def print_comparison(a: Result, b: Result, rows: tuple[Row, ...], console: Console) -> None:
    """A row a figure and load."""
    table = Table(box=None, pad_edge=False)
    for column, heading in enumerate(("load", "figure", a.name, b.name, f"{b.name} / {a.name}", "better")):
        table.add_column(heading, justify="right" if 2 <= column <= 4 else "left")
    for row in rows:
        better = {"a": a.name, "b": b.name, None: "undecided"}[row.better]
        table.add_row(STRATEGIES[row.load], row.figure, *row.values(), str(row.ratio), better)
    console.print(table)
    for sentence in cautions(a, b):
        console.print(sentence, soft_wrap=True)


def cautions(a: Result, b: Result) -> list[str]:
    """What makes the two unlike."""
    said = ["Ratios with 95% intervals over the requests; a run on another day differs by more."]
    for load in STRATEGIES:
        first, second = a.one(load), b.one(load)
        if first is None or second is None:
            continue
        if abs(first.in_flight - second.in_flight) > 0.2 * max(first.in_flight, second.in_flight):
            said.append(
                f"{STRATEGIES[load]}: {first.in_flight:.0f} and {second.in_flight:.0f} requests were in flight: "
                "the figures of this load do not compare. Measure both with one --concurrency."
            )
        for name, left, right in (
            ("prompts", first.prompt_tokens, second.prompt_tokens),
            ("answers", float(first.answer_tokens.mean()), float(second.answer_tokens.mean())),
        ):
            if abs(left - right) > 0.1 * max(left, right):
                said.append(
                    f"{STRATEGIES[load]}: the {name} differ, {left:,.0f} and {right:,.0f} tokens; "
                    "latencies of a whole answer and rates of requests do not compare."
                )
    return said
