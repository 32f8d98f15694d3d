"""Where words of an answer or of a passage are marked, for a script.

The offsets of the HTTP contract count code points, a script counts UTF-16 units. So an answer is given in pieces, and
the spans of a passage are converted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from app.grounding.text.citation_marker import MARKER
from evals.quotes import normalise

Span: TypeAlias = tuple[int, int]
"""A part of a text: half-open, in code points."""
Piece: TypeAlias = tuple[str, str, list[int]]
"""A part of an answer: its text, the severity of its flags ("hard", "soft" or ""), and the numbers that it cites."""

_MARKER = re.compile(MARKER)
_BETWEEN_WORDS = r"(?:[\s|*`_\\]|:?-{3,}(?!-):?)+"
_WITHIN_WORDS = r"[*`_\\]*"
"""What `evals/quotes.py` takes as layout, between two words and within one."""


def pieces(text: str, flags: Sequence[dict[str, Any]]) -> list[Piece]:
    """Return an answer as pieces, so that each is flagged as a whole or not at all; markers are pieces of their own."""
    markers = {
        found.span(): [int(number) for number in re.findall(r"\d+", found[0])] for found in _MARKER.finditer(text)
    }
    places = {0, len(text), *(place for span in markers for place in span)}
    for flag in flags:
        places |= {max(0, min(flag[end], len(text))) for end in ("start", "end")}
    edges = sorted(places)
    found: list[Piece] = []
    for start, end in pairwise(edges):
        within = next((numbers for span, numbers in markers.items() if span[0] <= start and end <= span[1]), [])
        severities = {flag["severity"] for flag in flags if flag["start"] <= start and end <= flag["end"]}
        severity = "hard" if "hard" in severities else "soft" if severities else ""
        found.append((text[start:end], severity, within))
    return found


def find_quote(text: str, quote: str) -> Span | None:
    """Return where a text has the words of a quote, whatever their layout.

    Not covered: characters that are compared in their compatibility form (NFKC). The quote is not found then.
    """
    words = (_WITHIN_WORDS.join(map(re.escape, word)) for word in normalise(quote).split())
    found = re.search(_BETWEEN_WORDS.join(words), text)
    return found.span() if found else None


def in_utf16(text: str, span: Span) -> Span:
    """Return a span in UTF-16 units."""
    start = _units(text[: span[0]])
    return start, start + _units(text[span[0] : span[1]])


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
