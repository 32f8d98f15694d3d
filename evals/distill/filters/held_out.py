"""Text of held-out documents, which no example may have: another document may have copied it.

Two texts are compared by their shingles, the runs of `SHINGLE` words (Broder 1997, On the resemblance and containment
of documents): the share of a text's shingles that some held-out document has is its containment. A passage is shorter
than a page, so that MinHash, which estimates the resemblance of two texts of equal length, would not see that it is a
part of one; the shingles of all held-out documents are kept as numbers of 64 bits instead, 8 bytes for each.

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

Hashes: TypeAlias = NDArray[np.uint64]
SHINGLE = 8
"""Words."""
_WORD = re.compile(r"\w+")
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

    def containment(self, text: str) -> float:
        """Return the share of a text's shingles that the documents have, 0 to 1; 0 for a text without any."""
        own = shingles(text)
        if not len(own) or not len(self._hashes):
            return 0.0
        places = np.minimum(np.searchsorted(self._hashes, own), len(self._hashes) - 1)
        return float(np.mean(self._hashes[places] == own))


def shingles(text: str) -> Hashes:
    """Return the hashes of the different shingles of a text, in order; none for fewer words than a shingle has."""
    words = [_hash(word) for word in _WORD.findall(text.casefold())]
    if len(words) < SHINGLE:
        return np.empty(0, dtype=np.uint64)
    runs = np.lib.stride_tricks.sliding_window_view(np.array(words, dtype=np.uint64), SHINGLE)
    return np.unique((runs * _POWERS).sum(axis=1, dtype=np.uint64))


@lru_cache(maxsize=100_000)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
