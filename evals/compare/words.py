"""How figures of metrics are written, on the terminal and in reports."""

from __future__ import annotations

import math

from evals.metrics.catalogue import Metric

UNBOUNDED = "not bounded"
_TINY_P = 0.001


def figure(value: float, metric: Metric) -> str:
    """Return a value of the metric: milliseconds without decimals, everything else with three."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "?"
    return f"{value:,.0f}" if metric.duration is not None else f"{value:.3f}"


def difference(value: float, metric: Metric) -> str:
    """Return a difference, with its sign."""
    if not math.isfinite(value):
        return "?"
    return f"{value:+,.0f}" if metric.duration is not None else f"{value:+.3f}"


def interval(low: float, high: float, metric: Metric) -> str:
    """Return an interval of a difference; an end that few cases leave open is an ellipsis."""
    if not math.isfinite(low) and not math.isfinite(high):
        return UNBOUNDED
    ends = (difference(end, metric) if math.isfinite(end) else "…" for end in (low, high))
    return " to ".join(ends)


def p_value(value: float) -> str:
    """Return a p-value with three decimals."""
    return f"<{_TINY_P}" if value < _TINY_P else f"{value:.3f}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 case", "2 cases"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
