"""Which arm a unit gets: a place between 0 and 1 from a hash, and a layout that says which places are whose.

The place of a unit is the first 64 bits of SHA-256 over the experiment's name and the unit's id, in millionths. The
name is the salt: the places of one unit in two experiments are independent of each other, and nobody has to keep who
got what.

A layout divides the places into ranges. When shares change, `relaid` takes from the arms that shrink and gives to those
that grow, and to nobody else: exactly as many units move as the shares differ by. No rule that looks at the new shares
alone can do that for three arms or more, which is why the layout is kept in the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from core.experiments import PARTS


@dataclass(frozen=True, slots=True)
class Range:
    """The places from `start` to `end`, exclusive, in millionths, of an arm."""

    arm: str
    start: int
    end: int


Layout = tuple[Range, ...]
"""Ranges in order, which together are all places."""


def place_of(experiment: str, unit: str) -> int:
    """Return the place of a unit in an experiment, from 0 to 999,999."""
    return int.from_bytes(hashed(experiment, unit)[:8]) * PARTS >> 64


def hashed(experiment: str, unit: str) -> bytes:
    """Return the salted hash of a unit's id: 32 bytes."""
    # The name has no slash, so that no two pairs are written alike.
    return hashlib.sha256(f"{experiment}/{unit}".encode()).digest()


def arm_at(layout: Layout, place: int) -> str:
    """Return the arm that a place belongs to."""
    return next(part.arm for part in layout if part.start <= place < part.end)


def relaid(layout: Layout, shares: Mapping[str, int]) -> Layout:
    """Return the layout of these shares, which add up to 1,000,000, that moves as few places as possible.

    An arm that shrinks gives its last places. An empty layout begins with the arms in the order of `shares`.
    """
    freed: list[tuple[int, int]] = [] if layout else [(0, PARTS)]
    kept: list[Range] = []
    missing = dict(shares)
    for part in layout:
        size = min(part.end - part.start, missing.get(part.arm, 0))
        if size:
            kept.append(Range(part.arm, part.start, part.start + size))
            missing[part.arm] -= size
        if part.start + size < part.end:
            freed.append((part.start + size, part.end))
    for arm, parts in missing.items():
        left = parts
        while left:
            start, end = freed.pop(0)
            size = min(left, end - start)
            kept.append(Range(arm, start, start + size))
            left -= size
            if start + size < end:
                freed.insert(0, (start + size, end))
    return _joined(sorted(kept, key=lambda part: part.start))


def _joined(parts: list[Range]) -> Layout:
    """Return the ranges with neighbours of one arm as one."""
    joined: list[Range] = []
    for part in parts:
        if joined and joined[-1].arm == part.arm:
            joined[-1] = Range(part.arm, joined[-1].start, part.end)
        else:
            joined.append(part)
    return tuple(joined)
