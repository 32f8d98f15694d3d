"""vLLM's counters, in the text form of Prometheus: one scrape, or the difference of two.

Counters and histograms are cumulative since the server's start. Values are summed over engines and over served models
(adapters); names are those of vLLM 0.32.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, isnan, sqrt
from pathlib import Path

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from core.errors import ConfigurationError, ServingError

_SECONDS = 30.0
_PREFIX = "vllm:"
_START = "process_start_time_seconds"
_NORMAL_95 = 1.96


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of a scrape."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Scrape:
    """The lines of a scrape by name, and the time at which it was taken (of a file, when it was last written)."""

    source: str
    taken: float
    samples: Mapping[str, tuple[Sample, ...]]

    def total(self, name: str) -> float | None:
        """Return the sum over all labels; None where the scrape does not have the name."""
        found = self.samples.get(name)
        return None if found is None else sum(sample.value for sample in found)

    @property
    def started(self) -> float | None:
        """The time at which the counters were created, in seconds of the Unix clock; None where it is not stated."""
        found = [self.total(_START), *(self._created())]
        known = [time for time in found if time]
        return max(known) if known else None

    def _created(self) -> Iterator[float]:
        for name in ("vllm:prompt_tokens_created", "vllm:generation_tokens_created"):
            yield from (sample.value for sample in self.samples.get(name, ()))


@dataclass(frozen=True, slots=True)
class Histogram:
    """Values of requests: their number, their sum, and how many are in each bucket, by its lower and upper bound."""

    count: float
    total: float
    buckets: tuple[tuple[float, float, float], ...]

    @property
    def mean(self) -> float:
        """The mean. There must be a value."""
        return self.total / self.count

    def interval(self) -> tuple[float, float]:
        """Return a 95% interval of the mean: 1.96 standard errors, with every value in the middle of its bucket.

        Buckets are wide, so that the interval is a rough one; requests that were in flight together depend on each
        other, so that it is rather too narrow.
        """
        middles = [((low + high) / 2 if high < inf else low, count) for low, high, count in self.buckets if count]
        number = sum(count for _, count in middles)
        if number < 2:
            return self.mean, self.mean
        centre = sum(middle * count for middle, count in middles) / number
        variance = sum(count * (middle - centre) ** 2 for middle, count in middles) / (number - 1)
        error = _NORMAL_95 * sqrt(variance / number)
        return max(0.0, self.mean - error), self.mean + error


@dataclass(frozen=True, slots=True)
class Counters:
    """What was counted between two scrapes, or since the server's start where `before` is None."""

    before: Scrape | None
    after: Scrape

    @property
    def seconds(self) -> float | None:
        """The time between the scrapes; None where it is not known."""
        start = self.after.started if self.before is None else self.before.taken
        return self.after.taken - start if start is not None and self.after.taken > start else None

    def gauge(self, name: str) -> float | None:
        """Return a value of the later scrape."""
        return self.after.total(name)

    def counted(self, name: str) -> float | None:
        """Return by how much a counter rose; None where a scrape does not have it. Raises ConfigurationError."""
        last = self.after.total(name)
        first = 0.0 if self.before is None else self.before.total(name)
        if last is None or first is None:
            return None
        if last < first:
            before = "" if self.before is None else self.before.source
            raise ConfigurationError(
                f"--actual: {name} falls from {first:g} in {before} to {last:g} in {self.after.source}: the server was "
                "started again in between, or the scrapes are in the wrong order. Name the earlier one first."
            )
        return last - first

    def histogram(self, name: str) -> Histogram | None:
        """Return what was added to a histogram; None where a scrape does not have it, or nothing was added."""
        count, total = self.counted(f"{name}_count"), self.counted(f"{name}_sum")
        if not count or total is None:
            return None
        bounds = sorted({float(sample.labels["le"]) for sample in self.after.samples.get(f"{name}_bucket", ())})
        rising = [self._below(name, bound) for bound in bounds]
        lower = [0.0, *bounds[:-1]]
        earlier = [0.0, *rising[:-1]]
        buckets = zip(lower, bounds, (now - then for now, then in zip(rising, earlier, strict=True)), strict=True)
        return Histogram(count, total, tuple(buckets))

    def _below(self, name: str, bound: float) -> float:
        return self._bucket(self.after, name, bound) - (self._bucket(self.before, name, bound) if self.before else 0.0)

    @staticmethod
    def _bucket(scrape: Scrape, name: str, bound: float) -> float:
        found = scrape.samples.get(f"{name}_bucket", ())
        return sum(sample.value for sample in found if float(sample.labels["le"]) == bound)


def read_scrape(source: str, now: float) -> Scrape:
    """Read a URL (`/metrics` is added where it has no path) or a file.

    A line whose value is not a number (NaN) is left out. Raises ServingError when a server does not answer,
    ConfigurationError for what is not vLLM's counters.
    """
    if source.startswith(("http://", "https://")):
        text, taken = _fetch(source), now
    else:
        text, taken = _read(Path(source))
    try:
        families = list(text_string_to_metric_families(text))
    except ValueError as error:
        raise ConfigurationError(
            f"--actual: {source} is not in the text form of Prometheus ({error}). Name vLLM's /metrics or a copy of it."
        ) from error
    samples: dict[str, list[Sample]] = {}
    for family in families:
        for sample in family.samples:
            if isnan(sample.value):
                continue
            samples.setdefault(sample.name, []).append(Sample(sample.labels, float(sample.value)))
    if not any(name.startswith(_PREFIX) for name in samples):
        raise ConfigurationError(
            f"--actual: {source} has no counter of vLLM ({_PREFIX}…). Name the /metrics of the model server, not the "
            "app's."
        )
    return Scrape(source, taken, {name: tuple(found) for name, found in samples.items()})


def _fetch(url: str) -> str:
    address = f"{url.rstrip('/')}/metrics" if url.rstrip("/").count("/") == 2 else url
    try:
        response = httpx2.get(address, timeout=_SECONDS)
        response.raise_for_status()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ServingError(
            f"--actual: {address} does not answer: {error}. Name the /metrics of a running vLLM, or a file."
        ) from error
    return response.text


def _read(file: Path) -> tuple[str, float]:
    try:
        return file.read_text(encoding="utf-8"), file.stat().st_mtime
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"--actual: {file} cannot be read: {error}. Save one with: curl http://localhost:8001/metrics > {file}"
        ) from error
