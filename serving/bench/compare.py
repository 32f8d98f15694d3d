"""Two results side by side, at the loads that both have: of sweeps, one request at a time and all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.errors import ConfigurationError
from core.stats import Array
from serving.bench.findings import describe_load
from serving.bench.intervals import Ratio, Statistic, median, quotient_of_sums, ratio_of
from serving.bench.result import BenchResult, Rate


@dataclass(frozen=True, slots=True)
class Figure:
    """What is compared: `statistic` makes one number of a rate's arrays `values`; `digits` are shown."""

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
        """Return both values as text."""
        digits = next(figure.digits for figure in FIGURES if figure.name == self.figure)
        return f"{self.a:,.{digits}f}", f"{self.b:,.{digits}f}"


def _per_second(rate: Rate, amounts: Array) -> tuple[Array, Array]:
    """Return arrays whose quotient of sums is an amount a second.

    By Little's law this is the requests in flight, times the amount of a request, over its time.
    """
    return 1000 * rate.in_flight * amounts, rate.e2e


FIGURES = (
    Figure("TTFT, median ms", median, lambda rate: (rate.ttft,), 0),
    Figure("ITL, median ms", median, lambda rate: (rate.itl,), 1),
    Figure("answer, median ms", median, lambda rate: (rate.e2e,), 0),
    Figure("answer tokens/s", quotient_of_sums, lambda rate: _per_second(rate, rate.answer_tokens), 0, True),
    Figure("requests/s", quotient_of_sums, lambda rate: _per_second(rate, np.ones_like(rate.e2e)), 2, True),
)


def compare(a: BenchResult, b: BenchResult) -> tuple[Row, ...]:
    """Return every figure at every load that both have. Raises ConfigurationError where they have none in common."""
    rows = []
    for first, second in _common(a, b):
        rows += [_row(first.label, figure, first, second) for figure in FIGURES]
    if not rows:
        raise ConfigurationError(
            f"{a.name} and {b.name} have no load in common: at none did requests of both succeed. "
            "Measure both again with the same --at, or with more --seconds."
        )
    return tuple(rows)


def has_common_load(a: BenchResult, b: BenchResult) -> bool:
    """Return whether both have a load that `compare` compares."""
    return bool(_common(a, b))


def _common(a: BenchResult, b: BenchResult) -> list[tuple[Rate, Rate]]:
    return [(first, second) for first in a.rates if (second := b.one(first.label)) is not None]


def _row(load: str, figure: Figure, a: Rate, b: Rate) -> Row:
    left, right = figure.values(a), figure.values(b)
    ratio = ratio_of(figure.statistic, left, right)
    better = None
    if ratio.decided:
        better = "b" if (ratio.value > 1) == figure.more_is_better else "a"
    return Row(load, figure.name, float(figure.statistic(*left)), float(figure.statistic(*right)), ratio, better)


def to_dict(a: BenchResult, b: BenchResult, rows: tuple[Row, ...]) -> dict[str, Any]:
    """Return the object for `--json`."""
    return {"a": a.name, "b": b.name, "interval": "95%, bootstrap over requests", "rows": [asdict(row) for row in rows]}


def cautions(a: BenchResult, b: BenchResult) -> list[str]:
    """Return what makes the two results differ besides the servers."""
    found = ["Ratios with 95% intervals over the requests; a run on another day differs by more."]
    for first, second in _common(a, b):
        load = describe_load(first.label)
        if abs(first.in_flight - second.in_flight) > 0.2 * max(first.in_flight, second.in_flight):
            found.append(
                f"{load}: {first.in_flight:.0f} and {second.in_flight:.0f} requests were in flight: "
                "the figures of this load cannot be compared. Measure both with the same --concurrency."
            )
        for name, left, right in (
            ("prompts", first.prompt_tokens, second.prompt_tokens),
            ("answers", float(first.answer_tokens.mean()), float(second.answer_tokens.mean())),
        ):
            if abs(left - right) > 0.1 * max(left, right):
                found.append(
                    f"{load}: the {name} differ, {left:,.0f} and {right:,.0f} tokens; "
                    "latencies of a whole answer and rates of requests cannot be compared."
                )
    return found
