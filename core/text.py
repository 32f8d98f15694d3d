"""White space in text: where a span begins without it, and how much of it is only padding."""

from __future__ import annotations

import re

_BLANKS = re.compile(r"[ \t]{2,}")
_DASHES = re.compile(r"-{4,}")


def strip_span(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span without white space at its ends; None when it has nothing else."""
    inner = text[start:end]
    stripped = inner.strip()
    begin = start + len(inner) - len(inner.lstrip())
    return (begin, begin + len(stripped)) if stripped else None


def collapse_padding(text: str) -> str:
    """Return the text with runs of blanks and of dashes shortened.

    A table that is aligned by hand is mostly padding, which costs tokens.
    """
    return _DASHES.sub("---", _BLANKS.sub(" ", text))
