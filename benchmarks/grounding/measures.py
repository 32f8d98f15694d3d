"""The figures of a comparison between flagged and marked spans, as pure functions over plain numbers and arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Range = tuple[int, int]


def overlaps(one: Range, other: Range) -> bool:
    """Say whether two half-open ranges share a character."""
    return one[0] < other[1] and other[0] < one[1]


def any_overlap(ranges: Iterable[Range], others: Sequence[Range]) -> bool:
    """Say whether some range overlaps one of the others."""
    return any(overlaps(one, other) for one in ranges for other in others)


def character_counts(length: int, found: Iterable[Range], marked: Iterable[Range]) -> tuple[int, int, int]:
    """Return how many of `length` characters are found and marked, found only, and marked only.

    Nested and overlapping ranges count each character once.
    """
    in_found, in_marked = _mask(length, found), _mask(length, marked)
    return (
        int((in_found & in_marked).sum()),
        int((in_found & ~in_marked).sum()),
        int((in_marked & ~in_found).sum()),
    )


def f1(right: float, false: float, missed: float) -> float:
    """Return 2·right / (2·right + false + missed), the harmonic mean of precision and recall; 0 where all are 0."""
    whole = 2 * right + false + missed
    return 2 * right / whole if whole else 0.0


def ratio(part: float, whole: float) -> float:
    """Return part / whole; NaN where there is no whole, so that a missing figure is never taken for a good one."""
    return part / whole if whole else float("nan")


def auroc(scores: Floats, positive: NDArray[np.bool_], weights: Floats) -> float:
    """Return the chance that a positive has a higher score than a negative, ties counted half (Mann-Whitney U).

    All three arrays have one entry per example; a weight of 2 is an example that stands twice. NaN where one of the
    two classes has no weight.
    """
    _, group = np.unique(scores, return_inverse=True)
    above = np.bincount(group, weights=weights * positive)
    below = np.bincount(group, weights=weights * ~positive)
    pairs = above.sum() * below.sum()
    wins = (above * (np.cumsum(below) - below / 2)).sum()
    return ratio(float(wins), float(pairs))


def interval(
    figures: Callable[[Floats], dict[str, float]], clusters: Sequence[str], resamples: int = 1000, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Return the 95% bootstrap interval of each figure, resampling whole clusters with replacement.

    `figures` takes the weight of each example (how often its cluster was drawn) and returns named figures; `clusters`
    names the cluster of each example. The interval is the plain percentile one.
    """
    names, member = np.unique(np.array(clusters), return_inverse=True)
    generator = np.random.default_rng(seed)
    share = np.full(len(names), 1 / len(names))
    draws = [figures(generator.multinomial(len(names), share)[member].astype(np.float64)) for _ in range(resamples)]
    intervals = {}
    for name in draws[0]:
        values = [draw[name] for draw in draws if not np.isnan(draw[name])]
        low, high = np.percentile(values, [2.5, 97.5]) if values else (np.nan, np.nan)
        intervals[name] = (float(low), float(high))
    return intervals


def _mask(length: int, ranges: Iterable[Range]) -> NDArray[np.bool_]:
    mask = np.zeros(length, dtype=np.bool_)
    for start, end in ranges:
        mask[start:end] = True
    return mask
