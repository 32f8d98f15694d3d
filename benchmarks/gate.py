"""How often the promotion gate decides what, for candidates whose true difference is known.

    python -m benchmarks.gate [--seed N]

Three tables, with margins and error rates as in domain.toml (5%). The decisions are the gate's own
(`evals.gate.gate.judge_margin`).

1. One binary metric: exact rates, without simulation (`testing/gate.py`). A candidate that is worse by exactly the
   margin must ship in 5% at most; then an equal one, and a broken one (40 points worse).
2. Three metrics with correlated changes, simulated.
3. Metrics of other kinds at the margin: partial credit, rare total losses, pooled ratios, and percentiles of durations.

Not covered: cases that resemble each other, such as paraphrases of one question, which are no independent draws.
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from evals.compare.draws import draw_differences
from evals.compare.statistic import Observed, Percentile, Ratio
from evals.gate.gate import judge_margin
from evals.metrics.catalogue import METRICS, Metric
from testing.gate import Change, decisions

ERROR_RATE = 0.05
REQUIREMENTS = 5
LEVELS = (ERROR_RATE, ERROR_RATE / REQUIREMENTS)
_SIMULATED = 1000
_EVALUATIONS = 4000
_CORRELATIONS = (0.0, 0.5, 0.9)

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Observed]


def one_metric() -> Iterator[str]:
    """Yield the exact rates for a binary metric."""
    yield (
        f"{'cases':>5} {'margin':>6} {'base':>5} {'wins':>12} | worse by the margin: ships  misses | equal: ships  "
        "misses | broken: ships  misses  undecided"
    )
    for n, margin in ((50, 0.1), (100, 0.05), (100, 0.1), (200, 0.05), (500, 0.02), (500, 0.05)):
        for base in (0.95, 0.8):
            for nested in (True, False):
                # Of an equal candidate that wins as many cases as it loses, 2% of the cases change in the nested row.
                equal = Change(0.01, 0.01) if nested else Change.of(base, 0.0, nested=False)
                at, broken = Change.of(base, margin, nested=nested), Change.of(base, 0.4, nested=True)
                found = decisions(n, margin, LEVELS, [at, equal, broken])
                rates = [
                    *(found.rate(outcome, at) for outcome in ("met", "missed")),
                    *(found.rate(outcome, equal) for outcome in ("met", "missed")),
                    *(found.rate(outcome, broken) for outcome in ("met", "missed")),
                ]
                shown = [f"{rate:.1%}" for rate in (*rates, 1 - rates[4] - rates[5])]
                wins = "none" if nested else "independent"
                yield (
                    f"{n:5} {margin:6} {base:5} {wins:>12} | {shown[0]:>26} {shown[1]:>7} | {shown[2]:>12} "
                    f"{shown[3]:>7} | {shown[4]:>13} {shown[5]:>7} {shown[6]:>10}"
                )


def several_metrics(seed: int) -> Iterator[str]:
    """Yield the simulated rates for three metrics."""
    yield f"{'cases':>5} {'correlation':>11} {'worse by the margin in':>22} | ships  does not  not enough"
    n, margin = 100, 0.1
    at, equal = Change.of(0.9, margin, nested=False), Change.of(0.95, 0.0, nested=False)
    found = decisions(n, margin, LEVELS, [at, equal])
    for correlation in _CORRELATIONS:
        for changes, words in (([at] * 3, "all three"), ([at, equal, equal], "one"), ([equal] * 3, "none")):
            ships, does_not, neither = found.simulate(changes, correlation, _EVALUATIONS, seed)
            yield f"{n:5} {correlation:11} {words:>22} | {ships:5.1%} {does_not:9.1%} {neither:11.1%}"


def other_metrics(seed: int) -> Iterator[str]:
    """Yield the simulated rates for metrics that are not binary, worse by exactly the margin of 0.05 (or 200 ms)."""
    yield f"{'cases':>5}  {'metric':46} | ships  misses"
    kinds: tuple[tuple[str, float, Draw], ...] = (
        ("partial credit, such as recall of two quotes", 0.05, _partial),
        ("a case in 20 loses everything", 0.05, _rare),
        ("nearly continuous, such as nDCG", 0.05, _continuous),
        ("pooled, such as citation precision", 0.05, _pooled),
        ("95th percentile of milliseconds", 200.0, _percentile),
    )
    random = np.random.default_rng(seed)
    for n in (50, 100, 200):
        for words, margin, draw in kinds:
            observed = [draw(random, n) for _ in range(_SIMULATED)]
            outcomes = [
                judge_margin(one, draws, margin, LEVELS).outcome
                for one, draws in zip(observed, draw_differences(observed, n, seed), strict=True)
            ]
            met, missed = (outcomes.count(outcome) / _SIMULATED for outcome in ("met", "missed"))
            yield f"{n:5}  {words:46} | {met:5.1%} {missed:7.1%}"


def _means(a: Array, b: Array) -> Observed:
    ones = np.ones(len(a))
    return Observed(METRICS["nDCG@10"], Ratio(a, ones, 1.0, 1.0), Ratio(b, ones, 1.0, 1.0), a, b, 1.0)


def _partial(random: np.random.Generator, n: int) -> Observed:
    a = random.choice([0.5, 1.0], n, p=[0.2, 0.8])
    # Loses half a point in 14% of the cases, and wins one in 4%, where there is one to win or lose.
    change = random.choice([-0.5, 0.0, 0.5], n, p=[0.14, 0.66, 0.2])
    b = np.where((a == 1.0) & (change > 0), a, a + change)
    return _means(a, b)


def _rare(random: np.random.Generator, n: int) -> Observed:
    return _means(np.ones(n), (random.random(n) >= 0.05).astype(np.float64))


def _continuous(random: np.random.Generator, n: int) -> Observed:
    a = random.beta(6, 2, n)
    # A quarter of the cases loses a fifth of its value in the mean, which is 0.75: 0.25 · 0.75 · 4 / 15 = 0.05.
    lost = (random.random(n) < 0.25) * random.beta(4, 11, n)
    return _means(a, a * (1 - lost))


def _pooled(random: np.random.Generator, n: int) -> Observed:
    metric = METRICS["citation precision"]
    cited_a, cited_b = random.integers(1, 5, n), random.integers(1, 5, n)
    a, b = random.binomial(cited_a, 0.9), random.binomial(cited_b, 0.85)
    sides = [
        Ratio(part.astype(np.float64), whole.astype(np.float64), 1.0, 2.5)
        for part, whole in ((a, cited_a), (b, cited_b))
    ]
    return Observed(metric, sides[0], sides[1], a / cited_a, b / cited_b, 1.0)


def _percentile(random: np.random.Generator, n: int) -> Observed:
    metric: Metric = METRICS["answer p95, ms"]
    a = random.lognormal(6.0, 0.5, n)
    # The noise widens the distribution: its mean is shifted so that the 95th percentile grows by 200 ms exactly.
    shift = 1.645 * (math.hypot(0.5, 0.05) - 0.5)
    b = a * random.lognormal(-shift, 0.05, n) + 200.0
    return Observed(metric, Percentile(a, 95), Percentile(b, 95), a, b, 0.0)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for heading, lines in (
        ("One binary metric, exact", one_metric()),
        (f"Three metrics, {_EVALUATIONS:,} evaluations", several_metrics(seed)),
        (f"Other metrics, worse by exactly the margin, {_SIMULATED:,} evaluations", other_metrics(seed)),
    ):
        print(f"\n{heading}\n")
        for line in lines:
            print(line, flush=True)


if __name__ == "__main__":
    main()
