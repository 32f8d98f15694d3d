"""Grounding: which words of an answer the contexts do not support. Pure functions; no web, no model, no I/O.

    report = check(answer, contexts, question)

Where several answers are checked against the same contexts, build the index once: `ContextIndex.build(contexts)`.
While an answer is written, `AnswerStream(index, question)` checks each of its sentences as soon as it is complete.
"""

from app.grounding.check import check
from app.grounding.compare.index import ContextIndex
from app.grounding.reasons import FlagReason
from app.grounding.report import Evidence, Flag, Report, SentenceScore, Unjudged
from app.grounding.stream import AnswerStream, CheckedSentence

__all__ = [
    "AnswerStream",
    "CheckedSentence",
    "ContextIndex",
    "Evidence",
    "Flag",
    "FlagReason",
    "Report",
    "SentenceScore",
    "Unjudged",
    "check",
]
