"""What a candidate has to show before it replaces the original: the table [gate] of domain.toml.

The names of metrics are those that `groundwork eval run` prints; they are checked where the gate is run
(`evals/gate/gate.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, TypeAlias

from pydantic import ConfigDict, Field

MARGINS: Mapping[str, float] = {
    "answers with a gold quote": 0.05,
    "citation recall": 0.05,
}
"""The margins of a domain that names none. Chosen: five points are small against what users notice, and about 60 cases
without a loss show them."""

Margin: TypeAlias = Annotated[float, Field(strict=True, ge=0.0001, le=100_000, allow_inf_nan=False)]
Limit: TypeAlias = Annotated[float, Field(strict=True, ge=0, le=1_000_000_000, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class GateTable:
    """The promotion gate: margins against the original, and limits for the candidate alone."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    error_rate: Annotated[
        float,
        Field(
            strict=True,
            ge=0.001,
            le=0.2,
            allow_inf_nan=False,
            examples=[0.1],
            description="How often, at most, a candidate ships that is worse than a margin allows, or does not ship "
            "although it keeps all of them.",
        ),
    ] = 0.05
    margins: Annotated[
        Mapping[str, Margin],
        Field(
            examples=[{"citation recall": 0.02}],
            description="By metric: how much worse than the original the candidate may be, in the unit of the metric "
            "(0.05 are five points of a share).",
        ),
    ] = field(default_factory=lambda: dict(MARGINS))
    slos: Annotated[
        Mapping[str, Limit],
        Field(
            examples=[{"answer p95, ms": 4000}],
            description="By metric: the greatest value that the candidate may have, or the least where higher is "
            'better. "answer p95, ms" = 4000',
        ),
    ] = field(default_factory=dict)
