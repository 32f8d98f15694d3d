"""Whether a text holds a gold quote, whatever its layout.

Compared are the words: the pipes and rules of tables, Markdown emphasis and escapes are taken out, and white space of
any length counts as one blank. Letter case and punctuation count.
"""

from __future__ import annotations

import re
import unicodedata

from app.grounding.text.citation_marker import MARKER

_MARKER = re.compile(rf"\s*{MARKER}")
_ESCAPE = re.compile(r"\\(?=_|[^\w\s])")
_RULE = re.compile(r"(?<=\|)[\s:|-]*-{3}[\s:|-]*(?=\|)")
_EMPHASIS = re.compile(r"[*`]|(?<!\w)_+|_+(?!\w)")


def plain(text: str) -> str:
    """The words of a text without its layout."""
    composed = _ESCAPE.sub("", unicodedata.normalize("NFKC", text))
    cells = _RULE.sub(" ", composed).replace("|", " ")
    return " ".join(_EMPHASIS.sub("", cells).split())


def without_markers(answer: str) -> str:
    """An answer without its citation markers and the blanks before them."""
    return _MARKER.sub("", answer)


def holds(text: str, quote: str) -> bool:
    """Whether the words of the quote stand together in the text."""
    return plain(quote) in plain(text)
