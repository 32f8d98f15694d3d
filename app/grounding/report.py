"""The verdict on one answer: what is flagged, how each sentence fared, and what could not be judged.

Every offset is a half-open range of code points into the text as it was sent: into the answer for flags,
sentences and unjudged spans, into the named context for evidence.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from app.grounding.reasons import FlagReason

Severity = Literal["hard", "soft"]
UnjudgedReason = Literal[
    "from_question", "abstention", "question", "unsupported_script", "unsupported_language", "other_language"
]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The nearest thing that a context has: `text` is `contexts[context][start:end]`."""

    context: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A place that the contexts contradict or do not support: `text` is `answer[start:end]`.

    `severity` is "hard" for contradictions, for values, codes and names whose absence is most likely an error, and for
    a sentence of which the contexts have hardly anything; it is "soft" for other words and sentences. `confidence`
    orders the flags of an answer: from 0 to 1, it is the estimate that the sentence says something unsupported, at
    least .9 for a contradiction.
    """

    start: int
    end: int
    text: str
    reason: FlagReason
    severity: Severity
    confidence: float
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """One sentence of the answer.

    `score` is one minus the estimate that it says something that no context supports (see `weights`), 1.0 where it
    claims nothing. `supported` says that it has no hard flag and is not flagged as a whole.
    """

    start: int
    end: int
    score: float
    supported: bool


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A span about which the checker says nothing, and why."""

    start: int
    end: int
    reason: UnjudgedReason


@dataclass(frozen=True, slots=True)
class Report:
    """The whole verdict. `supported` says that every sentence is; `score` weighs its worst and its mean sentence."""

    supported: bool
    score: float
    flags: tuple[Flag, ...]
    sentences: tuple[SentenceScore, ...]
    unjudged: tuple[Unjudged, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the report in the JSON shape of `POST /v1/ground`."""
        report = asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in report.items()}
