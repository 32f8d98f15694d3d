"""Service level objectives (SLO): the latencies that an answer may not exceed."""

from __future__ import annotations

from dataclasses import dataclass, fields

from core.errors import ConfigurationError

EXAMPLE = "ttft=1000,itl=50,e2e=15000"


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds to the first token, between tokens, and to the end of the answer."""

    ttft: float
    itl: float
    e2e: float


@dataclass(frozen=True, slots=True)
class Slo:
    """Upper limits in milliseconds; None for no limit."""

    ttft: float | None = None
    itl: float | None = None
    e2e: float | None = None

    def missed(self, latency: Latency) -> tuple[str, ...]:
        """Return the names of the limits that a latency exceeds."""
        return tuple(
            name for name in LIMITS if (limit := getattr(self, name)) is not None and getattr(latency, name) > limit
        )

    def __str__(self) -> str:
        return ", ".join(f"{name} {value:g} ms" for name in LIMITS if (value := getattr(self, name)) is not None)


LIMITS = tuple(field.name for field in fields(Slo))


def parse_slo(text: str) -> Slo:
    """Read `ttft=1000,itl=50,e2e=15000`, milliseconds, any of them.

    Raises ConfigurationError that names the part, the value and the fix.
    """
    limits: dict[str, float] = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or name not in LIMITS:
            raise ConfigurationError(
                f"--slo: '{part.strip()}' is no limit. Write {', '.join(LIMITS)} in milliseconds, as in {EXAMPLE}"
            )
        if name in limits:
            raise ConfigurationError(f"--slo: '{name}' is given twice. Keep one of them.")
        limits[name] = _milliseconds(name, value)
    return Slo(**limits)


def _milliseconds(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not 0 < number < float("inf"):
        raise ConfigurationError(
            f"--slo: {name} is '{value}'; it must be a number of milliseconds above 0, as in {EXAMPLE}"
        )
    return number
