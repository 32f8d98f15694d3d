"""The words of the documents, and how they are written: whether a capital belongs to a word or to its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from evals.cases.draft.parts import SourceText

_WITHIN_SENTENCE = re.compile(r"(?<=[a-z,;] )[^\W\d_][\w'’-]*")
_WORD = re.compile(r"[^\W_][\w'’-]*")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How often each word is written in lower case, and with a capital within a sentence; and all words."""

    lower: Counter[str]
    capital: Counter[str]
    words: frozenset[str]

    def is_common(self, word: str) -> bool:
        """Say whether the documents write a word in lower case within a sentence, and not more often with a capital."""
        folded = word.casefold()
        return self.lower[folded] > 0 and self.lower[folded] >= self.capital[folded]

    def is_name(self, word: str) -> bool:
        """Say whether the capital of a word is that of a name, which the documents have within sentences."""
        return word[1:] != word[1:].lower() or (self.capital[word.casefold()] > 0 and not self.is_common(word))

    def knows_all(self, text: str) -> bool:
        """Say whether every word of a text is one of the documents."""
        return all(word.casefold() in self.words for word in _WORD.findall(text))

    def writes_all(self, text: str) -> bool:
        """Say whether the documents have every word of a text within a sentence, so that it is no slip of a title."""
        return all(self.lower[word] or self.capital[word] for word in _WORD.findall(text.casefold()))

    def lowered(self, phrase: str) -> str:
        """Return a phrase without the capitals that the documents do not write within a sentence."""
        return " ".join(self._lowered(word) for word in phrase.split())

    def _lowered(self, word: str) -> str:
        letters = word.strip("“”\"'()[].,:;!?")
        only_first = letters[:1].isupper() and letters[1:] == letters[1:].lower()
        return word.replace(letters, letters.lower(), 1) if only_first and self.is_common(letters) else word


def read_vocabulary(sources: Iterable[SourceText]) -> Vocabulary:
    """Count the words of documents."""
    lower: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    words: set[str] = set()
    for source in sources:
        for word in _WITHIN_SENTENCE.findall(source.text):
            (lower if word == word.lower() else capital)[word.casefold()] += 1
        words.update(word.casefold() for word in _WORD.findall(source.text))
    return Vocabulary(lower, capital, frozenset(words))
