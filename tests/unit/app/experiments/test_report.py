"""A report counts units, once their window has ended, and compares each arm with the control."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from app.experiments.guard_rails import Breach, Stop
from app.experiments.outcomes import Outcome, Rated, Rating
from app.experiments.report import METRICS, ArmReport, ExperimentReport, MetricOfArm, make_report, status_of
from core.experiments import CONTROL, PARTS, Arm, Experiment, Metric
from core.moments import moment_text
from core.recipe import Recipe

BEGAN = datetime(2026, 12, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
EXPERIMENT = Experiment("wider", date(2026, 12, 1), date(2026, 12, 14), (Arm("top-10", PARTS // 2, Recipe(top_k=10)),))
LATER = BEGAN + timedelta(days=10)


def rated(
    unit: str,
    arm: str = CONTROL,
    *,
    hours: float = 0.0,
    rating: Rating | None = None,
    rated_after: float = 0.1,
    flagged: bool | None = None,
    failed: bool = False,
    total_ms: float | None = 100.0,
    shown_id: str | None = None,
    answer_id: str | None = None,
) -> Rated:
    at = BEGAN + hours * HOUR
    outcome = Outcome(
        answer_id or f"{unit}-{hours}", "wider", arm, unit, at, shown_id, flagged, False, True, failed, total_ms
    )
    return Rated(outcome, rating, at + rated_after * HOUR if rating else None)


def report(*outcomes: Rated, experiment: Experiment = EXPERIMENT, now: datetime = LATER) -> ExperimentReport:
    ordered = sorted(outcomes, key=lambda one: one.outcome.answered_at)
    return make_report(experiment, ordered, {}, now)


def arm_of(found: ExperimentReport, name: str) -> ArmReport:
    return next(arm for arm in found.arms if arm.name == name)


def metric(found: ExperimentReport, name: Metric, arm: str = "top-10") -> MetricOfArm:
    return arm_of(found, arm).metrics[name]


def users(arm: str, share: float, count: int, random: np.random.Generator) -> Iterator[Rated]:
    for number in range(count):
        for question in range(2):
            rating: Rating = "up" if random.random() < share else "down"
            yield rated(f"{arm}-{number}", arm, hours=number / 60 + question / 100, rating=rating)


def test_without_answers_there_is_nothing_to_say() -> None:
    found = report()
    assert [arm.name for arm in found.arms] == [CONTROL, "top-10"]
    for arm in found.arms:
        assert (arm.units, arm.open_units, arm.answers, arm.stop) == (0, 0, 0, None)
        assert set(arm.metrics) == set(METRICS)
        assert all(one == MetricOfArm(None, 0, 0) for one in arm.metrics.values())


def test_a_user_counts_once_however_much_they_ask() -> None:
    much = [rated("a", hours=number / 10, rating="down") for number in range(50)]
    found = report(*much, rated("b", rating="up"), rated("c", rating="up"))
    up = metric(found, "thumbs_up", CONTROL)
    assert up.value == pytest.approx(2 / 3)
    assert (up.units, up.answers) == (3, 52)


def test_a_unit_enters_when_its_window_has_ended_and_its_value_is_fixed_then() -> None:
    outcomes = [rated("a", rating="up"), rated("a", hours=23.0, rating="down"), rated("a", hours=24.0, rating="down")]
    before, after = (report(*outcomes, now=BEGAN + hours * HOUR) for hours in (23.9, 24.0))
    assert (arm_of(before, CONTROL).units, arm_of(before, CONTROL).open_units) == (0, 1)
    assert (arm_of(after, CONTROL).units, arm_of(after, CONTROL).open_units) == (1, 0)
    assert arm_of(after, CONTROL).answers == 2
    assert metric(after, "thumbs_up", CONTROL).value == 0.5


def test_a_rating_that_comes_after_the_window_does_not_count() -> None:
    found = report(rated("a", rating="up", rated_after=24.0), rated("b", rating="down", rated_after=23.9))
    assert metric(found, "thumbs_up", CONTROL) == MetricOfArm(0.0, 1, 1)


def test_a_unit_that_was_moved_counts_for_the_arm_that_it_met_first() -> None:
    found = report(rated("a", "top-10", rating="up"), rated("a", CONTROL, hours=1.0, rating="down"))
    assert (found.moved_units, arm_of(found, CONTROL).units) == (1, 0)
    assert metric(found, "thumbs_up") == MetricOfArm(1.0, 1, 1)


def test_an_answer_without_a_value_is_in_no_figure_of_that_metric() -> None:
    found = report(
        rated("a", flagged=None, total_ms=None), rated("b", flagged=True), rated("b", hours=1, flagged=False)
    )
    assert metric(found, "flagged", CONTROL) == MetricOfArm(0.5, 2, 1)
    assert metric(found, "p50_ms", CONTROL) == MetricOfArm(100.0, 2, 1)
    assert metric(found, "failed", CONTROL) == MetricOfArm(0.0, 3, 2)


def test_a_better_arm_is_higher_once_there_are_enough_users() -> None:
    random = np.random.default_rng(1)
    outcomes = [*users(CONTROL, 0.6, 600, random), *users("top-10", 0.8, 600, random)]
    found = metric(report(*outcomes), "thumbs_up")
    assert found.verdict == "higher"
    assert found.low is not None
    assert found.high is not None
    assert found.difference is not None
    assert 0 < found.low < found.difference < found.high < 0.4
    assert found.p_value is not None
    assert found.p_value < 0.05
    assert found.pairs is not None
    assert found.pairs > 500
    few = metric(report(*(one for one in outcomes if int(one.outcome.unit.rpartition("-")[2]) < 10)), "thumbs_up")
    assert few.verdict == "undecided"


def test_a_slower_arm_has_a_higher_percentile() -> None:
    random = np.random.default_rng(2)
    outcomes = [
        rated(f"{arm}-{number}", arm, hours=number / 60, total_ms=float(random.lognormal(mean, 0.3)))
        for arm, mean in ((CONTROL, 6.0), ("top-10", 6.6))
        for number in range(1_000)
    ]
    found = report(*outcomes)
    for name in ("p50_ms", "p95_ms"):
        slower = metric(found, name)
        assert slower.verdict == "higher"
        assert (slower.p_value, slower.pairs) == (None, None)
    few = metric(report(*outcomes[:20], *outcomes[-20:]), "p95_ms")
    assert (few.low, few.high, few.verdict) == (None, None, "undecided")


def test_with_two_arms_each_interval_is_at_half_the_level() -> None:
    arms = (*EXPERIMENT.arms, Arm("top-8", 100_000, Recipe(top_k=8)))
    assert report().level == 0.05
    assert report(experiment=replace(EXPERIMENT, arms=arms)).level == 0.025


def test_a_shadow_is_compared_with_the_answer_that_was_shown_to_the_same_question() -> None:
    experiment = replace(EXPERIMENT, shadow=True)
    random = np.random.default_rng(3)
    outcomes = []
    for number in range(300):
        hard = random.random() < 0.5
        shown = rated(f"u{number}", hours=number / 60, flagged=bool(hard), answer_id=f"a{number}")
        outcomes.append(shown)
        if number % 3:
            better = hard and random.random() < 0.5
            outcomes.append(
                rated(
                    f"u{number}",
                    "top-10",
                    hours=number / 60 + 0.001,
                    flagged=bool(hard and not better),
                    shown_id=f"a{number}",
                    answer_id=f"shadow-a{number}",
                )
            )
    found = report(*outcomes, experiment=experiment)
    arm = arm_of(found, "top-10")
    flagged = arm.metrics["flagged"]
    assert (arm_of(found, CONTROL).units, arm.units, arm.answers, flagged.pairs) == (300, 200, 200, 200)
    assert flagged.difference == pytest.approx(-0.25, abs=0.08)
    assert flagged.verdict == "lower"
    assert arm.metrics["thumbs_up"] == MetricOfArm(None, 0, 0)
    assert found.moved_units == 0


def test_the_report_is_json_and_says_why_an_arm_was_stopped() -> None:
    stops: Mapping[str, Stop] = {"top-10": Stop("top-10", LATER, Breach("flagged", 0.4, 0.2, 60))}
    written = json.loads(json.dumps(make_report(EXPERIMENT, [rated("a")], stops, LATER).to_dict()))
    assert [arm["name"] for arm in written["arms"]] == [CONTROL, "top-10"]
    assert written["arms"][0]["stop"] is None
    assert written["arms"][1]["stop"] == {
        "stopped_at": moment_text(LATER),
        "guard_rail": "flagged",
        "value": 0.4,
        "limit": 0.2,
        "answers": 60,
    }
    assert written["arms"][1]["share"] == 0.5


def test_an_experiment_is_planned_then_runs_then_has_ended() -> None:
    days = (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 14), date(2026, 12, 15))
    found = [status_of(EXPERIMENT, datetime(day.year, day.month, day.day, 12, tzinfo=UTC)) for day in days]
    assert found == ["planned", "running", "running", "ended"]
