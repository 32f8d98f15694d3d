"""How many steps fit into the budget, at first and while it is used up."""

from __future__ import annotations

from serving.distill.worker.speed import SURE, new_end, schedule, spread


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


def test_a_slower_training_ends_earlier() -> None:
    assert new_end(20, 100, 500, fit=60, rate=0.9) == 80
    assert new_end(90, 100, 500, fit=5, rate=0.1) == 95


def test_a_faster_training_ends_later_but_not_after_all_epochs() -> None:
    assert new_end(20, 100, 500, fit=200, rate=0.9) == 20 + int(SURE * 200)
    assert new_end(20, 100, 150, fit=200, rate=0.9) == 150
    assert new_end(20, 100, 100, fit=200, rate=0.9) is None


def test_about_as_fast_as_planned_nothing_changes() -> None:
    assert new_end(20, 100, 500, fit=77, rate=0.9) is None
    assert new_end(20, 100, 500, fit=88, rate=0.9) is None


def test_late_in_a_training_no_step_is_added() -> None:
    assert new_end(80, 100, 500, fit=200, rate=0.1) is None


def test_where_no_step_fits_the_end_stays() -> None:
    assert new_end(20, 100, 500, fit=0, rate=0.9) is None


def test_evaluations_that_are_left_are_at_equal_distances_until_a_new_end() -> None:
    assert spread(0, 100, 4) == (25, 50, 75, 100)
    assert spread(40, 100, 3) == (60, 80, 100)
    assert spread(98, 100, 3) == (99, 100)
