"""GuideLLM's reports as values, side by side, and where two curves cross."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import ConfigurationError
from serving.bench.compare import cautions, compare
from serving.bench.crossing import bits_of, find_crossing, scheme_of
from serving.bench.findings import sentences
from serving.bench.intervals import median, quotient_of_sums, ratio_of
from serving.bench.result import BenchResult, load_folder, load_result, to_dict
from tests.unit.serving.bench.reports import benchmark, report, unanswered, written

SEARCH = {
    "best_passing_streams": 12, "lowest_failing_streams": 13, "stop_reason": "converged",
    "probes": [
        {"streams": 12, "goodput": 2.5, "resolved": True}, {"streams": 13, "goodput": 1.0, "resolved": False},
    ],
}  # fmt: skip


def result(folder: Path, name: str, *benchmarks: Any) -> BenchResult:
    return load_result(written(folder / f"{name}.json", report(*benchmarks)))


def test_rates_are_read_request_by_request_and_ordered_by_load(tmp_path: Path) -> None:
    busy = benchmark("throughput", rate=4.0, e2e=[2.0, 4.0], tokens=[10, 30], in_flight=12.0, cut=3)
    found = result(tmp_path, "bf16", busy, benchmark())
    assert [rate.label for rate in found.rates] == ["synchronous", "throughput"]
    loaded = found.rates[1]
    assert (loaded.answered, loaded.cut, list(loaded.e2e)) == (2, 3, [2000.0, 4000.0])
    # 12 in flight, 40 tokens in 6 seconds of requests: 80 a second.
    assert loaded.tokens_per_second == pytest.approx(80.0)


def test_an_answer_of_one_token_has_no_time_between_tokens(tmp_path: Path) -> None:
    found = result(tmp_path, "a", benchmark(itl=[None, 12.0], tokens=[1, 20]))
    assert list(found.rates[0].itl) == [12.0]


def test_capacity_is_the_planners(tmp_path: Path) -> None:
    light = benchmark(rate=1.0, itl=[10.0, 10.0], e2e=[1.0, 1.0])
    heavy = benchmark("throughput", rate=3.0, itl=[90.0, 90.0], e2e=[5.0, 5.0], in_flight=15.0)
    found = result(tmp_path, "a", light, heavy)
    # ITL goes from 10 to 90 ms: 50 is half of the way, where the rate is 2.
    assert to_dict(found)["within_slo"] == {"requests_per_second": 2.0, "in_flight": 8.0, "limited_by": "itl"}


@pytest.mark.parametrize(
    ("kind", "load"), [("synchronous", "one at a time"), ("concurrent", "32 in parallel"), ("constant", "1.00/s")]
)
def test_a_service_level_that_the_lightest_load_misses_is_said(tmp_path: Path, kind: str, load: str) -> None:
    found = result(tmp_path, "a", benchmark(kind, streams=32, ttft=[2000.0, 2000.0]))
    assert f"Not even the lightest load, {load}, meets" in sentences(found)[0]


def test_the_search_is_read_with_the_sweep_and_names_what_it_could_not_decide(tmp_path: Path) -> None:
    written(tmp_path / "a.goodput.json", report(conclusion=SEARCH))
    found = result(tmp_path, "a", benchmark())
    assert found.search is not None
    assert (found.search.best, found.search.failing, found.search.goodput) == (12, 13, 2.5)
    text = " ".join(sentences(found))
    assert "with 12 in parallel 95% of the requests meet all limits, 2.50 good answers a second; 13 do not" in text
    assert "Too few requests for a decision at 13 in parallel" in text
    assert [each.name for each in load_folder(tmp_path)] == ["a"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "holds list"),
        ({}, "is not a report of GuideLLM 0.8"),
        (report(), "no request succeeded"),
        ({**report(benchmark()), "config": {}}, "is not a report of GuideLLM 0.8"),
    ],
)
def test_a_file_that_is_not_a_result_is_refused(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        load_result(written(tmp_path / "a.json", content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read as JSON"):
        load_result(tmp_path / "none.json")


def test_a_ratio_is_that_of_the_statistics_and_lies_in_its_interval() -> None:
    random = np.random.default_rng(1)
    a, b = random.normal(100, 10, 200), random.normal(50, 5, 200)
    ratio = ratio_of(median, (a,), (b,))
    assert ratio.value == pytest.approx(np.median(b) / np.median(a))
    assert ratio.low < ratio.value < ratio.high
    assert ratio.decided
    assert not ratio_of(median, (a,), (a,)).decided


def test_the_interval_of_a_ratio_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    covered = 0
    for _ in range(100):
        a, b = random.exponential(2.0, 60), random.exponential(1.0, 60)
        ratio = ratio_of(quotient_of_sums, (a, np.ones(60)), (b, np.ones(60)))
        covered += ratio.low <= 0.5 <= ratio.high
    assert 86 <= covered <= 100


def test_more_tokens_a_second_and_less_time_are_better(tmp_path: Path) -> None:
    slow = result(tmp_path, "slow", benchmark(ttft=[100.0] * 9, itl=[10.0] * 9, e2e=[1.0] * 9, tokens=[50] * 9))
    fast = result(tmp_path, "fast", benchmark(ttft=[50.0] * 9, itl=[10.0] * 9, e2e=[0.5] * 9, tokens=[50] * 9))
    rows = {row.figure: row for row in compare(slow, fast)}
    assert (rows["TTFT, median ms"].ratio.value, rows["TTFT, median ms"].better) == (0.5, "b")
    assert (rows["answer tokens/s"].ratio.value, rows["answer tokens/s"].better) == (2.0, "b")
    assert rows["ITL, median ms"].better is None


def test_answers_of_another_length_are_pointed_out(tmp_path: Path) -> None:
    short = result(tmp_path, "a", benchmark(tokens=[10, 10]))
    assert "the answers differ, 10 and 50 tokens" in " ".join(cautions(short, result(tmp_path, "b", benchmark())))


def test_another_concurrency_is_pointed_out(tmp_path: Path) -> None:
    few, many = (
        result(tmp_path, name, benchmark("throughput", in_flight=in_flight))
        for name, in_flight in (("a", 8.0), ("b", 30.0))
    )
    assert "8 and 30 requests were in flight" in " ".join(cautions(few, many))


def test_results_without_a_load_in_common_do_not_compare(tmp_path: Path) -> None:
    one, other = result(tmp_path, "a", benchmark()), result(tmp_path, "b", benchmark("throughput"))
    with pytest.raises(ConfigurationError, match="have no load in common"):
        compare(one, other)


def test_the_scheme_is_a_word_of_the_name(tmp_path: Path) -> None:
    assert scheme_of(result(tmp_path, "qwen-4b-w4a16", benchmark())) == "w4a16"
    assert bits_of(result(tmp_path, "W8A8", benchmark())) == 8
    assert scheme_of(result(tmp_path, "my-model", benchmark())) is None


def test_curves_cross_on_the_lines_between_their_points() -> None:
    four, eight = [(1.0, 10.0), (3.0, 30.0)], [(1.0, 20.0), (4.0, 20.0)]
    crossing, lower = find_crossing(four, eight)
    assert crossing is not None
    assert (crossing.rate, crossing.value, lower) == (2.0, 20.0, "a")


def test_a_curve_that_is_lower_throughout_does_not_cross() -> None:
    assert find_crossing([(1.0, 10.0), (3.0, 11.0)], [(1.0, 20.0), (4.0, 20.0)]) == (None, "a")


def test_curves_without_a_rate_in_common_are_not_compared() -> None:
    assert find_crossing([(1.0, 10.0), (2.0, 11.0)], [(3.0, 20.0), (4.0, 20.0)]) == (None, None)


def test_a_curve_that_turns_back_under_overload_counts_to_its_highest_rate() -> None:
    turning = [(1.0, 10.0), (3.0, 12.0), (2.5, 90.0)]
    assert find_crossing(turning, [(1.0, 20.0), (4.0, 20.0)]) == (None, "a")


def test_a_failed_search_leaves_the_sweep_and_is_said_first(tmp_path: Path) -> None:
    file = written(tmp_path / "a.json", report(benchmark(), benchmark("throughput", rate=4.0, in_flight=9.0)))
    written(tmp_path / "a.failure.json", {"stage": "search", "reason": "it was interrupted"})
    found = load_result(file)
    assert sentences(found)[0] == (
        "The search did not run to its end: it was interrupted. What was finished before is below."
    )
    assert not found.complete
    assert to_dict(found)["failure"] == {"stage": "search", "reason": "it was interrupted"}
    assert [each.name for each in load_folder(tmp_path)] == ["a"]


def test_a_search_that_ended_early_has_the_probes_that_it_finished(tmp_path: Path) -> None:
    file = written(tmp_path / "a.json", report(benchmark()))
    written(tmp_path / "a.failure.json", {"stage": "search", "reason": "it was interrupted"})
    probes = [{"streams": 4, "goodput": 1.0, "resolved": True}]
    conclusion = {"best_passing_streams": None, "lowest_failing_streams": 4, "stop_reason": None, "probes": probes}
    written(tmp_path / "a.goodput.json", report(conclusion=conclusion))
    assert (
        sentences(load_result(file))[-1] == "Search: fewer than 95% of the requests meet all limits at 4 in parallel."
    )
    written(tmp_path / "a.goodput.json", report(conclusion={**conclusion, "probes": []}))
    assert load_result(file).search is None


def test_loads_without_an_answer_are_named_and_make_a_result_incomplete(tmp_path: Path) -> None:
    loads = benchmark(), unanswered("throughput", failed=30), unanswered("constant", cut=2)
    found = load_result(written(tmp_path / "a.json", report(*loads)))
    assert [rate.label for rate in found.rates] == ["synchronous"]
    assert sentences(found)[:2] == [
        "No request succeeded at all at once: 30 failed.",
        "No request succeeded at 1.00/s: 2 were cut off.",
    ]
    assert not found.complete
    # A time that is too short is no failure of the server.
    assert load_result(written(tmp_path / "b.json", report(benchmark(), unanswered("constant", cut=2)))).complete


def test_a_replay_says_how_many_requests_meet_the_service_level_and_whether_it_was_sent_in_time(tmp_path: Path) -> None:
    found = load_result(written(tmp_path / "a.json", report(benchmark("trace", rate=2.0, attainment=0.5, late=0.2))))
    assert found.replayed
    assert sentences(found) == [
        "50.0% of the 2 answered requests meet ttft 1000 ms, itl 50 ms: 1.00 good answers a second.",
        "Requests were sent 200 ms later than recorded in the mean: this machine cannot send them faster, so that the "
        "load was lighter than the recorded one. Lower --speed.",
    ]


def test_fixed_loads_are_compared_one_by_one(tmp_path: Path) -> None:
    a, b = (
        load_result(
            written(
                tmp_path / f"{name}.json",
                report(benchmark("concurrent", streams=1), benchmark("concurrent", streams=32, in_flight=32.0)),
            )
        )
        for name in ("bf16", "fp8")
    )
    assert {row.load for row in compare(a, b)} == {"concurrent@1", "concurrent@32"}


def test_requests_of_a_replay_that_the_report_lacks_are_counted(tmp_path: Path) -> None:
    whole = report(benchmark("trace"))
    whole["config"]["metadata"]["labels"]["requests"] = "3"
    found = sentences(load_result(written(tmp_path / "a.json", whole)))
    assert found == ["GuideLLM's report lacks 1 of the requests that were sent; no figure includes them."]
