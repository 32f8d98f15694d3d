"""How many cases decide: normal approximations for planning, with the extreme case of the bounds taken into account.

A bound is about the difference minus z standard errors minus 1/n of what one extreme case can do. Of a metric that has
not varied, the standard error is taken as if one case among those to be asked did.

Exactly computed, the planned numbers decide with a probability of 78 to 82%; where one case in fifty differs, with 64%
(`testing/gate.py`).
"""

from __future__ import annotations

import math
from statistics import NormalDist

POWER = 0.8
"""The probability with which the planned number of cases decides. J. Cohen, Statistical Power Analysis for the
Behavioral Sciences, 1988, proposes it as the usual one."""
MOST_CASES = 100_000
"""More are reported as "no number": the difference is too near to the limit."""


def cases_needed(gap: float, deviation: float, reach: float, level: float) -> int | None:
    """Return the number of cases with which a gap is shown at a level with a probability of 80%.

    gap         between the difference and the limit, in the unit of the metric
    deviation   of one case: the standard error times the square root of the number of cases
    reach       what one extreme case can do to the difference of one case
    level       one-sided

    None where it is more than 100,000.
    """
    gap = abs(gap)
    if gap == 0 or not math.isfinite(gap) or not math.isfinite(deviation):
        return None
    z = _z(level)
    # gap = z * deviation / sqrt(n) + reach / n, solved for sqrt(n); and the same with the deviation reach / sqrt(n).
    root = (z * deviation + math.sqrt((z * deviation) ** 2 + 4 * gap * reach)) / (2 * gap)
    needed = max(root**2, (z + 1) * reach / gap, 1.0)
    return math.ceil(needed) if needed <= MOST_CASES else None


def detectable(cases: int, deviation: float, reach: float, level: float) -> float:
    """Return the smallest difference that so many cases show at a level with a probability of 80%."""
    z = _z(level)
    return max(z * deviation / math.sqrt(cases) + reach / cases, (z + 1) * reach / cases)


def cases_for_percentile(percent: float, level: float) -> int:
    """Return the fewest cases with which a percentile has a finite bound: the order statistics need them."""
    share = max(percent, 100 - percent) / 100
    return math.ceil(math.log(level) / math.log(share))


def _z(level: float) -> float:
    normal = NormalDist()
    return normal.inv_cdf(1 - level) + normal.inv_cdf(POWER)
