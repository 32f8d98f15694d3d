"""Tables made of the English word lists: forms of words and what an answer calls its sources."""

from __future__ import annotations

from app.grounding.lexicon.lexicon import lexicon_of

_ENGLISH = lexicon_of("en")

IRREGULAR_FORMS: dict[str, str] = {form: base for base, *forms in _ENGLISH.irregular for form in forms}
BASE_FORMS: dict[str, tuple[str, ...]] = {group[0]: group for group in _ENGLISH.irregular}
"""Every form of a base form, itself included."""
DOCUMENT_NOUNS = "|".join(" ".join(noun) for noun in _ENGLISH.document_nouns)
SCAFFOLD_STARTS = _ENGLISH.scaffold_starts


def _same_words() -> dict[str, tuple[str, ...]]:
    """Return, for each listed word, all words that mean the same."""
    same: dict[str, set[str]] = {}
    for group in (*_ENGLISH.same, *_ENGLISH.families):
        for word in group:
            same.setdefault(word, set()).update(group)
    return {word: tuple(sorted(others - {word})) for word, others in same.items()}


SAME_WORDS: dict[str, tuple[str, ...]] = _same_words()
