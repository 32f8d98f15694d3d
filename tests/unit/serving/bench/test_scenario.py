"""What GuideLLM is asked to do, and measurements that cannot be made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from core.types import Message
from serving.bench.guidellm import describe
from serving.bench.replay import RecordedRequest, Recording
from serving.bench.request import BenchRequest, ReplayRequest, parse_at
from serving.bench.scenario import replay_scenario, scenario
from serving.performance.slo import Slo


def request(**settings: Any) -> BenchRequest:
    return BenchRequest(**{"url": "http://model", "model": "m", "slo": Slo(ttft=800, e2e=9000), **settings})


def spec(kind: Any, **settings: Any) -> dict[str, Any]:
    found: dict[str, Any] = scenario(request(**settings), kind, Path("/p.jsonl"), Path("/r.json"), {"name": "x"})[
        "spec"
    ]
    return found


def test_a_service_level_goes_to_guidellm_under_its_names_and_without_what_is_no_limit() -> None:
    assert spec("sweep")["metrics"]["slo"] == {"ttft_ms": 800, "e2el_ms": 9000}


def test_the_search_sends_rows_that_the_sweep_did_not() -> None:
    shared = {"rates": 5, "requests": 100, "concurrency": 10}
    sweep, search = (spec(kind, **shared)["data"][0]["load_kwargs"] for kind in ("sweep", "goodput"))
    assert (sweep["first"], search["first"], sweep["share"]) == (0, 500, 100)


def test_prompts_and_answers_are_not_kept_in_the_report() -> None:
    assert spec("sweep")["metrics"]["sample_size"] == 0


def test_the_highest_concurrency_bounds_both() -> None:
    assert spec("sweep", concurrency=16)["profile"]["max_concurrency"] == 16
    search = spec("goodput", concurrency=2)["profile"]
    assert (search["initial_streams"], search["max_streams"]) == (2, 2)


def test_the_key_is_sent_but_not_recorded() -> None:
    found = scenario(request(api_key="secret"), "sweep", Path("p"), Path("r"), {})
    assert found["spec"]["backend"].pop("api_key") == "secret"
    assert "secret" not in json.dumps(found)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"requests": 64, "concurrency": 64}, "--requests is 64 and --concurrency 64"),
        ({"requests": 10, "concurrency": 64}, "the highest concurrency is never reached"),
        ({"rates": 1}, "--rates is 1; it must be 2 or more"),
        ({"seconds": 0.5}, "--seconds is 0.5"),
        ({"concurrency": 0}, "--concurrency is 0"),
        ({"answer_tokens": 0}, "--answer-tokens is 0"),
    ],
)
def test_a_measurement_that_cannot_be_made_is_refused_before_it_starts(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        request(**settings)


def test_guidellms_log_becomes_a_line_a_rate() -> None:
    line = (
        "26-11-27 01:26:37|INFO     |guidellm.benchmark.progress:_log_update:420 - Benchmark 3 (constant@45.90): "
        "completed | elapsed=17.8s | successful=98 errored=1 incomplete=2 | requests/s=42.76 output_tokens/s=855.21"
    )
    assert describe(line) == "3. constant@45.90: 98 answered, 1 failed, 2 cut off in 18 s, 42.76 a second"
    assert describe(line.replace("completed", "started")) is None


def test_fixed_loads_take_the_place_of_sweep_and_search() -> None:
    assert parse_at("1, 32,256,32") == (1, 32, 256)
    assert spec("concurrent", at=(1, 32))["profile"] == {"kind": "concurrent", "streams": [1, 32]}
    assert request(at=(1, 32)).rows == 2 * 512
    with pytest.raises(ConfigurationError, match="--requests is 100 and --at 1,256"):
        request(at=(1, 256), requests=100)
    for text in ("", "0", "1,x", "1.5"):
        with pytest.raises(ConfigurationError, match="--at"):
            parse_at(text)


def test_a_replay_keeps_the_recorded_times_scaled_and_ends_with_the_last_request() -> None:
    recording = Recording(Path("r"), (RecordedRequest(0.0, (Message("user", "x"),), None, None),), 1)
    asked = ReplayRequest("http://model", "m", Slo(ttft=800), recording, speed=4)
    found = replay_scenario(asked, Path("/rows"), Path("/r.json"), {})["spec"]
    # GuideLLM's default, idle_gap, would move requests behind answers that take longer than recorded.
    assert found["profile"] == {"kind": "replay", "time_scale": 0.25, "schedule_turn": "timestamp"}
    assert found["constraints"] == []
    assert found["metrics"]["sample_size"] == 0
