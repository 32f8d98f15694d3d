"""The time of a training."""

from __future__ import annotations

import pytest

from serving.distill.worker.clock import Clock


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_time_of_earlier_runs_counts() -> None:
    now = Time()
    clock = Clock(100, 30, 10, now)
    now.now += 20
    assert clock.elapsed() == 50
    assert clock.left() == 40


def test_it_is_over_while_there_is_time_for_one_evaluation() -> None:
    now = Time()
    clock = Clock(100, 0, 10, now)
    clock.evaluated(25)
    now.now += 64
    assert not clock.is_over()
    now.now += 1
    assert clock.is_over()


def test_it_is_over_while_there_is_no_time_for_one_more_step() -> None:
    now = Time()
    clock = Clock(100, 0, 10, now)
    for step in range(1, 4):
        now.now += 25
        clock.steps_left(step, 0)
    assert clock.left() == 15
    assert clock.is_over()


def test_without_a_budget_it_is_never_over() -> None:
    now = Time()
    clock = Clock(None, 1e9, 10, now)
    assert clock.left() is None
    assert not clock.is_over()
    assert clock.steps_left(1, 1) is None


def test_the_steps_that_are_left_follow_from_those_of_late() -> None:
    now = Time()
    clock = Clock(1000, 0, 100, now)
    clock.evaluated(50)
    found = []
    for step in range(1, 13):
        now.now += 2
        found.append(clock.steps_left(step, 2))
    assert found[:10] == [None] * 10
    assert found[11] == pytest.approx((1000 - 100 - 24 - 2 * 50) / 2)


def test_the_longest_evaluation_of_the_training_counts_in_place_of_that_of_the_base() -> None:
    clock = Clock(1000, 0, 0, Time())
    clock.evaluation = 170
    clock.evaluated(60)
    clock.evaluated(40)
    assert clock.evaluation == 60


def test_an_evaluation_does_not_count_as_a_step() -> None:
    now = Time()
    clock = Clock(1000, 0, 0, now)
    for step in range(12):
        now.now += 2
        clock.steps_left(step, 0)
    now.now += 300
    clock.evaluated(300)
    assert clock.steps_left(12, 0) is None
