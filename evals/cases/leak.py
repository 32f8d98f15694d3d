"""Find an answer that a question has in it already: such a question tests nothing.

A question that asks "whether" is answered by yes or no, so that its words may all be those of the quote; only values
that it gives away count there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.answer.question.language import detect_question_language
from app.answer.question.rewrite import content_words
from app.grounding.text.words import name_keys
from evals.quotes import normalise

_WHETHER = re.compile(
    r"\W*(?:(?:can|could|do|does|did|is|are|was|were|am|may|must|shall|should|will|would|has|have|had)(?:n['’]t)?|kann|können|"
    r"darf|dürfen|muss|müssen|soll|sollen|sollte|ist|sind|hat|haben|wird|werden|gibt|est-ce (?:que|qu['’])|"
    r"puis-je|peut-on|puedo|puede|pueden|debo|debe|deben|hay que|es|son|tengo|tiene)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"\b(?:or|oder|ou|o)\b", re.IGNORECASE)
_VALUE = re.compile(r"\d+(?:[.,:]\d+)*")
_FEWEST = 1


def asks_whether(question: str) -> bool:
    """Say whether a question is answered by yes or no: its last sentence begins with a verb."""
    last = re.split(r"(?<=[,;:.!?])\s+", question.strip())[-1]
    return any(_WHETHER.match(part) for part in (question, last)) and not _CHOICE.search(last)


def has_leak(question: str, answer: str, quotes: Sequence[str]) -> bool:
    """Say whether a question has the content words of the answer, or of a quote, or the values of the answer."""
    texts = [text for text in (answer, *quotes) if text]
    if asks_whether(question):
        own = set(_VALUE.findall(question))
        return bool(own) and any(own & set(_VALUE.findall(text)) for text in quotes)
    asked = _keys(question)
    return any(len(known := _keys(text)) >= _FEWEST and known <= asked for text in texts)


def _keys(text: str) -> set[str]:
    language = detect_question_language(text) or "en"
    plain = normalise(text)
    return {name_keys(word, language)[-1] for word in content_words(plain)} | set(_VALUE.findall(plain))
