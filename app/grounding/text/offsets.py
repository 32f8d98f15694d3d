"""Offsets for browsers: JavaScript counts UTF-16 code units where Python counts code points."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def to_utf16(text: str, offset: int) -> int:
    """Return the code point offset `offset` into `text` as an offset in UTF-16 code units."""
    return to_utf16_offsets(text, [offset])[0]


def to_utf16_offsets(text: str, offsets: Iterable[int]) -> list[int]:
    """Return many code point offsets into `text`, in any order, as offsets in UTF-16 code units.

    One pass over the text, then a binary search per offset. A lone surrogate counts as one unit, as in JavaScript.

    Raises:
        ValueError: an offset lies outside 0..len(text).
    """
    astral = [match.start() for match in _ASTRAL.finditer(text)]
    converted = []
    for offset in offsets:
        if not 0 <= offset <= len(text):
            raise ValueError(f"offset {offset} lies outside the text of {len(text)} code points; use 0 to {len(text)}")
        converted.append(offset + bisect_left(astral, offset))
    return converted
