"""Where the curves of two schemes cross: which is faster, below which rate.

Weights of 4 bits are read in half the time of 8 bits, and a step with few requests waits for that; arithmetic in 8 bits
takes half the time of 16, and a step with many requests waits for that (4-bit weights with 16-bit activations gain
none). So 4 bits tend to be faster at low rates and 8 bits at high ones, and the rate at which they cross decides which
to choose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from serving.bench.result import BenchResult
from serving.model.schemes import SCHEMES

Curve = Sequence[tuple[float, float]]
"""(requests a second, milliseconds), by rising load."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """At `rate` requests a second both have `value` milliseconds."""

    rate: float
    value: float


def scheme_of(result: BenchResult) -> str | None:
    """Return the scheme in a result's name, as in `w4a16` or `llama-8b-w4a16`; None where it names none."""
    words = re.split(r"[^a-z0-9]+", result.name.lower())
    return next((word for word in words if word in SCHEMES), None)


def bits_of(result: BenchResult) -> int | None:
    """Return the bits of a weight, by the result's name."""
    scheme = scheme_of(result)
    return None if scheme is None else SCHEMES[scheme].weight_bits


def curve_of(result: BenchResult, metric: str) -> list[tuple[float, float]]:
    """Return the 95th percentiles of a metric ("ttft", "itl", "e2e") by rising load."""
    return [(rate.point.rate, float(getattr(rate.point.p95, metric))) for rate in result.rates]


def find_crossing(a: Curve, b: Curve) -> tuple[Crossing | None, str | None]:
    """Return the lowest rate at which the curves cross, and which is lower before it ("a" or "b").

    Without a crossing it is the one that is lower throughout; (None, None) where their rates do not overlap. Values
    between the points are interpolated; of a curve that turns back under overload only the part up to its highest rate
    counts.
    """
    a, b = rising(a), rising(b)
    low, high = max(a[0][0], b[0][0]), min(a[-1][0], b[-1][0])
    if low >= high:
        return None, None
    rates = sorted({low, high, *(rate for rate, _ in (*a, *b) if low < rate < high)})
    gaps = [_at(a, rate) - _at(b, rate) for rate in rates]
    first = next((gap for gap in gaps if gap), 0.0)
    lower = "a" if first < 0 else "b" if first > 0 else None
    for index in range(1, len(rates)):
        before, after = gaps[index - 1], gaps[index]
        if before * after < 0:
            rate = rates[index - 1] + (rates[index] - rates[index - 1]) * before / (before - after)
            return Crossing(rate, _at(a, rate)), lower
    return None, lower


def rising(curve: Curve) -> list[tuple[float, float]]:
    """Return the points, by rising load, at which more requests were answered than at all before."""
    kept: list[tuple[float, float]] = []
    for rate, value in curve:
        if not kept or rate > kept[-1][0]:
            kept.append((rate, value))
    return kept


def _at(curve: Curve, rate: float) -> float:
    for (left, below), (right, above) in pairwise(curve):
        if left <= rate <= right:
            return below + (above - below) * (rate - left) / (right - left)
    return curve[-1][1]
