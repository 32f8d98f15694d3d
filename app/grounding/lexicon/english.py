"""Tables made of the lists that English alone has, in the table `english` of its data file.

Of `irregular` forms the first is the base. Words of one group of `same` mean the same, those of `families` have one
root. `document_nouns` (regular expressions) are what an answer calls its sources, `scaffold_starts` begin a phrase that
points to them.
"""

from __future__ import annotations

from app.grounding.lexicon.lexicon import groups, read_data, words

ENGLISH: dict[str, str] = read_data("en")["english"]
_IRREGULAR = groups(ENGLISH["irregular"])
IRREGULAR_FORMS: dict[str, str] = {form: base for base, *forms in _IRREGULAR for form in forms}
BASE_FORMS: dict[str, tuple[str, ...]] = {group[0]: group for group in _IRREGULAR}
"""Every form of a base form, itself included."""
DOCUMENT_NOUNS = "|".join(" ".join(noun) for noun in groups(ENGLISH["document_nouns"]))
SCAFFOLD_STARTS = words(ENGLISH["scaffold_starts"])


def _same_words() -> dict[str, tuple[str, ...]]:
    """Return, for each listed word, all words that mean the same."""
    same: dict[str, set[str]] = {}
    for group in (*groups(ENGLISH["same"]), *groups(ENGLISH["families"])):
        for word in group:
            same.setdefault(word, set()).update(group)
    return {word: tuple(sorted(others - {word})) for word, others in same.items()}


SAME_WORDS: dict[str, tuple[str, ...]] = _same_words()
