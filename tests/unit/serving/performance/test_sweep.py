"""Measured sweeps: capacity where a limit is crossed, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from serving.performance.slo import Slo
from serving.performance.sweep import Sweep, read_sweeps

GUIDELLM = Path(__file__).with_name("guidellm_report.json")
OURS: dict[str, Any] = {
    "format": "groundwork-sweep-1", "model": "llama-3.1-8b", "gpu": "h100", "gpus": 1,
    "prompt_tokens": 1500, "answer_tokens": 300,
    "schemes": {
        "bf16": [
            {"requests_per_second": 2, "ttft_ms": {"mean": 80, "p95": 100}, "itl_ms": {"mean": 9, "p95": 10},
             "e2e_ms": {"mean": 3000, "p95": 3200}},
            {"requests_per_second": 10, "ttft_ms": {"mean": 300, "p95": 500}, "itl_ms": {"mean": 25, "p95": 30},
             "e2e_ms": {"mean": 8000, "p95": 9000}},
            {"requests_per_second": 14, "ttft_ms": {"mean": 900, "p95": 1500}, "itl_ms": {"mean": 50, "p95": 70},
             "e2e_ms": {"mean": 16000, "p95": 19000}},
        ],
    },
}  # fmt: skip


def written(folder: Path, sweep: Any) -> str:
    file = folder / "sweep.json"
    file.write_text(sweep if isinstance(sweep, str) else json.dumps(sweep), encoding="utf-8")
    return str(file)


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    (found,) = read_sweeps(written(tmp_path, OURS))
    return found


def test_requests_in_flight_follow_from_rate_and_mean_latency(sweep: Sweep) -> None:
    assert [point.in_flight for point in sweep.points] == [6, 80, 224]


def test_capacity_lies_where_the_first_limit_is_crossed(sweep: Sweep) -> None:
    # ITL goes from 30 to 70 ms: 50 is half of the way. TTFT goes from 500 to 1500 ms: 800 is three tenths of it.
    by_itl = sweep.capacity(Slo(ttft=1200, itl=50))
    assert (by_itl.full.rate, by_itl.full.in_flight, by_itl.limited_by) == (12, 152, "itl")
    by_ttft = sweep.capacity(Slo(ttft=800, itl=50))
    assert by_ttft.full.rate == pytest.approx(11.2)
    assert by_ttft.limited_by == "ttft"


def test_nothing_is_assumed_beyond_the_last_rate(sweep: Sweep) -> None:
    capacity = sweep.capacity(Slo(e2e=60_000))
    assert (capacity.full.in_flight, capacity.limited_by) == (224, "the end of the sweep")
    assert sweep.load(1000).in_flight == 224


def test_a_limit_below_the_lightest_load_is_not_served(sweep: Sweep) -> None:
    capacity = sweep.capacity(Slo(itl=9))
    assert (capacity.serves, capacity.limited_by) == (False, "itl")


def test_between_two_rates_a_line_is_drawn_and_below_the_first_its_latency_holds(sweep: Sweep) -> None:
    assert sweep.load(43).rate == pytest.approx(6)
    assert sweep.load(43).latency.itl == pytest.approx(20)
    assert sweep.load(3).rate == pytest.approx(1)
    assert sweep.load(3).latency == sweep.points[0].p95


def test_guidellms_report_is_read_with_what_was_measured_before_the_file() -> None:
    (sweep,) = read_sweeps(f"w8a8@h100x2={GUIDELLM}")
    report = json.loads(GUIDELLM.read_text(encoding="utf-8"))
    first = report["benchmarks"][0]["metrics"]
    assert (sweep.model, sweep.scheme, sweep.gpu, sweep.gpus, len(sweep.points)) == (None, "w8a8", "h100", 2, 2)
    assert sweep.points[0].p95.e2e == pytest.approx(1000 * first["request_latency"]["successful"]["percentiles"]["p95"])
    assert sweep.points[0].mean.ttft == pytest.approx(first["time_to_first_token_ms"]["successful"]["mean"])
    # The mock server was message 40 ms to the first token and 5 ms between tokens.
    assert sweep.points[0].mean.itl == pytest.approx(5.5, abs=0.5)
    assert sweep.answer_tokens == 128


@pytest.mark.parametrize("label", ["", "w8a8=", "w8a8@h100=", "w8a8@h100x0="])
def test_guidellms_report_without_what_was_measured_is_refused_with_an_example(label: str) -> None:
    with pytest.raises(ConfigurationError, match="--sweep w8a8@h100x1="):
        read_sweeps(f"{label}{GUIDELLM}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "holds list"),
        ({"rates": []}, "is no sweep"),
        ({**OURS, "schemes": {"bf16": []}}, "no rate at which a request succeeded"),
        ({**OURS, "schemes": {"bf16": [{"requests_per_second": 1}]}}, "KeyError: 'ttft_ms'"),
        ({key: value for key, value in OURS.items() if key != "gpus"}, "KeyError: 'gpus'"),
    ],
)
def test_a_file_that_is_not_a_sweep_is_refused(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read_sweeps(written(tmp_path, content))
