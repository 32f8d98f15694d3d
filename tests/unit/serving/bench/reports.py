"""GuideLLM's report as the tests need it: what of it is read, with figures of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def benchmark(
    kind: str = "synchronous",
    *,
    rate: float = 1.0,
    ttft: Sequence[float] = (100.0, 100.0),
    itl: Sequence[float | None] = (10.0, 10.0),
    e2e: Sequence[float] = (1.0, 1.0),
    tokens: Sequence[int] = (50, 50),
    in_flight: float = 1.0,
    cut: int = 0,
    failed: int = 0,
    streams: int = 1,
    attainment: float | None = None,
    late: float = 0.0,
) -> dict[str, Any]:
    """One rate. Latencies a request: `ttft` and `itl` in milliseconds, `e2e` in seconds."""
    answered = [
        {
            "time_to_first_token_ms": first, "inter_token_latency_ms": between, "request_latency": total,
            "output_tokens": count, "prompt_tokens": 400, "cached_tokens": None,
        }
        for first, between, total, count in zip(ttft, itl, e2e, tokens, strict=True)
    ]  # fmt: skip
    known = [value for value in itl if value is not None]
    return {
        "config": {"strategy": {"type_": kind, "rate": rate, "streams": streams}},
        "scheduler_metrics": {"request_targeted_start_delay_avg": late},
        "requests": {"successful": answered, "errored": [{}] * failed, "incomplete": [{}] * cut},
        "metrics": {
            "request_totals": {"successful": len(answered)},
            "slo_attainment": attainment,
            "requests_per_second": {"successful": {"mean": rate}},
            "request_concurrency": {"successful": {"mean": in_flight}},
            "time_to_first_token_ms": _latency(ttft),
            "inter_token_latency_ms": _latency(known),
            "request_latency": _latency(e2e),
        },
    }


def unanswered(kind: str, failed: int = 0, cut: int = 0) -> dict[str, Any]:
    """One rate at which no request succeeded."""
    return benchmark(kind, ttft=(), itl=(), e2e=(), tokens=(), failed=failed, cut=cut)


def _latency(values: Sequence[float]) -> dict[str, Any]:
    return {"successful": {"mean": sum(values) / max(1, len(values)), "percentiles": {"p95": max(values, default=0.0)}}}


def report(*benchmarks: Mapping[str, Any], conclusion: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A whole report."""
    slo = {"ttft_ms": 1000.0, "tpot_ms": 50.0, "e2el_ms": None}
    return {
        "config": {
            "spec": {"backend": {"model": "org/tiny", "target": "http://model"}, "metrics": {"slo": slo}},
            "metadata": {"labels": {"prompts": "7 distinct prompts"}},
        },
        "benchmarks": list(benchmarks),
        "conclusions": [] if conclusion is None else [dict(conclusion)],
    }


def written(file: Path, value: Any) -> Path:
    file.write_text(json.dumps(value), encoding="utf-8")
    return file
