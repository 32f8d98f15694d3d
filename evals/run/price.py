"""What answers cost: from the hourly price of a machine and the measured throughput, or from the prices of tokens.

A machine at $3 an hour that answers one question after the other, in 6 seconds each, answers 600 an hour, and 1,000 of
them cost $5. With `concurrency` questions at a time it answers that many times as many (Little's law: throughput is
concurrency / mean time), so that

    cost per 1,000 answers = 1,000 · price per hour / 3,600 · mean seconds of an answer / concurrency

Seconds are those of the whole answer, retrieval included. Tokens are those of `usage`, of all attempts and of the
rewriting of follow-ups.

Not covered: hours in which nobody asks, the machine of the service itself, and how many users one machine serves within
limits on latency, which `groundwork model plan` computes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.errors import ConfigurationError
from evals.response import CaseResponse

_ANSWERS = 1000
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Price:
    """The price of an hour of the machine that serves the model, or of a million tokens (of prompts, of answers).

    All in one currency, which is not named. Without any of them nothing costs anything that is known.
    """

    per_hour: float | None = None
    per_million_tokens: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Raise ConfigurationError for two prices of the same thing, and for one below zero."""
        if self.per_hour is not None and self.per_million_tokens is not None:
            raise ConfigurationError(
                "--cost-per-hour and --cost-per-million-tokens are two prices of the same answers. Give one of them."
            )
        for price in (self.per_hour, *(self.per_million_tokens or ())):
            if price is not None and not 0 <= price < float("inf"):
                raise ConfigurationError(f"A price is {price}; it must be a number from 0.")

    def to_dict(self) -> dict[str, Any] | None:
        """Return the price as JSON values; None where there is none."""
        if self.per_hour is not None:
            return {"per_hour": self.per_hour}
        return {"per_million_tokens": list(self.per_million_tokens)} if self.per_million_tokens is not None else None

    @classmethod
    def from_dict(cls, value: dict[str, Any] | None) -> Price:
        """Return the price of `to_dict`."""
        tokens = (value or {}).get("per_million_tokens")
        return cls((value or {}).get("per_hour"), (float(tokens[0]), float(tokens[1])) if tokens else None)


def cost_of_1000(response: CaseResponse, price: Price, concurrency: int) -> float | None:
    """Return what 1,000 answers like this one cost; None without a price."""
    if price.per_hour is not None:
        hours = response.answer_ms / 1000 / _SECONDS_PER_HOUR
        return _ANSWERS * price.per_hour * hours / concurrency
    if price.per_million_tokens is None:
        return None
    of_prompt, of_answer = price.per_million_tokens
    return _ANSWERS * (response.prompt_tokens * of_prompt + response.completion_tokens * of_answer) / 1e6
