"""What GuideLLM is asked to do: a sweep over request rates, and a search for the highest load within the service level.

The sweep sends one request at a time, then as many at once as `concurrency`, then constant rates evenly between what
these two reached. The search doubles the number of parallel requests until fewer than 95% of them keep all limits, and
halves the distance from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from core.errors import ConfigurationError
from serving.plan.slo import Slo

Kind: TypeAlias = Literal["sweep", "goodput"]
KINDS: tuple[Kind, ...] = ("sweep", "goodput")

MOST_PROBES = 8
"""Doublings and halvings of the search."""

_INITIAL_STREAMS = 4
_OBJECTIVES = {"ttft": "ttft_ms", "itl": "tpot_ms", "e2e": "e2el_ms"}
"""GuideLLM's names; its `tpot` leaves the first token out, as our `itl` does."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What to measure. A rate ends after `seconds` or `requests`, whichever comes first.

    concurrency     requests in flight at most
    max_tokens      of an answer; it may end earlier
    answer_tokens   of every answer, whether the model would have ended or not (vLLM's `ignore_eos`); None: as it comes
    """

    url: str
    model: str
    slo: Slo
    rates: int = 8
    seconds: float = 60.0
    requests: int = 512
    concurrency: int = 64
    max_tokens: int = 512
    temperature: float = 0.0
    answer_tokens: int | None = None
    api_key: str | None = None

    def __post_init__(self) -> None:
        for name, least in (("rates", 2), ("seconds", 1), ("concurrency", 1), ("max_tokens", 1), ("answer_tokens", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ConfigurationError(f"--{name.replace('_', '-')} is {value}; it must be {least} or more.")
        if self.requests <= self.concurrency:
            raise ConfigurationError(
                f"--requests is {self.requests} and --concurrency {self.concurrency}: with so few requests the highest "
                "concurrency is never reached. Give more requests, best 8 times as many, or a lower concurrency."
            )

    @property
    def rows(self) -> int:
        """Requests of the sweep and the search together, at most."""
        return (self.rates + MOST_PROBES) * self.requests

    def about(self) -> dict[str, Any]:
        """All but the key."""
        return {name: value for name, value in asdict(self).items() if name != "api_key"}


def scenario(
    measurement: Measurement, kind: Kind, prompts: Path, report: Path, labels: Mapping[str, str]
) -> dict[str, Any]:
    """GuideLLM's configuration (0.8), for `guidellm run --config`. The search sends the rows after the sweep's."""
    first = measurement.rates * measurement.requests if kind == "goodput" else 0
    rows = {"first": first, "share": measurement.requests, "answer_tokens": measurement.answer_tokens}
    return {
        "spec": {
            "backend": _backend(measurement),
            "profile": _profile(measurement, kind),
            "constraints": [
                {"kind": "max_duration", "seconds": measurement.seconds},
                {"kind": "max_requests", "count": measurement.requests},
            ],
            "data": [{"kind": "json_file", "path": str(prompts), "load_kwargs": rows}],
            "data_column_mapper": {
                "kind": "generative_column_mapper",
                "column_mappings": {
                    "raw_messages_column": "messages",
                    "output_tokens_count_column": "output_tokens_count",
                },
            },
            "data_loader": {"kind": "pytorch", "prefetch_factor": 64},
            "outputs": [{"kind": "json", "path": str(report)}],
            "metrics": {
                "kind": "generative",
                # Prompts and answers are the user's: the report keeps their lengths and times only.
                "sample_size": 0,
                "slo": {
                    theirs: limit for ours, theirs in _OBJECTIVES.items() if (limit := getattr(measurement.slo, ours))
                },
            },
        },
        "metadata": {"labels": dict(labels)},
    }


def _backend(measurement: Measurement) -> Mapping[str, Any]:
    return {
        "kind": "openai_http",
        "target": measurement.url,
        "model": measurement.model,
        "api_key": measurement.api_key,
        "max_tokens": measurement.max_tokens,
        "extras": {"body": {"temperature": measurement.temperature}},
        "verify": True,
        # Not every OpenAI-compatible server has /health; whether this one answers was asked already.
        "validate_backend": False,
    }


def _profile(measurement: Measurement, kind: Kind) -> Mapping[str, Any]:
    if kind == "sweep":
        return {"kind": kind, "sweep_size": measurement.rates, "max_concurrency": measurement.concurrency}
    return {
        "kind": kind,
        "initial_streams": min(_INITIAL_STREAMS, measurement.concurrency),
        "max_streams": measurement.concurrency,
        "max_probes": MOST_PROBES,
    }
