"""The report's charts: a latency against requests a second, and tokens a second against requests in flight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose

from core.report.drawing import (
    COLOURS,
    INK,
    LEFT,
    LIMIT,
    RIGHT,
    WIDTH,
    Scale,
    axes,
    horizontal,
    line,
    mark,
    picture,
    text,
    vertical,
)
from core.report.labels import box_of_mark, box_of_text, place_names, shorten
from serving.bench.crossing import Crossing, Curve, curve_of, rising, scheme_of
from serving.bench.findings import describe_load
from serving.bench.result import BenchResult, Rate

LABELS = {"ttft": "ms to the first token", "itl": "ms between tokens", "e2e": "ms to the end of the answer"}
_OTHERS = ("var(--other-1)", "var(--other-2)", "var(--other-3)")
_SAME = 0.03
"""Share by which the points of two curves differ that can hardly be distinguished in a drawing."""
_WIDE_RANGE = 12.0
"""Highest over lowest value from which a scale is logarithmic."""


def colours(results: Sequence[BenchResult]) -> dict[str, str]:
    """Return a colour for each result: its scheme's, where its name has one that no other result has."""
    found: dict[str, str] = {}
    others = 0
    for result in results:
        scheme = scheme_of(result)
        colour = COLOURS[scheme] if scheme is not None else None
        if colour is None or colour in found.values():
            colour = _OTHERS[others % len(_OTHERS)]
            others += 1
        found[result.name] = colour
    return found


def draw_latency(
    results: Sequence[BenchResult], metric: str, shades: Mapping[str, str], crossing: Crossing | None, crossed: str
) -> str:
    """Draw 95th percentiles as a line with a mark a rate, medians thin and dashed; the limit, and the crossing.

    Points beyond a server's highest rate are hollow marks that no line joins.
    """
    limit = min((value for result in results if (value := getattr(result.slo, metric)) is not None), default=None)
    rates = [rate for result in results for rate in result.rates]
    highs = [float(getattr(rate.point.p95, metric)) for rate in rates]
    medians = [float(getattr(rate.median, metric)) for rate in rates]
    values = [value for value in (*highs, *medians, limit or 0.0) if value > 0]
    wide = max(values) / min(values) > _WIDE_RANGE
    x = horizontal((rate.point.rate for rate in rates), from_zero=True)
    y = vertical(values, logarithmic=wide, from_zero=not wide)
    log = " (log scale)" if wide else ""
    parts = axes(x, y, "requests answered a second; further right is more", f"{LABELS[metric]}{log}; lower is better")
    if limit is not None:
        parts.append(line([(LEFT, y(limit)), (WIDTH - RIGHT, y(limit))], LIMIT, "7 4", 1.6))
        parts.append(text(LEFT + 6, y(limit) - 6, f"service level: {limit:,g} ms", "start", "limit"))
    taken = [] if limit is None else [box_of_text(LEFT + 6, y(limit) - 6, f"service level: {limit:,g} ms", "start")]
    names = shorten([result.name for result in results])
    ends = []
    curves = [split_at_peak(result, metric).rising for result in results]
    for shape, result in enumerate(results):
        parts += _curve(result, metric, shape, shades[result.name], x, y, _dash(curves, shape))
        taken += [box_of_mark(x(rate.point.rate), y(float(getattr(rate.point.p95, metric)))) for rate in result.rates]
        rate, value = curves[shape][-1]
        ends.append((names[result.name], x(rate), y(value)))
    if crossing is not None:
        parts += _crossing_mark(crossing, crossed, x, y)
        ends.insert(0, (crossed, x(crossing.rate), y(crossing.value)))
    parts += place_names(ends, taken)
    return picture(parts, f"{LABELS[metric]} against requests a second")


@dataclass(frozen=True, slots=True)
class SplitCurve:
    """A curve by rising load: up to the highest rate, and the overloaded points after it."""

    rising: Curve
    overloaded: Curve


def split_at_peak(result: BenchResult, metric: str) -> SplitCurve:
    """Return the part of a curve in which more load gives more answers, and the rest.

    A server that has more requests than it can answer answers fewer of them a second: joined to the others these points
    would make a line that turns back, on which one rate has two latencies.
    """
    curve = curve_of(result, metric)
    kept = rising(curve)
    return SplitCurve(kept, [point for point in curve if point not in kept])


def _dash(curves: Sequence[Curve], number: int) -> str:
    """Return the dash of a curve: one where it coincides with an earlier one, so that both are seen."""
    same = sum(_coincide(curves[number], earlier) for earlier in curves[:number])
    return ("", "9 6", "3 6")[min(same, 2)]


def _coincide(a: Curve, b: Curve) -> bool:
    return len(a) == len(b) and all(
        isclose(left, right, rel_tol=_SAME)
        for one, other in zip(a, b, strict=True)
        for left, right in zip(one, other, strict=True)
    )


def _curve(result: BenchResult, metric: str, shape: int, colour: str, x: Scale, y: Scale, dash: str) -> list[str]:
    curve = split_at_peak(result, metric)
    medians = [(rate.point.rate, float(getattr(rate.median, metric))) for rate in result.rates]
    marks = [
        mark(x(rate), y(value), shape, colour, (rate, value) in curve.rising, _tooltip(result, each, metric))
        for each, (rate, value) in zip(result.rates, curve_of(result, metric), strict=True)
    ]
    return [
        line([(x(rate), y(value)) for rate, value in rising(medians)], colour, "2 4", 1.3),
        line([(x(rate), y(value)) for rate, value in curve.rising], colour, dash, 2.4),
        *marks,
    ]


def _tooltip(result: BenchResult, rate: Rate, metric: str) -> str:
    high, middle = getattr(rate.point.p95, metric), getattr(rate.median, metric)
    return (
        f"{result.name}, {describe_load(rate.label)}: {rate.point.rate:.2f} requests/s, "
        f"{rate.in_flight:.0f} in flight, median {middle:,.0f} ms, "
        f"95th percentile {high:,.0f} ms, {rate.answered} requests"
    )


def _crossing_mark(crossing: Crossing, words: str, x: Scale, y: Scale) -> list[str]:
    place = x(crossing.rate), y(crossing.value)
    return [line([(place[0], y.start), place], INK, "3 3", 1.2), mark(*place, 3, INK, False, words)]


def draw_throughput(results: Sequence[BenchResult], shades: Mapping[str, str]) -> str:
    """Draw tokens of all answers a second against requests in flight; where the line is flat, the server is full."""
    rates = [rate for result in results for rate in result.rates]
    x = horizontal((rate.in_flight for rate in rates), from_zero=True)
    y = vertical((rate.tokens_per_second for rate in rates), from_zero=True)
    parts = axes(x, y, "requests in flight (mean)", "answer tokens a second; higher is better")
    taken = []
    ordered_rates = [sorted(result.rates, key=lambda rate: rate.in_flight) for result in results]
    curves = [[(rate.in_flight, rate.tokens_per_second) for rate in ordered] for ordered in ordered_rates]
    for shape, (result, ordered) in enumerate(zip(results, ordered_rates, strict=True)):
        places = [(x(rate.in_flight), y(rate.tokens_per_second)) for rate in ordered]
        parts.append(line(places, shades[result.name], _dash(curves, shape), 2.4))
        for place, rate in zip(places, ordered, strict=True):
            title = (
                f"{result.name}, {describe_load(rate.label)}: {rate.tokens_per_second:,.0f} tokens/s, "
                f"{rate.in_flight:.1f} in flight"
            )
            parts.append(mark(*place, shape, shades[result.name], True, title))
            taken.append(box_of_mark(*place))
    names = shorten([result.name for result in results])
    lasts = [(result, max(result.rates, key=lambda rate: rate.in_flight)) for result in results]
    ends = [(names[result.name], x(last.in_flight), y(last.tokens_per_second)) for result, last in lasts]
    parts += place_names(ends, taken)
    return picture(parts, "Answer tokens a second against requests in flight")
