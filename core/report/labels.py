"""Where names and marks go in a chart, so that none is cut and none covers another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

from core.report.drawing import HEIGHT, LEFT, RIGHT, TOP, WIDTH, text

_CHARACTER, _LINE = 7.3, 15.0
"""Pixels of a character (bold, 12 pixels, a wide one of a system's usual fonts) and of a line."""
_GAP = 9.0
_MARK = 7.0
_APART = 12.5
"""The distance from which two marks can be distinguished: a mark is about 11 pixels wide."""
_RINGS = 8


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in pixels of the drawing."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Return whether the two have a point in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    @property
    def inside(self) -> bool:
        """Whether it is within the drawing, beside the axis."""
        return self.left >= LEFT and self.right <= WIDTH - RIGHT + 12 and self.top >= TOP - 14 and self.bottom <= HEIGHT


def box_of_mark(x: float, y: float) -> Box:
    """Return the rectangle of a mark."""
    return Box(x - _MARK, y - _MARK, x + _MARK, y + _MARK)


def box_of_text(x: float, y: float, words: str, anchor: str) -> Box:
    """Return the rectangle of a text, about."""
    width = _CHARACTER * len(words)
    left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
    return Box(left, y - _LINE + 3, left + width, y + 3)


def place_names(names: Sequence[tuple[str, float, float]], taken: Iterable[Box], style: str = "name") -> list[str]:
    """Return each name beside its place, where it covers nothing that is taken and no other name.

    A name for which there is no such place is omitted: every chart has a key, and marks have tooltips.
    """
    occupied = list(taken)
    parts = []
    for words, x, y in names:
        free = (
            (left, top, anchor, box)
            for left, top, anchor in _beside(x, y)
            if (box := box_of_text(left, top, words, anchor)).inside
            and not any(box.overlaps(other) for other in occupied)
        )
        found = next(free, None)
        if found is not None:
            left, top, anchor, box = found
            occupied.append(box)
            parts.append(text(left, top, words, anchor, style))
    return parts


def spread(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the places, those that would cover an earlier one moved to the nearest free place around theirs."""
    taken: list[tuple[float, float]] = []
    for place in places:
        free = (
            candidate
            for candidate in _around(*place)
            if all(hypot(candidate[0] - x, candidate[1] - y) >= _APART - 0.01 for x, y in taken)
        )
        taken.append(next(free, place))
    return taken


def shorten(names: Sequence[str]) -> dict[str, str]:
    """Return the names without the words that all begin with: `qwen-7b-bf16` and `qwen-7b-w8a8` differ in the last."""
    words = [name.split("-") for name in names]
    shared = 0
    while len(names) > 1 and all(len(each) > shared + 1 and each[shared] == words[0][shared] for each in words):
        shared += 1
    return {name: "-".join(each[shared:]) for name, each in zip(names, words, strict=True)}


def _beside(x: float, y: float) -> Iterator[tuple[float, float, str]]:
    for below in (-_GAP, _GAP + _LINE - 5):
        yield x, y + below, "middle"
        yield x + _GAP, y + below, "start"
        yield x - _GAP, y + below, "end"
    yield x + _GAP + 2, y + 4, "start"
    yield x - _GAP - 2, y + 4, "end"


def _around(x: float, y: float) -> Iterator[tuple[float, float]]:
    """Yield a place, and those on rings around it inside the chart, the nearest first, the sides before the others."""
    yield x, y
    for ring in range(1, _RINGS + 1):
        count = 6 * ring
        for step in sorted(range(count), key=lambda step: abs(sin(2 * pi * step / count))):
            angle = 2 * pi * step / count
            moved = x + ring * _APART * cos(angle), y + ring * _APART * sin(angle)
            if LEFT <= moved[0] <= WIDTH - RIGHT and moved[1] >= TOP:
                yield moved
