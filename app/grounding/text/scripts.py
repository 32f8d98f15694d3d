"""Scripts: which words can be stemmed, which are compared by pairs of characters, which cannot be judged."""

from __future__ import annotations

import re

# Hiragana are particles and endings; Han and katakana have the content.
_CONTENT = re.compile(r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+|[\u30a1-\u30fc]+")


def is_latin(word: str) -> bool:
    """Say whether a word begins with a Latin letter or with a character of no script (an underscore)."""
    first = word[0]
    return first < "\u0250" or "\u1e00" <= first <= "\u1eff"


def is_hangul(word: str) -> bool:
    """Say whether a word begins with a Korean syllable."""
    return "\uac00" <= word[0] <= "\ud7a3"


def content_runs(token: str) -> list[tuple[int, int]]:
    """Return the ranges of the Han and katakana runs inside a token without spaces."""
    return [run.span() for run in _CONTENT.finditer(token)]


def pair_keys(run: str) -> tuple[tuple[str, str], ...]:
    """Return the keys of the pairs of neighbouring characters of a run, or of its only character."""
    if len(run) == 1:
        return (("pair", run),)
    return tuple(dict.fromkeys(("pair", run[place : place + 2]) for place in range(len(run) - 1)))
