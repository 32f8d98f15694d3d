"""Charts of measurements: lines that do not turn back, curves that coincide, names that fit."""

from __future__ import annotations

import re
from pathlib import Path

from core.report.drawing import WIDTH
from serving.bench.charts import colours, draw_latency, draw_throughput, split_at_peak
from serving.bench.result import BenchResult, load_result
from tests.unit.serving.bench.reports import benchmark, report, written

RATES = ((1.0, 1.0), (3.0, 4.0), (5.0, 9.0), (4.0, 30.0), (4.5, 60.0))
"""Requests a second and in flight: beyond 5 a second more requests give fewer answers."""


def measured(folder: Path, name: str, itl: float = 10.0) -> BenchResult:
    loads = [
        benchmark(
            "constant", rate=rate, in_flight=load, itl=[itl * load] * 2, ttft=[10 * load] * 2, e2e=[load / rate] * 2
        )
        for rate, load in RATES
    ]
    return load_result(written(folder / f"{name}.json", report(*loads)))


def lines(drawing: str, width: str) -> list[list[float]]:
    """The x values of every line of that width."""
    found = re.findall(rf'stroke-width="{width}"[^>]*points="([^"]*)"', drawing)
    return [[float(point.split(",")[0]) for point in each.split()] for each in found]


def test_no_line_turns_back_and_overloaded_points_are_hollow_marks(tmp_path: Path) -> None:
    result = measured(tmp_path, "w8a8")
    assert [rate for rate, _ in split_at_peak(result, "itl").rising] == [1.0, 3.0, 5.0]
    assert [rate for rate, _ in split_at_peak(result, "itl").overloaded] == [4.0, 4.5]
    drawing = draw_latency([result], "itl", colours([result]), None, "")
    for each in (*lines(drawing, "2.4"), *lines(drawing, "1.3")):
        assert len(each) == 3
        assert each == sorted(each)
    assert drawing.count("fill:var(--w8a8)") == 3
    assert drawing.count("fill:var(--paper)") == 2


def test_a_curve_on_an_earlier_one_is_dashed_so_that_both_are_seen(tmp_path: Path) -> None:
    pair = [measured(tmp_path, "fp8"), measured(tmp_path, "w8a8")]
    for drawing in (
        draw_latency(pair, "itl", colours(pair), None, ""),
        draw_throughput(pair, colours(pair)),
    ):
        assert drawing.count('stroke-dasharray="9 6"') == 1
    other = [measured(tmp_path, "fp8"), measured(tmp_path, "w4a16", 20.0)]
    assert 'stroke-dasharray="9 6"' not in draw_latency(other, "itl", colours(other), None, "")


def test_names_are_as_short_as_they_can_be_and_inside_the_drawing(tmp_path: Path) -> None:
    pair = [
        measured(tmp_path, f"a-model-with-a-very-long-name-{scheme}", itl) for scheme, itl in (("bf16", 20), ("fp8", 5))
    ]
    drawing = draw_latency(pair, "itl", colours(pair), None, "")
    names = re.findall(r'<text class="name" x="([^"]*)" y="[^"]*" text-anchor="(\w+)">([^<]*)<', drawing)
    assert {name for _, _, name in names} == {"bf16", "fp8"}
    assert all(0 < float(x) < WIDTH for x, _, _ in names)
