"""Ask a model a second time: what it reads about its first answer, and which of the two answers is better."""

from __future__ import annotations

from collections.abc import Sequence

from app.answer.generated.data import as_data
from app.answer.types import Passage
from app.grounding import Flag, Report
from app.grounding.reasons import flag_words
from core.types import Message

_MAX_FLAGS = 20
"""Flags that are listed; with more of them, the answer is better written from the start than corrected."""
_MAX_QUOTE = 300
"""Characters."""


def second_prompt(first: Sequence[Message], answer: str, report: Report, passages: Sequence[Passage]) -> list[Message]:
    """Return the first prompt, the answer to it, and a message that lists its flags and asks for a new answer."""
    flags = "\n".join(f"- {_described(flag, passages)}" for flag in report.flags[:_MAX_FLAGS])
    correction = (
        f"The sources do not support these parts of your answer:\n{flags}\n\n"
        "Answer the question again, in the same language, using only what the sources say. Leave out what they do not "
        "say. Cite as before. Give the new answer alone, without a word about this correction."
    )
    return [*first, Message("assistant", as_data(answer)), Message("user", correction)]


def is_better(second: Report | None, first: Report | None) -> bool:
    """Whether the second answer has fewer hard flags or, with as many, a mean sentence score that is not lower.

    None stands for a refusal. It claims nothing that could be wrong, and says nothing: it is better than an answer
    with a hard flag, and worse than one without.
    """
    return _rank(second) >= _rank(first)


def _rank(report: Report | None) -> tuple[int, float]:
    if report is None:
        return 0, 0.0
    scores = [sentence.score for sentence in report.sentences]
    return -sum(flag.severity == "hard" for flag in report.flags), sum(scores) / len(scores) if scores else 0.0


def _described(flag: Flag, passages: Sequence[Passage]) -> str:
    if flag.evidence is None:
        return f'"{_shortened(flag.text)}": {flag_words(flag.reason, None)}'
    words = flag_words(flag.reason, _shortened(flag.evidence.text))
    return f'"{_shortened(flag.text)}": {words} [{passages[flag.evidence.context].index}]'


def _shortened(text: str) -> str:
    line = as_data(" ".join(text.split()))
    return line if len(line) <= _MAX_QUOTE else f"{line[:_MAX_QUOTE]}…"
