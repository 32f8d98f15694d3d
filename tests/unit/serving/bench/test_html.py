"""The report: whole, of itself, and with what a reader looks for."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from serving.bench.html import render_page
from serving.bench.result import BenchResult, load_result
from tests.unit.serving.bench.reports import benchmark, report, unanswered, written

VOID = {"meta", "br"}


class Balanced(HTMLParser):
    """Fails where an element is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """It is closed where it opens."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def measured(folder: Path, name: str, itl: tuple[float, float]) -> BenchResult:
    light = benchmark(rate=0.5, itl=[itl[0]] * 2)
    heavy = benchmark("throughput", rate=4.0, itl=[itl[1]] * 2, e2e=[3.0, 3.0], in_flight=12.0)
    return load_result(written(folder / f"{name}.json", report(light, heavy)))


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    page = render_page([measured(tmp_path, "w4a16", (10, 60)), measured(tmp_path, "w8a8", (20, 30))])
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    assert not re.search(r"<script|<link|@import|url\(|src=", page)
    assert "$" not in page


def test_limits_are_drawn_and_the_crossing_of_4_and_8_bits_is_named(tmp_path: Path) -> None:
    page = render_page([measured(tmp_path, "w4a16", (10, 60)), measured(tmp_path, "w8a8", (20, 30))])
    assert "service level: 50 ms" in page
    assert "service level: 1,000 ms" in page
    # 10 to 60 and 20 to 30 over the same rates cross at a quarter of the way from 0.5 to 4.
    assert "4 and 8 bits cross at 1.38 requests/s" in page
    assert "w4a16 is lower below 1.38 requests/s, w8a8 above" in page


def test_one_result_alone_makes_a_page(tmp_path: Path) -> None:
    page = render_page([measured(tmp_path, "my-model", (10, 60))])
    assert "Compared with" not in page
    assert "cross" not in page


def test_names_from_outside_are_text(tmp_path: Path) -> None:
    assert "<b>x" not in render_page([measured(tmp_path, "a<b>x", (10, 60))])


def test_a_failure_and_loads_without_an_answer_are_on_the_page(tmp_path: Path) -> None:
    written(tmp_path / "a.failure.json", {"stage": "search", "reason": "the server <died>"})
    page = render_page(
        [load_result(written(tmp_path / "a.json", report(benchmark(), unanswered("throughput", failed=3))))]
    )
    assert "The search did not run to its end: the server &lt;died&gt;." in page
    assert "No request succeeded at all at once: 3 failed." in page
    assert "Incomplete: see below." in page


def test_a_replay_and_a_sweep_share_a_page_and_are_not_compared(tmp_path: Path) -> None:
    replayed = load_result(written(tmp_path / "r.json", report(benchmark("trace", attainment=0.9))))
    page = render_page([measured(tmp_path, "w8a8", (20, 30)), replayed])
    assert "90%" in page
    assert "Compared with" not in page
