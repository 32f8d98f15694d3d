"""GuideLLM's reports as values: the rates of a sweep or a replay, request by request, and what the search found.

The sweep or replay of a run is `NAME.json`, its search `NAME.goodput.json`; `NAME.failure.json` says what failed, where
something did. `groundwork model plan --sweep` reads the first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigurationError
from serving.performance.capacity import Capacity
from serving.performance.slo import Latency, Slo
from serving.performance.sweep import Point, Sweep, guidellm_point

Array = NDArray[np.float64]

Stage: TypeAlias = Literal["sweep", "search", "loads", "replay"]

SEARCH_SUFFIX = ".goodput.json"
FAILURE_SUFFIX = ".failure.json"
OTHER_SUFFIXES = (SEARCH_SUFFIX, FAILURE_SUFFIX)
REPLAY = "trace"
"""GuideLLM's name of the strategy of a replay."""
_LATE = "request_targeted_start_delay_avg"
_METRICS = {
    "ttft": ("time_to_first_token_ms", 1.0),
    "itl": ("inter_token_latency_ms", 1.0),
    "e2e": ("request_latency", 1000.0),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """One load. The arrays have one value a successful request, shape (n,): milliseconds, or tokens; `itl` excludes
    answers of one token.

    label           GuideLLM's strategy: "synchronous", "throughput", "constant@2.50" (requests a second),
                    "concurrent@32" (requests in parallel) or "trace" (a replay)
    in_flight       requests in flight, mean
    cut             requests that were running when the time was up; no figure includes them
    attainment      share of the requests that meet all limits, 0 to 1; None where no limit was set
    late_ms         by how much requests were sent later than planned, mean
    """

    label: str
    point: Point
    median: Latency
    in_flight: float
    ttft: Array
    itl: Array
    e2e: Array
    answer_tokens: Array
    prompt_tokens: float
    cached_tokens: float
    failed: int
    cut: int
    attainment: float | None
    late_ms: float

    @property
    def answered(self) -> int:
        """The number of requests that succeeded."""
        return len(self.e2e)

    @property
    def tokens_per_second(self) -> float:
        """Tokens a second of all answers together, by Little's law."""
        return float(self.in_flight * self.answer_tokens.sum() / (self.e2e.sum() / 1000))


@dataclass(frozen=True, slots=True)
class Failure:
    """The stage that did not run to its end, and why."""

    stage: Stage
    reason: str

    def __str__(self) -> str:
        ended = (
            "The loads were not all measured" if self.stage == "loads" else f"The {self.stage} did not run to its end"
        )
        return f"{ended}: {self.reason.rstrip('.')}."


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A load at which no request succeeded: its strategy, and the requests that failed and were cut off."""

    label: str
    failed: int
    cut: int


@dataclass(frozen=True, slots=True)
class Search:
    """The highest number of parallel requests of which 95% meet all limits (`best`), and the lowest that fails."""

    best: int | None
    failing: int | None
    goodput: float | None
    probes: int
    unresolved: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class BenchResult:
    """What was measured of one server. Rates are ordered by rising load.

    unanswered      loads at which no request succeeded; no figure includes them
    failure         the stage that did not run to its end; what it had finished is in the other fields
    """

    name: str
    model: str
    target: str
    slo: Slo
    rates: tuple[Rate, ...]
    search: Search | None
    about: Mapping[str, str]
    unanswered: tuple[Unanswered, ...] = ()
    failure: Failure | None = None

    @property
    def complete(self) -> bool:
        """Whether every stage ran to its end, and requests failed at no load altogether."""
        return self.failure is None and not any(each.failed for each in self.unanswered)

    @property
    def replayed(self) -> bool:
        """Whether recorded requests were sent, in place of a sweep."""
        return any(rate.label == REPLAY for rate in self.rates)

    def one(self, label: str) -> Rate | None:
        """Return the rate of a strategy, "synchronous" or "throughput"; None where it was not measured."""
        return next((rate for rate in self.rates if rate.label == label), None)

    def capacity(self) -> Capacity:
        """Return the highest load that meets all limits, as `groundwork model plan` reads it from this file."""
        tokens = float(np.mean([rate.answer_tokens.mean() for rate in self.rates]))
        prompt = float(np.mean([rate.prompt_tokens for rate in self.rates]))
        points = tuple(sorted((rate.point for rate in self.rates), key=lambda point: point.in_flight))
        return Sweep(self.model, self.name, "", 1, prompt, tokens, points, self.name).capacity(self.slo)


def load_result(file: Path) -> BenchResult:
    """Read a sweep or replay, and what else the folder has of it.

    Raises ConfigurationError with the file and the fix.
    """
    report = _read(file)
    try:
        spec = report["config"]["spec"]
        found = [_rate(benchmark) for benchmark in report["benchmarks"] if benchmark["requests"]["successful"]]
        rates = tuple(sorted(found, key=lambda rate: rate.point.in_flight))
        unanswered = tuple(_unanswered(each) for each in report["benchmarks"] if not each["requests"]["successful"])
        limits = spec["metrics"].get("slo") or {}
        slo = Slo(limits.get("ttft_ms"), limits.get("tpot_ms"), limits.get("e2el_ms"))
        search = file.with_name(file.stem + SEARCH_SUFFIX)
        result = BenchResult(
            name=file.stem,
            model=spec["backend"]["model"],
            target=spec["backend"]["target"],
            slo=slo,
            rates=rates,
            search=_search(_read(search)) if search.exists() else None,
            about=(report["config"].get("metadata") or {}).get("labels") or {},
            unanswered=unanswered,
            failure=_read_failure(file.with_name(file.stem + FAILURE_SUFFIX)),
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ConfigurationError(
            f"{file} is not a report of GuideLLM 0.8 ({type(error).__name__}: {error}). "
            "Name the file of a run of groundwork model bench."
        ) from error
    if not rates:
        raise ConfigurationError(f"{file}: no request succeeded. Look at the server's log, then measure again.")
    return result


def load_folder(folder: Path) -> list[BenchResult]:
    """Return all results of a folder, by name."""
    files = (file for file in sorted(folder.glob("*.json")) if not file.name.endswith(OTHER_SUFFIXES))
    return [load_result(file) for file in files]


def has_rates(file: Path) -> bool:
    """Return whether a report exists in which at least one request succeeded."""
    return file.exists() and any(each["requests"]["successful"] for each in _read(file)["benchmarks"])


def _read_failure(file: Path) -> Failure | None:
    if not file.exists():
        return None
    found = _read(file)
    return Failure(found["stage"], str(found["reason"]))


def _read(file: Path) -> dict[str, Any]:
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be read as JSON: {error}. Name the file of a result.") from error
    if not isinstance(report, dict):
        raise ConfigurationError(f"{file} holds {type(report).__name__}, not an object. Name the file of a result.")
    return report


def _rate(benchmark: Mapping[str, Any]) -> Rate:
    requests, metrics = benchmark["requests"], benchmark["metrics"]
    answered = requests["successful"]
    values = {
        # An answer of one token has no time between tokens.
        name: np.array(
            [scale * v for request in answered if (v := request[key]) is not None] or [0.0], dtype=np.float64
        )
        for name, (key, scale) in _METRICS.items()
    }
    medians = {name: float(np.median(array)) for name, array in values.items()}
    return Rate(
        label=_label(benchmark),
        point=guidellm_point(metrics),
        median=Latency(**medians),
        in_flight=float(metrics["request_concurrency"]["successful"]["mean"]),
        ttft=values["ttft"],
        itl=values["itl"],
        e2e=values["e2e"],
        answer_tokens=np.array([request["output_tokens"] or 0 for request in answered], dtype=np.float64),
        prompt_tokens=float(np.mean([request["prompt_tokens"] or 0 for request in answered])),
        cached_tokens=float(np.mean([request["cached_tokens"] or 0 for request in answered])),
        failed=len(requests["errored"]),
        cut=len(requests["incomplete"]),
        attainment=metrics.get("slo_attainment"),
        late_ms=1000 * max(0.0, float(benchmark.get("scheduler_metrics", {}).get(_LATE, 0.0))),
    )


def _label(benchmark: Mapping[str, Any]) -> str:
    strategy = benchmark["config"]["strategy"]
    kind = str(strategy["type_"])
    if kind == "concurrent":
        return f"{kind}@{strategy['streams']}"
    return f"{kind}@{strategy['rate']:.2f}" if kind == "constant" else kind


def _unanswered(benchmark: Mapping[str, Any]) -> Unanswered:
    requests = benchmark["requests"]
    return Unanswered(_label(benchmark), len(requests["errored"]), len(requests["incomplete"]))


def _search(report: Mapping[str, Any]) -> Search | None:
    for conclusion in report["conclusions"]:
        best, probes = conclusion["best_passing_streams"], conclusion["probes"]
        if not probes:
            return None
        return Search(
            best=best,
            failing=conclusion["lowest_failing_streams"],
            goodput=next((probe["goodput"] for probe in probes if probe["streams"] == best), None),
            probes=len(probes),
            unresolved=tuple(probe["streams"] for probe in probes if not probe["resolved"]),
            reason=str(conclusion["stop_reason"] or "stopped early"),
        )
    return None


def to_dict(result: BenchResult) -> dict[str, Any]:
    """Return everything but the single requests for `--json`, in the units that the keys name."""
    capacity = result.capacity()
    within = {
        "requests_per_second": capacity.full.rate if capacity.serves else 0.0,
        "in_flight": capacity.full.in_flight if capacity.serves else 0.0,
        "limited_by": capacity.limited_by,
    }
    return {
        "name": result.name,
        "model": result.model,
        "target": result.target,
        "slo_ms": asdict(result.slo),
        "rates": [_rate_dict(rate) for rate in result.rates],
        "within_slo": within,
        "search": None if result.search is None else asdict(result.search),
        "about": dict(result.about),
        "unanswered": [asdict(each) for each in result.unanswered],
        "failure": None if result.failure is None else asdict(result.failure),
    }


def _rate_dict(rate: Rate) -> dict[str, Any]:
    return {
        "load": rate.label,
        "requests_per_second": rate.point.rate,
        "in_flight": rate.in_flight,
        "answered": rate.answered,
        "failed": rate.failed,
        "cut": rate.cut,
        "slo_attainment": rate.attainment,
        "late_ms": rate.late_ms,
        "ttft_ms": _latency(rate.ttft),
        "itl_ms": _latency(rate.itl),
        "e2e_ms": _latency(rate.e2e),
        "answer_tokens_per_second": rate.tokens_per_second,
        "prompt_tokens": rate.prompt_tokens,
        "cached_prompt_tokens": rate.cached_tokens,
        "answer_tokens": float(rate.answer_tokens.mean()),
    }


def _latency(values: Array) -> dict[str, float]:
    median, high = np.percentile(values, (50, 95))
    return {"mean": float(values.mean()), "median": float(median), "p95": float(high)}
