"""What is measured, validated."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import ConfigurationError
from serving.bench.replay import Recording
from serving.performance.slo import Slo

MOST_PROBES = 8
"""Doublings and halvings of the search for the highest load."""


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """A server, and the recorded requests that are sent to it again.

    speed           how many times as fast as they were recorded
    max_tokens      of the answers of requests that state no limit
    """

    url: str
    model: str
    slo: Slo
    recording: Recording
    speed: float = 1.0
    max_tokens: int = 512
    temperature: float = 0.0
    api_key: str | None = None

    def __post_init__(self) -> None:
        if not 0 < self.speed < float("inf"):
            raise ConfigurationError(f"--speed is {self.speed:g}; it must be above 0: 2 replays in half of the time.")
        if self.max_tokens < 1:
            raise ConfigurationError(f"--max-tokens is {self.max_tokens}; it must be 1 or more.")

    @property
    def seconds(self) -> float:
        """The time from the first request that is sent to the last."""
        return self.recording.seconds / self.speed


@dataclass(frozen=True, slots=True)
class BenchRequest:
    """A server, and the loads to measure it at. A rate ends after `seconds` or `requests`, whichever comes first.

    at              fixed numbers of requests in parallel, in place of sweep and search
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
    at: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name, least in (("rates", 2), ("seconds", 1), ("concurrency", 1), ("max_tokens", 1), ("answer_tokens", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ConfigurationError(f"--{name.replace('_', '-')} is {value}; it must be {least} or more.")
        if self.at and self.requests < max(self.at):
            raise ConfigurationError(
                f"--requests is {self.requests} and --at {','.join(map(str, self.at))}: use at least as many requests "
                "as are to be sent in parallel, best 8 times as many."
            )
        if not self.at and self.requests <= self.concurrency:
            raise ConfigurationError(
                f"--requests is {self.requests} and --concurrency {self.concurrency}: with so few requests the highest "
                "concurrency is never reached. Use more requests, best 8 times as many, or a lower concurrency."
            )

    @property
    def rows(self) -> int:
        """The number of requests of sweep and search together, at most."""
        return (len(self.at) or self.rates + MOST_PROBES) * self.requests


def parse_at(text: str) -> tuple[int, ...]:
    """Read `1,32,256`. Raises ConfigurationError that names the part."""
    for part in text.split(","):
        if not part.strip().isdecimal() or int(part) < 1:
            raise ConfigurationError(
                f"--at: '{part}' is no number of requests. Write numbers from 1 on, as in 1,32,256."
            )
    return tuple(dict.fromkeys(int(part) for part in text.split(",")))
