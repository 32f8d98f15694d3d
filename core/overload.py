"""What a domain wants when more is asked than its model can begin in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

OverloadAnswer: TypeAlias = Literal["refuse", "extract"]


@dataclass(frozen=True, slots=True)
class Overload:
    """A question whose first word is expected later than `ttft_ms` milliseconds is not sent to the model.

    answer   refuse: 503 with Retry-After. extract: the documents' own sentences, marked `degraded`
    ttft_ms  ten seconds unless the domain says otherwise: about as long as a reader keeps looking at an empty page
             (J. Nielsen, Usability Engineering, 1993, chapter 5)
    """

    ttft_ms: float = 10_000
    answer: OverloadAnswer = "refuse"
