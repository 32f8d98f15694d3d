"""Small readings of text that several rooms share: where sentences begin and end, and what white space means."""

from __future__ import annotations

import re

# A full stop, question or exclamation mark (also CJK), closing quotes or brackets, then space and no lower-case letter.
# Nothing is tried twice, so that a line of dot leaders costs what any other line does.
_END = re.compile(r"(?:(?<![.!?…])[.!?…]++[\"'”’)\]*_]*+(?=\s++[^\sa-z])|[。！？]++[」』”’）]*+)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|Nr|vs|etc|approx|incl|excl|dept|ext|Fig|Eq|e\.g|i\.e|z\.B|d\.h|p\.m|a\.m)"
    r"|\b[A-Z]|^\s*\d{1,3})\.$"
)

_BLANKS = re.compile(r"[ \t]{2,}")
_DASHES = re.compile(r"-{4,}")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Half-open offsets of the sentences in `text[start:end]`, without the white space around them."""
    stop = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    first = start
    for match in _END.finditer(text, start, stop):
        if match.group().startswith(".") and _ABBREVIATION.search(
            text[max(first, match.start() - 12) : match.start() + 1]
        ):
            continue
        spans.append((first, match.end()))
        first = match.end()
    spans.append((first, stop))
    return [trimmed for span in spans if (trimmed := trim(text, *span)) is not None]


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without white space at its ends; None when nothing else is in it."""
    inner = text[start:end]
    stripped = inner.strip()
    begin = start + len(inner) - len(inner.lstrip())
    return (begin, begin + len(stripped)) if stripped else None


def squeeze(text: str) -> str:
    """Runs of blanks and of dashes shortened: a table aligned by hand is mostly padding, which costs tokens."""
    return _DASHES.sub("---", _BLANKS.sub(" ", text))
