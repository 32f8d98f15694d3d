"""How many steps fit into the budget."""

from __future__ import annotations

from serving.distill.worker.speed import SURE, schedule


def test_without_a_limit_all_epochs_are_trained() -> None:
    assert schedule(None, 2.0, 10.0, 100, 4) == (100, (25, 50, 75, 100), "all epochs")


def test_steps_and_evaluations_fit_into_the_seconds() -> None:
    steps, points, reason = schedule(1000, 2.0, 10.0, 10_000, 8)
    assert len(points) == 8
    assert steps * 2.0 + 8 * 10.0 <= SURE * 1000
    assert (steps + 1) * 2.0 + 8 * 10.0 > SURE * 1000
    assert points[-1] == steps
    assert "1000 s" in reason


def test_slow_evaluations_become_fewer_but_the_last_weights_are_always_judged() -> None:
    assert len(schedule(1000, 2.0, 60.0, 10_000, 8)[1]) == 2
    steps, points, _ = schedule(100, 2.0, 90.0, 10_000, 8)
    assert points == (steps,)


def test_nothing_is_judged_where_nothing_is_asked_for() -> None:
    assert schedule(1000, 2.0, 0.0, 100, 0)[1] == ()


def test_a_short_training_is_not_judged_twice_after_one_step() -> None:
    assert schedule(None, 1.0, 0.0, 3, 8)[1] == (1, 2, 3)


def test_there_is_always_one_step() -> None:
    assert schedule(1, 50.0, 5.0, 100, 2)[0] == 1
