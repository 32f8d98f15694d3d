"""Money: what replicas cost, what an answer costs, and below which volume a hosted API is cheaper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from serving.tables import parse_table


@dataclass(frozen=True, slots=True)
class GpuPrice:
    """US dollars an hour for one GPU: whose offer, when, and where it was read."""

    usd: float
    offer: str
    date: str
    source: str
    assumption: bool


@dataclass(frozen=True, slots=True)
class ApiPrice:
    """US dollars per million tokens in and out; `model` is the built-in model that it serves, or None for another."""

    name: str
    input: float
    output: float
    model: str | None
    date: str
    source: str
    assumption: bool

    def usd_per_answer(self, prompt_tokens: int, answer_tokens: int) -> float:
        """Return the price of one question and its answer, without discounts for cached prompts."""
        return (prompt_tokens * self.input + answer_tokens * self.output) / 1e6


@dataclass(frozen=True, slots=True)
class Prices:
    """A price table."""

    date: str
    hours_per_month: float
    gpu_hour: Mapping[str, GpuPrice]
    apis: tuple[ApiPrice, ...]

    def gpu(self, name: str) -> GpuPrice:
        """Return the price of a GPU. Raises ConfigurationError for one without a price."""
        if name not in self.gpu_hour:
            raise ConfigurationError(
                f"The price table of {self.date} has no price for the GPU '{name}'. Add it under gpu_hour, or plan "
                f"without it: --gpu {' --gpu '.join(self.gpu_hour)}"
            )
        return self.gpu_hour[name]


@dataclass(frozen=True, slots=True)
class BreakEven:
    """An API compared with a replica of one's own.

    Below `answers_per_month` the API is cheaper than one replica; None: it is cheaper even when the replica is full.
    """

    api: str
    usd_per_1000_answers: float
    usd_per_month: float
    answers_per_month: float | None

    def advice(self) -> str:
        """Return in a sentence when the API is cheaper."""
        api = f"{self.api} at ${self.usd_per_1000_answers:,.2f} per 1,000 answers"
        if self.answers_per_month is None:
            return f"Stay on the API at any volume: {api} is cheaper than a full replica of your own."
        return f"Stay on the API below {self.answers_per_month:,.0f} answers a month ({api})."


def load_prices(file: Path | None = None) -> Prices:
    """Return the table of the repository, or a file in its form.

    Raises ConfigurationError that names the entry and the fix.
    """
    name = "prices.yaml" if file is None else str(file)
    try:
        text = (files("serving.plan").joinpath("prices.yaml") if file is None else file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The price table {name} cannot be read: {error}. Copy serving/plan/prices.yaml."
        ) from error
    table = parse_table(name, text)
    try:
        return Prices(
            date=str(table["date"]),
            hours_per_month=_amount(table, "hours_per_month"),
            gpu_hour={gpu: _gpu_price(entry) for gpu, entry in table["gpu_hour"].items()},
            apis=tuple(_api_price(api, entry) for api, entry in (table.get("api") or {}).items()),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(
            f"{name}: an entry is missing or wrong ({type(error).__name__}: {error}). Compare serving/plan/prices.yaml."
        ) from error


def monthly_usd(gpus: int, price: GpuPrice, hours_per_month: float) -> float:
    """Return the cost of GPUs that run day and night."""
    return gpus * price.usd * hours_per_month


def break_even(
    api: ApiPrice, prompt_tokens: int, answer_tokens: int, answers: float, replica_usd: float, replica_answers: float
) -> BreakEven:
    """Compare an API with one replica of `replica_usd` a month that can give `replica_answers` a month.

    The cost of one's own replicas is a staircase, a step a replica; the API's a straight line. They meet on the first
    step or never, because every further replica costs the same and serves the same number of answers.
    """
    each = api.usd_per_answer(prompt_tokens, answer_tokens)
    volume = replica_usd / each if each else float("inf")
    return BreakEven(api.name, 1000 * each, answers * each, volume if volume <= replica_answers else None)


def _gpu_price(entry: Mapping[str, Any]) -> GpuPrice:
    return GpuPrice(
        _amount(entry, "usd"), str(entry["offer"]), str(entry["date"]), str(entry["source"]), _assumed(entry)
    )


def _api_price(name: str, entry: Mapping[str, Any]) -> ApiPrice:
    amounts = _amount(entry, "input"), _amount(entry, "output")
    return ApiPrice(name, *amounts, entry.get("model"), str(entry["date"]), str(entry["source"]), _assumed(entry))


def _assumed(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("assumption", False))


def _amount(entry: Mapping[str, Any], key: str) -> float:
    value = entry[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ValueError(f"{key} is {value!r}, not a number above 0")
    return float(value)
