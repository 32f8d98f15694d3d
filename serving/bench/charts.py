"""The report's charts: a latency against requests a second, and tokens a second against requests in flight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from serving.bench.crossing import Crossing, Curve, curve_of, scheme_of
from serving.bench.findings import describe_load
from serving.bench.result import BenchResult, Rate
from serving.report.drawing import (
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

LABELS = {"ttft": "ms to the first token", "itl": "ms between tokens", "e2e": "ms to the end of the answer"}
_OTHERS = ("var(--other-1)", "var(--other-2)", "var(--other-3)")
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
    """Draw 95th percentiles as a line with a mark a rate, medians thin and dashed; the limit, and the crossing."""
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
    for shape, result in enumerate(results):
        parts += _curve(result, metric, shape, shades[result.name], x, y)
    parts += _names({result.name: _end(curve_of(result, metric), x, y) for result in results})
    if crossing is not None:
        parts += _crossing(crossing, crossed, x, y)
    return picture(parts, f"{LABELS[metric]} against requests a second")


def _curve(result: BenchResult, metric: str, shape: int, colour: str, x: Scale, y: Scale) -> list[str]:
    medians = [(x(rate.point.rate), y(float(getattr(rate.median, metric)))) for rate in result.rates]
    highs = [(x(rate), y(value)) for rate, value in curve_of(result, metric)]
    marks = [
        mark(place[0], place[1], shape, colour, True, _tooltip(result, rate, metric))
        for place, rate in zip(highs, result.rates, strict=True)
    ]
    return [line(medians, colour, "2 4", 1.3), line(highs, colour, width=2.4), *marks]


def _end(curve: Curve, x: Scale, y: Scale) -> tuple[float, float]:
    return x(curve[-1][0]), y(curve[-1][1])


def _names(ends: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return each curve's name above its end, without those that would overlap: the key has them all."""
    parts: list[str] = []
    taken: list[tuple[float, float]] = []
    for name, (x, y) in ends.items():
        if any(abs(x - place) < 44 and abs(y - other) < 15 for place, other in taken):
            continue
        taken.append((x, y))
        parts.append(text(min(x, WIDTH - RIGHT - 20), y - 12, name, "middle", "name"))
    return parts


def _tooltip(result: BenchResult, rate: Rate, metric: str) -> str:
    high, middle = getattr(rate.point.p95, metric), getattr(rate.median, metric)
    return (
        f"{result.name}, {describe_load(rate.label)}: {rate.point.rate:.2f} requests/s, "
        f"{rate.in_flight:.0f} in flight, median {middle:,.0f} ms, "
        f"95th percentile {high:,.0f} ms, {rate.answered} requests"
    )


def _crossing(crossing: Crossing, words: str, x: Scale, y: Scale) -> list[str]:
    place = x(crossing.rate), y(crossing.value)
    to_left = place[0] > (LEFT + WIDTH - RIGHT) / 2
    return [
        line([(place[0], y.start), place], INK, "3 3", 1.2),
        mark(place[0], place[1], 3, INK, False, words),
        text(place[0] + (-10 if to_left else 10), y.start - 10, words, "end" if to_left else "start", "name"),
    ]


def draw_throughput(results: Sequence[BenchResult], shades: Mapping[str, str]) -> str:
    """Draw tokens of all answers a second against requests in flight; where the line is flat, the server is full."""
    rates = [rate for result in results for rate in result.rates]
    x = horizontal((rate.in_flight for rate in rates), from_zero=True)
    y = vertical((rate.tokens_per_second for rate in rates), from_zero=True)
    parts = axes(x, y, "requests in flight (mean)", "answer tokens a second; higher is better")
    for shape, result in enumerate(results):
        ordered = sorted(result.rates, key=lambda rate: rate.in_flight)
        places = [(x(rate.in_flight), y(rate.tokens_per_second)) for rate in ordered]
        parts.append(line(places, shades[result.name], width=2.4))
        for place, rate in zip(places, ordered, strict=True):
            title = (
                f"{result.name}, {describe_load(rate.label)}: {rate.tokens_per_second:,.0f} tokens/s, "
                f"{rate.in_flight:.1f} in flight"
            )
            parts.append(mark(*place, shape, shades[result.name], True, title))
    ends = {result.name: max(result.rates, key=lambda rate: rate.in_flight) for result in results}
    parts += _names({name: (x(rate.in_flight), y(rate.tokens_per_second)) for name, rate in ends.items()})
    return picture(parts, "Answer tokens a second against requests in flight")
