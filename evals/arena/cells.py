"""The figures of an arena as text, the same on the terminal and on the page."""

from __future__ import annotations

from core.stats import Estimate
from evals.arena.standings import Standing


def record(standing: Standing) -> str:
    """Return wins, ties and losses."""
    return f"{standing.wins}–{standing.ties}–{standing.losses}"


def strength(estimate: Estimate | None) -> tuple[str, str]:
    """Return a strength and its interval in whole Elo points with their signs."""
    if estimate is None:
        return "–", "–"
    return _signed(estimate.value), f"{_signed(estimate.low)} to {_signed(estimate.high)}"


def score(estimate: Estimate) -> tuple[str, str]:
    """Return the share of wins, with half the ties, and its interval."""
    return f"{estimate.value:.0%}", f"{estimate.low:.0%} to {estimate.high:.0%}"


def ranks(standing: Standing) -> str:
    """Return the rank, or the first and the last that the intervals allow."""
    best, worst = standing.best_rank, standing.worst_rank
    return str(best) if best == worst else f"{best}–{worst}"


def _signed(points: float) -> str:
    whole = round(points)
    return f"+{whole}" if whole > 0 else str(whole).replace("-", "−")
