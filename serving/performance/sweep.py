"""A measured sweep: latencies at several request rates, for a model under a scheme on GPUs.

Two forms are read. Groundwork's own states all that a plan needs:

    {"format": "groundwork-sweep-1", "model": "llama-3.1-8b", "gpu": "h100", "gpus": 1,
     "prompt_tokens": 1500, "answer_tokens": 300, "engine": "vLLM 0.32", "measured_on": "2026-11-20",
     "schemes": {"bf16": [{"requests_per_second": 2.0,
                           "ttft_ms": {"mean": 71, "p95": 120}, "itl_ms": {"mean": 9.1, "p95": 9.8},
                           "e2e_ms": {"mean": 2790, "p95": 3050}}]}}

GuideLLM's report (0.8, report version 2) has the latencies, but does not say what was measured: write that before the
file, as in `--sweep w8a8@h100x1=benchmarks.json`.

A service level is compared with the 95th percentile. Between two measured rates the values are interpolated linearly;
beyond the last one nothing is assumed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from serving.performance.capacity import Capacity
from serving.performance.roofline import Load
from serving.performance.slo import LIMITS, Latency, Slo

FORMAT = "groundwork-sweep-1"
_GUIDELLM = {"ttft": "time_to_first_token_ms", "itl": "inter_token_latency_ms", "e2e": "request_latency"}


@dataclass(frozen=True, slots=True)
class Point:
    """One rate: answers a second, and latency in milliseconds, mean and 95th percentile."""

    rate: float
    mean: Latency
    p95: Latency

    @property
    def in_flight(self) -> float:
        """Requests in flight, by Little's law."""
        return self.rate * self.mean.e2e / 1000


@dataclass(frozen=True, slots=True)
class Sweep:
    """Points by rising rate. `model` is None where the file does not name it."""

    model: str | None
    scheme: str
    gpu: str
    gpus: int
    prompt_tokens: float
    answer_tokens: float
    points: tuple[Point, ...]
    source: str

    def measured(self, model: str, scheme: str, gpu: str) -> bool:
        """Return whether this is a measurement of that combination."""
        return self.scheme == scheme and self.gpu == gpu and self.model in (None, model)

    def load(self, in_flight: float) -> Load:
        """Return rate and 95th percentiles with `in_flight` requests, interpolated between the two nearest points."""
        first, last = self.points[0], self.points[-1]
        if in_flight <= first.in_flight:
            return Load(in_flight, first.rate * in_flight / first.in_flight, first.p95)
        for lower, upper in zip(self.points, self.points[1:], strict=False):
            if lower.in_flight <= in_flight <= upper.in_flight:
                width = upper.in_flight - lower.in_flight
                return _between(lower, upper, (in_flight - lower.in_flight) / width if width else 0.0)
        return Load(last.in_flight, last.rate, last.p95)

    def capacity(self, slo: Slo) -> Capacity:
        """Return the highest load that meets all limits. The measurement includes the limit by memory."""
        missed = slo.missed(self.points[0].p95)
        if missed:
            return Capacity(False, " and ".join(missed), self.load(self.points[0].in_flight))
        for lower, upper in zip(self.points, self.points[1:], strict=False):
            missed = slo.missed(upper.p95)
            if missed:
                share, first = min((_crossing(lower.p95, upper.p95, slo, name), name) for name in missed)
                return Capacity(True, first, _between(lower, upper, share))
        return Capacity(True, "the end of the sweep", self.load(self.points[-1].in_flight))


def read_sweeps(argument: str) -> tuple[Sweep, ...]:
    """Read `FILE`, or `SCHEME@GPUxCOUNT=FILE` for GuideLLM's report.

    Raises ConfigurationError with the file and the fix.
    """
    label, equals, name = argument.partition("=")
    file = Path(name if equals else label)
    report = _read(file)
    try:
        if report.get("format") == FORMAT:
            return _read_own(report, str(file))
        if "benchmarks" in report:
            return (_read_guidellm(report, label if equals else "", str(file)),)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(
            f"{file}: a figure of the sweep is missing or wrong ({type(error).__name__}: {error}). "
            "Measure again, or fix it."
        ) from error
    raise ConfigurationError(f'{file} is no sweep: neither "format": "{FORMAT}" nor a GuideLLM report (0.8).')


def _read(file: Path) -> dict[str, Any]:
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The sweep {file} cannot be read as JSON: {error}. Name the file of a sweep."
        ) from error
    if not isinstance(report, dict):
        raise ConfigurationError(
            f"The sweep {file} holds {type(report).__name__}, not an object. Name the file of a sweep."
        )
    return report


def _read_own(report: Mapping[str, Any], source: str) -> tuple[Sweep, ...]:
    return tuple(
        Sweep(
            model=report["model"],
            scheme=scheme,
            gpu=report["gpu"],
            gpus=int(report["gpus"]),
            prompt_tokens=float(report["prompt_tokens"]),
            answer_tokens=float(report["answer_tokens"]),
            points=_sorted(source, [_point(entry) for entry in entries]),
            source=source,
        )
        for scheme, entries in report["schemes"].items()
    )


def _read_guidellm(report: Mapping[str, Any], label: str, source: str) -> Sweep:
    scheme, at, machine = label.partition("@")
    gpu, _, count = machine.rpartition("x")
    if not at or not gpu or not count.isdigit() or int(count) < 1:
        raise ConfigurationError(
            f"--sweep {source}: a GuideLLM report does not say what was measured. "
            f"Write it before the file: --sweep w8a8@h100x1={source}"
        )
    benchmarks = [benchmark["metrics"] for benchmark in report["benchmarks"]]
    successful = [metrics for metrics in benchmarks if metrics["request_totals"]["successful"]]
    points = [guidellm_point(metrics) for metrics in successful]
    return Sweep(
        model=None,
        scheme=scheme,
        gpu=gpu,
        gpus=int(count),
        prompt_tokens=_mean_of(successful, "prompt_token_count"),
        answer_tokens=_mean_of(successful, "output_token_count"),
        points=_sorted(source, points),
        source=source,
    )


def _point(entry: Mapping[str, Any]) -> Point:
    values = {name: entry[f"{name}_ms"] for name in LIMITS}
    means = Latency(**{name: float(value["mean"]) for name, value in values.items()})
    return Point(float(entry["requests_per_second"]), means, Latency(**{n: float(v["p95"]) for n, v in values.items()}))


def guidellm_point(metrics: Mapping[str, Any]) -> Point:
    """Return the point that the `metrics` of one benchmark in GuideLLM's report describe.

    Raises KeyError or TypeError where a figure is missing.
    """
    scale = {"ttft": 1, "itl": 1, "e2e": 1000}
    found = {name: metrics[key]["successful"] for name, key in _GUIDELLM.items()}
    return Point(
        float(metrics["requests_per_second"]["successful"]["mean"]),
        Latency(**{name: scale[name] * float(value["mean"]) for name, value in found.items()}),
        Latency(**{name: scale[name] * float(value["percentiles"]["p95"]) for name, value in found.items()}),
    )


def _mean_of(benchmarks: Sequence[Mapping[str, Any]], metric: str) -> float:
    values = [float(metrics[metric]["successful"]["mean"]) for metrics in benchmarks]
    return sum(values) / max(1, len(values))


def _sorted(source: str, points: Sequence[Point]) -> tuple[Point, ...]:
    kept = sorted((point for point in points if point.rate > 0), key=lambda point: point.in_flight)
    if not kept:
        raise ConfigurationError(f"{source}: the sweep has no rate at which a request succeeded. Measure again.")
    return tuple(kept)


def _crossing(lower: Latency, upper: Latency, slo: Slo, name: str) -> float:
    """Return where the limit is reached, as a share of the way from a point that meets it to one that misses it."""
    below, above, limit = (float(getattr(values, name)) for values in (lower, upper, slo))
    return (limit - below) / (above - below)


def _between(lower: Point, upper: Point, share: float) -> Load:
    def mix(a: float, b: float) -> float:
        return a + share * (b - a)

    p95 = Latency(**{name: mix(getattr(lower.p95, name), getattr(upper.p95, name)) for name in LIMITS})
    return Load(mix(lower.in_flight, upper.in_flight), mix(lower.rate, upper.rate), p95)
