"""What stops an arm, and what does not yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from app.experiments.guard_rails import Breach, find_breach, percentile_95
from app.experiments.outcomes import Outcome, Rated, Rating
from core.experiments import GuardRails

AT = datetime(2026, 12, 1, tzinfo=UTC)
STRICT = GuardRails(flagged=0.2, failed=0.1, thumbs_down=0.5, p95_ms=1_000.0, least=10, least_rated=4)


def answers(
    count: int,
    *,
    flagged: bool | None = False,
    failed: bool = False,
    total_ms: float | None = 100.0,
    rating: Rating | None = None,
) -> list[Rated]:
    outcome = Outcome("id", "wider", "top-10", "unit", AT, None, flagged, False, True, failed, total_ms)
    return [Rated(outcome, rating, AT if rating else None)] * count


@pytest.mark.parametrize(
    ("latest", "breach"),
    [
        pytest.param(answers(8) + answers(3, flagged=True), Breach("flagged", 3 / 11, 0.2, 11), id="flagged"),
        pytest.param(answers(9) + answers(2, failed=True), Breach("failed", 2 / 11, 0.1, 11), id="failed"),
        pytest.param(
            answers(1, rating="up") + answers(3, rating="down"), Breach("thumbs_down", 0.75, 0.5, 4), id="thumbs down"
        ),
        pytest.param(answers(20, total_ms=2_000.0), Breach("p95_ms", 2_000.0, 1_000.0, 20), id="slow"),
        pytest.param(answers(10), None, id="sound"),
        pytest.param(answers(8) + answers(2, flagged=True), None, id="at the limit, not over it"),
        pytest.param(answers(9, flagged=True, failed=True, total_ms=9_000.0), None, id="too few answers"),
        pytest.param(answers(3, rating="down"), None, id="too few ratings"),
        pytest.param(answers(30) + answers(9, flagged=None, total_ms=None), None, id="answers without a value"),
        pytest.param(
            answers(9, flagged=True) + answers(30, flagged=None, total_ms=None), None, id="too few judged answers"
        ),
        pytest.param([], None, id="nothing"),
    ],
)
def test_an_arm_is_stopped_by_enough_answers_over_a_limit(latest: Sequence[Rated], breach: Breach | None) -> None:
    assert find_breach(latest, [one for one in latest if one.rating], STRICT) == breach


def test_without_limits_nothing_stops_an_arm() -> None:
    bad = answers(600, flagged=True, failed=True, total_ms=1e9, rating="down")
    assert find_breach(bad, bad, GuardRails()) is None


def test_the_95th_percentile_is_one_of_the_values() -> None:
    assert percentile_95([5.0]) == 5.0
    assert percentile_95([float(number) for number in range(1, 101)]) == 95.0
    assert percentile_95([float(number) for number in range(1, 21)]) == 19.0
