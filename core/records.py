"""What a domain keeps of its answers: the table [records] of domain.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field


@dataclass(frozen=True, slots=True)
class Records:
    """Which answers are kept, for how long, and how many of them people review."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    days: Annotated[
        int,
        Field(
            strict=True,
            ge=0,
            le=36_500,
            examples=[30],
            description="Days after which an answer is deleted with its feedback; 0 keeps answers until they are "
            "deleted by hand.",
        ),
    ] = 90
    text: Annotated[
        bool,
        Field(
            strict=True,
            description="Keep the words of questions, answers and prompts. Without them only ids, numbers and names "
            "are kept, and gap groups and reviews have nothing to show.",
        ),
    ] = True
    review_share: Annotated[
        float,
        Field(
            strict=True,
            ge=0,
            le=1,
            allow_inf_nan=False,
            examples=[0.05],
            description="Share of the answers that join the review queue as spot checks, drawn at random: 0.01 is 1%; "
            "0 draws none.",
        ),
    ] = 0.01
