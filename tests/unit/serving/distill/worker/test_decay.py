"""The learning rate over the steps."""

from __future__ import annotations

import pytest

from serving.distill.worker.decay import Decay


def test_the_rate_goes_up_and_then_down_to_nothing() -> None:
    decay = Decay(100)
    rates = [decay(step) for step in range(101)]
    top = rates.index(max(rates))
    assert top == decay.warm_up == 5
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[0] > 0
    assert rates[100] == pytest.approx(0)


def test_a_shorter_schedule_goes_on_from_the_rate_that_it_has_and_ends_at_nothing() -> None:
    decay = Decay(100)
    before = decay(40)
    decay.end_at(60, 40)
    assert decay(40) == pytest.approx(before)
    assert decay(50) < before
    assert decay(60) == pytest.approx(0)


def test_it_can_be_shortened_twice() -> None:
    decay = Decay(100)
    decay.end_at(60, 40)
    before = decay(50)
    decay.end_at(55, 50)
    assert decay(50) == pytest.approx(before)
    assert decay(55) == pytest.approx(0)


def test_a_training_of_one_step_has_a_rate() -> None:
    assert Decay(1)(0) > 0
