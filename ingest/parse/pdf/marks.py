"""The numbers and bullets with which list items and numbered headings begin."""

from __future__ import annotations

import re

_BULLETS = "•◦▪‣●○■□▫◆◇➢➤✓✔❖⁃∙·►▸☐☑☒"
# Symbol and Wingdings put their bullets into the private use area.
_SYMBOLS = "\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf0a8\uf06f\uf02d\uf0de\uf0e0\uf071\uf0b2"
_MARK = re.compile(
    rf"(?P<bullet>[{_BULLETS}{_SYMBOLS}]|[-–—*](?=\s)|o(?=\s+\S))\s*"
    r"|(?P<number>\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\d{1,3}(?:\.\d{1,3}){1,4})(?:\s+|$)"
)


def list_mark(text: str) -> tuple[str, str] | None:
    """Return the mark that a text begins with and the text after it; None without one."""
    match = _MARK.match(text)
    if match is None or match.end() == len(text):
        return None
    rest = text[match.end() :]
    if match["bullet"]:
        return ("-" if match["bullet"] in _SYMBOLS else match["bullet"]), rest
    return match["number"], rest


def is_bullet(mark: str) -> bool:
    """Say whether a mark is no number."""
    return not any(map(str.isalnum, mark)) or mark == "o"


def number_of(mark: str) -> int | None:
    """Return the last number of a mark: 3 for "2.3.", 2 for "b)"; None for a bullet or a roman number."""
    bare = mark.strip("().")
    digits = re.search(r"\d+$", bare)
    if digits:
        return int(digits[0])
    return ord(bare.lower()) - ord("a") + 1 if len(bare) == 1 and bare.isalpha() else None
