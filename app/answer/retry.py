"""A model is asked once more: what it is told about its first answer, and which of the two is the better."""

from __future__ import annotations

from collections.abc import Sequence

from app.answer.types import Passage
from app.grounding import Flag, Report
from app.grounding.reasons import evidence_words, reason_words
from core.types import Message

_MOST_NAMED = 20
"""Flags that are named; an answer with more is better written anew than mended."""
_LONGEST_QUOTE = 300


def second_prompt(first: Sequence[Message], answer: str, report: Report, passages: Sequence[Passage]) -> list[Message]:
    """The first prompt, the answer to it, and what is wrong with that."""
    named = "\n".join(f"- {_named(flag, passages)}" for flag in report.flags[:_MOST_NAMED])
    correction = (
        f"The sources do not carry these parts of your answer:\n{named}\n\n"
        "Answer the question again, in the same language, using only what the sources say. Leave out what they do not "
        "say. Cite as before. Give the new answer alone, without a word about this correction."
    )
    return [*first, Message("assistant", answer), Message("user", correction)]


def is_better(second: Report | None, first: Report | None) -> bool:
    """Whether the second answer has fewer hard flags or, with as many, sentences that are on the whole no worse.

    None stands for a refusal. It claims nothing that could be wrong, and carries nothing: it is better than an answer
    with a hard flag, and worse than one without.
    """
    return _rank(second) >= _rank(first)


def _rank(report: Report | None) -> tuple[int, float]:
    if report is None:
        return 0, 0.0
    scores = [sentence.score for sentence in report.sentences]
    return -sum(flag.severity == "hard" for flag in report.flags), sum(scores) / len(scores) if scores else 0.0


def _named(flag: Flag, passages: Sequence[Passage]) -> str:
    named = f'"{_short(flag.text)}": {reason_words(flag.reason)}'
    if flag.evidence is None:
        return named
    index = passages[flag.evidence.context].index
    return f'{named}; {evidence_words(flag.reason)}: "{_short(flag.evidence.text)}" [{index}]'


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}…"
