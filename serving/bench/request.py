"""What is measured, validated."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import ConfigurationError
from serving.performance.slo import Slo

MOST_PROBES = 8
"""Doublings and halvings of the search for the highest load."""


@dataclass(frozen=True, slots=True)
class BenchRequest:
    """What to measure. A rate ends after `seconds` or `requests`, whichever comes first.

    rates           points of the sweep
    concurrency     requests in flight, at most
    max_tokens      of an answer; it may end earlier
    answer_tokens   of every answer, even if the model would end earlier (vLLM's `ignore_eos`); None: as the model ends
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
                "concurrency is never reached. Use more requests, best 8 times as many, or a lower concurrency."
            )

    @property
    def rows(self) -> int:
        """The number of requests of sweep and search together, at most."""
        return (self.rates + MOST_PROBES) * self.requests
