"""Rewrite a question that depends on the conversation into a query that can be searched for.

No model is used: when the last turn reads like a follow-up, the user's previous question is put before it, so that
both rankings see the topic. Not covered: topics named only by the assistant, or more than one question back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.types import Message

_OPENING = re.compile(
    r"^\W*(?:and|or|but|so|then|also|ok(?:ay)?|what about|how about|what if|why|since when|until when|how come|"
    r"und|oder|aber|et|mais|ou|y|pero|o)\b",
    re.IGNORECASE,
)
_REFERRING = re.compile(
    r"\b(?:it|its|they|them|their|that|this|these|those|there|he|she|him|her|one|ones|same|both|either|instead|"
    r"otherwise|else|such|more|else|too)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_SHORT = 4
"""Words. A question with no more of them is a follow-up whenever there is a previous question."""
_MAX_PREVIOUS = 500
"""Characters of the previous question; of a longer one, the last ones. More would push the new question beyond what the
embedder reads."""


def rewrite(question: str, history: Sequence[Message]) -> str:
    """Return the query to search for."""
    previous = next((turn.content for turn in reversed(history) if turn.role == "user"), None)
    if previous is None or not is_follow_up(question):
        return question
    return f"{_ending(previous.strip())} {question.strip()}"


def _ending(text: str) -> str:
    if len(text) <= _MAX_PREVIOUS:
        return text
    end = text[-_MAX_PREVIOUS:]
    # Begin with a whole word, in scripts that separate words by spaces.
    return end.partition(" ")[2] or end


def is_follow_up(question: str) -> bool:
    """Whether a question reads as if it depended on the turn before it."""
    return bool(_OPENING.search(question) or _REFERRING.search(question)) or len(_WORD.findall(question)) <= _SHORT
