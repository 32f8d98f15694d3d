"""Text of held-out documents, which no example may have: another document may have copied it.

Two texts are compared by their shingles, the runs of `SHINGLE` words (Broder 1997, On the resemblance and containment
of documents): the share of a text's shingles that some held-out document has is its containment. A passage is shorter
than a page, so that MinHash, which estimates the resemblance of two texts of equal length, would not see that it is a
part of one; the shingles of all held-out documents are kept as numbers of 64 bits instead, 8 bytes for each. Words are
those that a reader sees: two pages with the same link have no text in common.

Not covered: the same in other words.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.answer.extractive.text import plain

Hashes: TypeAlias = NDArray[np.uint64]
SHINGLE = 8
"""Words."""
LEAST_SHARED, LEAST_CONTAINMENT = 8, 0.5
"""Shingles that a text shares with the documents, and their share of it, from which it is theirs. Chosen: 15 words in a
row, so that a sentence counts and "See the page on expenses" does not."""
_WORD = re.compile(r"\w+")
_BLOCKS = re.compile(r"\n\s*\n")
_POWERS = np.array([pow(0x9E3779B97F4A7C15, power, 1 << 64) for power in range(SHINGLE)], dtype=np.uint64)
"""Of an odd number with well-mixed bits, so that the order of the words counts."""


class HeldOutText:
    """The shingles of held-out documents, and the ids of these."""

    def __init__(self, documents: Iterable[tuple[str, str]]) -> None:
        """Take the ids and texts of the documents."""
        texts = dict(documents)
        self.ids = frozenset(texts)
        found = [shingles(text) for text in texts.values()]
        self._hashes = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.uint64)

    def has(self, text: str) -> bool:
        """Say whether most of a text is in the documents, in their words."""
        own = shingles(text)
        if len(own) < LEAST_SHARED or not len(self._hashes):
            return False
        places = np.minimum(np.searchsorted(self._hashes, own), len(self._hashes) - 1)
        shared = int(np.count_nonzero(self._hashes[places] == own))
        return shared >= LEAST_SHARED and shared >= LEAST_CONTAINMENT * len(own)


def shingles(text: str) -> Hashes:
    """Return the hashes of the different shingles of a text, ascending; none for fewer words than a shingle has."""
    words = [_hash(word) for block in _BLOCKS.split(text) for word in _WORD.findall(plain(block).casefold())]
    if len(words) < SHINGLE:
        return np.empty(0, dtype=np.uint64)
    runs = np.lib.stride_tricks.sliding_window_view(np.array(words, dtype=np.uint64), SHINGLE)
    return np.unique((runs * _POWERS).sum(axis=1, dtype=np.uint64))


@lru_cache(maxsize=100_000)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
