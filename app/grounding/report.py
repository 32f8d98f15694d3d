"""The verdict on one answer: what is flagged, how each sentence fared, and what could not be judged.

Every offset is a half-open range of code points into the text as it was sent: into the answer for flags,
sentences and unjudged spans, into the named context for evidence.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["hard", "soft"]
FlagReason = Literal["term_absent", "number_absent", "date_absent", "entity_absent"]
UnjudgedReason = Literal["from_question", "abstention", "question", "unsupported_script", "unsupported_language"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The nearest thing that a context does carry: `text` is `contexts[context][start:end]`."""

    context: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Flag:
    """One word, name or value that no context carries: `text` is `answer[start:end]`.

    `severity` is "hard" for values and names, which leave little room for paraphrase, and "soft" for other content
    words. `confidence` is the chance, between 0 and 1, that a reader would mark the place as an error.
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
    """One sentence of the answer: the share of its judged claims that a context carries, 1.0 where none was judged."""

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
    """The whole verdict. `supported` says that nothing is flagged; `score` is the mean over the judged claims."""

    supported: bool
    score: float
    flags: tuple[Flag, ...]
    sentences: tuple[SentenceScore, ...]
    unjudged: tuple[Unjudged, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the report in the JSON shape of `POST /v1/ground`."""
        report = asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in report.items()}
