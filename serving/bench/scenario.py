"""A request as GuideLLM's configuration: a sweep and a search, fixed loads, or a replay.

The sweep sends one request at a time, then as many at once as `concurrency`, then constant rates evenly between what
these two reached. The search doubles the number of parallel requests until fewer than 95% of them meet all limits, and
halves the interval from there. The replay sends every recorded request at its time, whether or not earlier ones have
been answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from serving.bench.request import MOST_PROBES, BenchRequest, ReplayRequest

Kind: TypeAlias = Literal["sweep", "goodput", "concurrent"]

_INITIAL_STREAMS = 4
_OBJECTIVES = {"ttft": "ttft_ms", "itl": "tpot_ms", "e2e": "e2el_ms"}
"""GuideLLM's names; its `tpot` leaves the first token out, as our `itl` does."""


def scenario(
    request: BenchRequest, kind: Kind, prompts: Path, report: Path, labels: Mapping[str, str]
) -> dict[str, Any]:
    """Return GuideLLM's configuration (0.8) for `guidellm run --config`.

    The search sends the rows after those of the sweep.
    """
    first = request.rates * request.requests if kind == "goodput" else 0
    rows = {"first": first, "share": request.requests, "answer_tokens": request.answer_tokens}
    constraints = [
        {"kind": "max_duration", "seconds": request.seconds},
        {"kind": "max_requests", "count": request.requests},
    ]
    mapped = {"raw_messages_column": "messages", "output_tokens_count_column": "output_tokens_count"}
    return _configuration(request, _profile(request, kind), constraints, (prompts, rows), mapped, report, labels)


def replay_scenario(request: ReplayRequest, rows: Path, report: Path, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return GuideLLM's configuration for a replay of the rows that `write_rows` wrote."""
    profile = {"kind": "replay", "time_scale": 1 / request.speed, "schedule_turn": "timestamp"}
    mapped = {"conversation_turns_column": "conversation_turns"}
    return _configuration(request, profile, [], (rows, {}), mapped, report, labels)


def _configuration(
    request: BenchRequest | ReplayRequest,
    profile: Mapping[str, Any],
    constraints: Sequence[Mapping[str, Any]],
    rows: tuple[Path, Mapping[str, Any]],
    mapped: Mapping[str, str],
    report: Path,
    labels: Mapping[str, str],
) -> dict[str, Any]:
    file, arguments = rows
    return {
        "spec": {
            "backend": _backend(request),
            "profile": profile,
            "constraints": list(constraints),
            "data": [{"kind": "json_file", "path": str(file), "load_kwargs": arguments}],
            "data_column_mapper": {"kind": "generative_column_mapper", "column_mappings": mapped},
            "data_loader": {"kind": "pytorch", "prefetch_factor": 64},
            "outputs": [{"kind": "json", "path": str(report)}],
            "metrics": {
                "kind": "generative",
                # Prompts and answers are the user's: the report has only their lengths and times.
                "sample_size": 0,
                "slo": {theirs: limit for ours, theirs in _OBJECTIVES.items() if (limit := getattr(request.slo, ours))},
            },
        },
        "metadata": {"labels": dict(labels)},
    }


def _backend(request: BenchRequest | ReplayRequest) -> Mapping[str, Any]:
    return {
        "kind": "openai_http",
        "target": request.url,
        "model": request.model,
        "api_key": request.api_key,
        "max_tokens": request.max_tokens,
        "extras": {"body": {"temperature": request.temperature}},
        "verify": True,
        # Not every OpenAI-compatible server has /health; that this one answers was checked before.
        "validate_backend": False,
    }


def _profile(request: BenchRequest, kind: Kind) -> Mapping[str, Any]:
    if kind == "sweep":
        return {"kind": kind, "sweep_size": request.rates, "max_concurrency": request.concurrency}
    if kind == "concurrent":
        return {"kind": kind, "streams": list(request.at)}
    return {
        "kind": kind,
        "initial_streams": min(_INITIAL_STREAMS, request.concurrency),
        "max_streams": request.concurrency,
        "max_probes": MOST_PROBES,
    }
