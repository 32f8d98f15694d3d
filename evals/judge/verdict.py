"""What a judge says of one answer, or of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Preferred: TypeAlias = Literal["first", "second", "tie"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer is correct, or faithful, with the judge's reason.

    `holds` is None for an answer that was not judged: the judge failed, and `reason` is the cause.
    """

    holds: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class Preference:
    """Which of two answers is better, in the order in which they were shown, with the judge's reason.

    `preferred` is None where the judge failed, and `reason` is the cause.
    """

    preferred: Preferred | None
    reason: str
