"""Places of names and marks: inside the drawing, and on nothing else."""

from __future__ import annotations

import re
from itertools import combinations
from math import hypot

from core.report.drawing import RIGHT, TOP, WIDTH
from core.report.labels import Box, box_of_mark, box_of_text, place_names, shorten, spread

PLACED = re.compile(r'x="([^"]*)" y="([^"]*)" text-anchor="(\w+)">([^<]*)<')


def boxes(parts: list[str]) -> list[Box]:
    found = (match for part in parts if (match := PLACED.search(part)))
    return [box_of_text(float(match[1]), float(match[2]), match[4], match[3]) for match in found]


def test_a_name_at_the_edge_is_not_cut() -> None:
    (part,) = place_names([("a name of some length", WIDTH - RIGHT, TOP + 2)], [])
    (box,) = boxes([part])
    assert box.inside


def test_names_cover_neither_marks_nor_each_other_and_those_without_a_place_are_omitted() -> None:
    crowd = [(f"option {number}", 400.0 + number, 200.0) for number in range(30)]
    marks = [box_of_mark(x, y) for _, x, y in crowd]
    parts = place_names(crowd, marks)
    assert 1 <= len(parts) < len(crowd)
    placed = boxes(parts)
    assert not any(one.overlaps(other) for one, other in combinations(placed, 2))
    assert not any(one.overlaps(mark) for one in placed for mark in marks)


def test_marks_on_one_place_are_moved_apart_and_the_first_keeps_it() -> None:
    places = spread([(300.0, 200.0)] * 12 + [(500.0, 100.0)])
    assert places[0] == (300.0, 200.0)
    assert places[-1] == (500.0, 100.0)
    assert min(hypot(a[0] - b[0], a[1] - b[1]) for a, b in combinations(places, 2)) > 12
    assert max(hypot(x - 300, y - 200) for x, y in places[:12]) < 30


def test_the_words_that_all_names_begin_with_are_left_out() -> None:
    assert shorten(["qwen-7b-bf16", "qwen-7b-w8a8"]) == {"qwen-7b-bf16": "bf16", "qwen-7b-w8a8": "w8a8"}
    assert shorten(["qwen-7b-bf16"]) == {"qwen-7b-bf16": "qwen-7b-bf16"}
    assert shorten(["a-b", "a"]) == {"a-b": "a-b", "a": "a"}
