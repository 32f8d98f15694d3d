"""Compare texts with gold quotes, whatever their layout.

Words are compared: table pipes and rules, Markdown emphasis and escapes are removed, and white space of any length
counts as one space. Letter case and punctuation count.
"""

from __future__ import annotations

import re
import unicodedata

from app.grounding.text.citation_marker import MARKER

_MARKER = re.compile(rf"\s*{MARKER}")
_ESCAPE = re.compile(r"\\(?=_|[^\w\s])")
_RULE = re.compile(r"(?<=\|)[\s:|-]*-{3}[\s:|-]*(?=\|)")
_EMPHASIS = re.compile(r"[*`]|(?<!\w)_+|_+(?!\w)")


def normalise(text: str) -> str:
    """Return the words of a text without its layout."""
    composed = _ESCAPE.sub("", unicodedata.normalize("NFKC", text))
    cells = _RULE.sub(" ", composed).replace("|", " ")
    return " ".join(_EMPHASIS.sub("", cells).split())


def without_markers(answer: str) -> str:
    """Return an answer without its citation markers and the white space before them."""
    return _MARKER.sub("", answer)


def contains_quote(text: str, quote: str) -> bool:
    """Say whether the text contains the words of the quote, next to each other and in the same order."""
    return normalise(quote) in normalise(text)
