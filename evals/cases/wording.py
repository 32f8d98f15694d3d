"""Compare the wording of questions: their content words, and the values that they ask about."""

from __future__ import annotations

from app.answer.question.rewrite import content_words
from app.grounding.text.words import name_keys

SAME_WORDS = 0.8
"""Of the content words of two questions, the share that both have, from which they ask the same. Chosen."""


def word_keys(text: str) -> frozenset[str]:
    """Return the content words of a text, each in the form that its inflections share."""
    return frozenset(name_keys(word, "en")[-1] for word in content_words(text))


def values_of(text: str) -> frozenset[str]:
    """Return the words with digits: two questions about different ones are different questions."""
    return frozenset(word for word in text.casefold().split() if any(character.isdigit() for character in word))


def have_same_words(one: frozenset[str], two: frozenset[str]) -> bool:
    """Say whether two sets of content words are almost the same; two empty ones are not."""
    shared, union = len(one & two), len(one | two)
    return union > 0 and shared >= SAME_WORDS * union
