"""Scales place values, below zero as well."""

from __future__ import annotations

import pytest

from core.report.drawing import Scale


def test_a_scale_places_negative_values() -> None:
    scale = Scale(-100.0, 100.0, 0.0, 400.0)
    assert [scale(value) for value in (-100.0, -50.0, 0.0, 100.0)] == [0.0, 100.0, 200.0, 400.0]


def test_a_logarithmic_scale_places_zero_at_its_smallest_value_and_not_at_minus_infinity() -> None:
    scale = Scale(1.0, 100.0, 0.0, 400.0, logarithmic=True)
    assert scale(10.0) == pytest.approx(200.0)
    assert scale(0.0) == pytest.approx(-2400.0)
