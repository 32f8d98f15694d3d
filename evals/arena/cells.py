"""The tables of an arena as text, for terminal and page: a row for a model or a pair, columns for each source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.stats import Estimate
from evals.arena.standings import PairScore, Standing, Standings

_NONE = "–"


@dataclass(frozen=True, slots=True)
class TextTable:
    """Headings and rows; the first column has names. `sources` has the source of each further column."""

    headings: tuple[str, ...]
    sources: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def models_table(standings: Sequence[Standings]) -> TextTable:
    """Return the models, the strongest by the first source first, with what each source says of them."""
    models = [one.model for group in standings[0].groups for one in group] if standings else []
    columns = ("won–tied–lost", "strength", "95% interval", "rank", "n")
    return _table(
        "model", columns, standings, [(model, [_model(one.find(model)) for one in standings]) for model in models]
    )


def pairs_table(standings: Sequence[Standings]) -> TextTable:
    """Return the pairs of models that a source has decided, with the score of the first model by each source."""
    found = [{(pair.a, pair.b): pair for pair in one.pairs} for one in standings]
    names = dict.fromkeys(name for pairs in found for name in pairs)
    columns = ("won–tied–lost", "score", "95% interval", "n")
    rows = [(f"{a} : {b}", [_pair(pairs.get((a, b))) for pairs in found]) for a, b in names]
    return _table("pair", columns, standings, rows)


def _table(
    name: str,
    columns: tuple[str, ...],
    standings: Sequence[Standings],
    rows: Sequence[tuple[str, Sequence[tuple[str, ...]]]],
) -> TextTable:
    return TextTable(
        (name, *(column for _ in standings for column in columns)),
        tuple(one.source for one in standings for _ in columns),
        tuple((label, *(cell for cells in each for cell in cells)) for label, each in rows),
    )


def _model(standing: Standing) -> tuple[str, ...]:
    estimate = standing.strength
    if estimate is None:
        return (_NONE, _NONE, _NONE, _NONE, "0")
    record = f"{standing.wins}–{standing.ties}–{standing.losses}"
    interval = f"{signed(estimate.low)} to {signed(estimate.high)}"
    return (record, signed(estimate.value), interval, _ranks(standing), str(estimate.n))


def _pair(pair: PairScore | None) -> tuple[str, ...]:
    if pair is None:
        return (_NONE, _NONE, _NONE, "0")
    return (f"{pair.wins_a}–{pair.ties}–{pair.wins_b}", *_score(pair.score), str(pair.score.n))


def _score(estimate: Estimate) -> tuple[str, str]:
    """Return the share of wins, with half the ties, and its interval."""
    return f"{estimate.value:.0%}", f"{estimate.low:.0%} to {estimate.high:.0%}"


def _ranks(standing: Standing) -> str:
    """Return the rank, or the first and the last that the intervals allow."""
    best, worst = standing.best_rank, standing.worst_rank
    return str(best) if best == worst else f"{best}–{worst}"


def signed(points: float) -> str:
    """Return whole Elo points with their sign."""
    whole = round(points)
    return f"+{whole}" if whole > 0 else str(whole).replace("-", "−")
