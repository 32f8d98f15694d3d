"""Who gets which arm: evenly, independently between experiments, and with as few moves as possible."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.experiments.assignment import Layout, Range, arm_at, place_of, relaid
from core.experiments import CONTROL, PARTS

UNITS = [f"user:{number}" for number in range(40_000)]


def shares_of(layout: Layout) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for part in layout:
        sizes[part.arm] = sizes.get(part.arm, 0) + part.end - part.start
    return sizes


def moved(before: Layout, after: Layout) -> int:
    edges = sorted({edge for layout in (before, after) for part in layout for edge in (part.start, part.end)})
    return sum(end - start for start, end in pairwise(edges) if arm_at(before, start) != arm_at(after, start))


@st.composite
def shares(draw: st.DrawFn) -> dict[str, int]:
    """The shares of some of four arms and the control."""
    cuts = sorted(draw(st.lists(st.integers(0, PARTS), min_size=1, max_size=4)))
    sizes = [end - start for start, end in zip([0, *cuts], [*cuts, PARTS], strict=True)]
    names = draw(st.permutations(["a", "b", "c", "d"]))
    return {**dict(zip(names, sizes[1:], strict=False)), CONTROL: sizes[0]}


def test_a_unit_keeps_its_place() -> None:
    assert place_of("wider", "user:1") == place_of("wider", "user:1") == 807_792


def test_the_places_of_many_units_are_uniform() -> None:
    """Chi-squared over 100 equal ranges: the 99.9th percentile with 99 degrees of freedom is 149."""
    for experiment in ("wider", "brief", "a"):
        places = np.array([place_of(experiment, unit) for unit in UNITS])
        counts = np.bincount(places * 100 // PARTS, minlength=100)
        expected = len(UNITS) / 100
        assert ((counts - expected) ** 2 / expected).sum() < 149


def test_the_places_in_two_experiments_are_independent() -> None:
    """Chi-squared over a table of 10 by 10: the 99.9th percentile with 81 degrees of freedom is 126."""
    one = np.array([place_of("wider", unit) for unit in UNITS]) * 10 // PARTS
    for other_name in ("wider-2", "brief", "widera"):
        other = np.array([place_of(other_name, unit) for unit in UNITS]) * 10 // PARTS
        table = np.bincount(one * 10 + other, minlength=100).reshape(10, 10)
        expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / len(UNITS)
        assert ((table - expected) ** 2 / expected).sum() < 126


def test_similar_ids_have_unrelated_places() -> None:
    places = np.array([place_of("wider", unit) for unit in UNITS], dtype=np.float64)
    assert abs(np.corrcoef(places[:-1], places[1:])[0, 1]) < 0.02


def test_a_first_layout_has_the_arms_in_order_and_the_control_after_them() -> None:
    layout = relaid((), {"a": 100_000, "b": 200_000, CONTROL: 700_000})
    assert layout == (Range("a", 0, 100_000), Range("b", 100_000, 300_000), Range(CONTROL, 300_000, PARTS))


def test_an_arm_that_grows_takes_from_the_control_and_gives_it_back() -> None:
    small = relaid((), {"a": 10_000, CONTROL: 990_000})
    large = relaid(small, {"a": 500_000, CONTROL: 500_000})
    assert large == (Range("a", 0, 10_000), Range(CONTROL, 10_000, 510_000), Range("a", 510_000, PARTS))
    assert relaid(large, {"a": 10_000, CONTROL: 990_000}) == small


def test_an_arm_without_a_share_has_no_places() -> None:
    assert relaid((), {"a": 0, CONTROL: PARTS}) == (Range(CONTROL, 0, PARTS),)
    assert relaid((), {"a": PARTS, CONTROL: 0}) == (Range("a", 0, PARTS),)


@given(st.lists(shares(), min_size=2, max_size=6))
def test_every_change_of_shares_moves_exactly_what_they_differ_by(steps: list[dict[str, int]]) -> None:
    layout = relaid((), steps[0])
    for before, after in pairwise(steps):
        changed = relaid(layout, after)
        assert shares_of(changed) == {arm: share for arm, share in after.items() if share}
        assert [part.start for part in changed] == [0, *(part.end for part in changed[:-1])]
        assert changed[-1].end == PARTS
        gained = sum(max(0, share - before.get(arm, 0)) for arm, share in after.items())
        assert moved(layout, changed) == gained
        layout = changed


@given(shares())
def test_the_same_shares_move_nobody(some: dict[str, int]) -> None:
    layout = relaid((), some)
    assert relaid(layout, some) == layout


def test_units_get_the_arms_by_their_shares() -> None:
    layout = relaid((), {"a": 100_000, "b": 300_000, CONTROL: 600_000})
    arms = [arm_at(layout, place_of("wider", unit)) for unit in UNITS]
    # Four standard errors of a share of 0.3 among 40,000.
    for arm, share in (("a", 0.1), ("b", 0.3), (CONTROL, 0.6)):
        assert abs(arms.count(arm) / len(UNITS) - share) < 0.01
