"""The grounding report on an answer."""

from __future__ import annotations

from pydantic import Field

from app.api.models import Response
from app.grounding.reasons import FlagReason
from app.grounding.report import Severity, UnjudgedReason


class Evidence(Response):
    """The text of a context that contradicts a flagged span, or is nearest to it."""

    context: int = Field(description="The position of the context, from 0; for a chat answer, of the passage.")
    start: int = Field(description="Where the text begins in the context, in code points.")
    end: int = Field(description="Where it ends, exclusive.")
    text: str = Field(description="The text itself.")


class Flag(Response):
    """A span of an answer that the contexts contradict or do not support. Flags may contain one another."""

    start: int = Field(description="Where the span begins in the answer, in code points.")
    end: int = Field(description="Where it ends, exclusive.")
    text: str = Field(description="The text of the span.")
    reason: FlagReason = Field(description="Why it is flagged.")
    severity: Severity = Field(
        description="`hard` for contradictions and for values, codes and names that no context contains; else `soft`."
    )
    confidence: float = Field(description="How likely the sentence says something unsupported, 0 to 1.")
    evidence: Evidence | None = Field(description="What a context has in its place or nearby; null for nothing.")


class SentenceScore(Response):
    """One sentence of an answer."""

    start: int = Field(description="Where the sentence begins in the answer, in code points.")
    end: int = Field(description="Where it ends, exclusive.")
    score: float = Field(description="How likely everything that it says is supported, 0 to 1.")
    supported: bool = Field(description="Whether it has no hard flag and is not flagged as a whole.")


class Unjudged(Response):
    """A span of an answer that the checker does not judge."""

    start: int = Field(description="Where the span begins in the answer, in code points.")
    end: int = Field(description="Where it ends, exclusive.")
    reason: UnjudgedReason = Field(description="Why it is not judged.")


class Report(Response):
    """The grounding report on an answer. Offsets are half-open, in code points, into the answer as it was sent."""

    supported: bool = Field(description="Whether every sentence is supported.")
    score: float = Field(description="The lowest score of a sentence, 0 to 1.")
    flags: list[Flag] = Field(description="The unsupported and contradicted spans.")
    sentences: list[SentenceScore] = Field(description="Every sentence of the answer.")
    unjudged: list[Unjudged] = Field(description="The spans that are not judged.")
