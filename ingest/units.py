"""The sentence units of a chunk: the parts of its text that get vectors of their own.

A unit is a sentence, an item of a list or one of its sentences, the row of a table without its header, or a whole code
block. Headings, the rules of tables and comments are none. Units are in order and do not overlap.

Not covered: code without a fence, and a table without a rule, which are read as prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from core.sentences import split_sentences
from core.text import Span, strip_span
from core.types import with_lead
from ingest.blocks import Kind, split_blocks

UNITS_VERSION = "1"
MOST_UNITS = 32
"""Of a chunk; where it has more, neighbours are merged. A chunk of a handbook has 4 on average (of 3,121, none had
more than 21); one with more is a table of short rows. A vector of 384 dimensions takes 1.3 kB of the index."""
_TABLE_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")


def sentence_units(text: str, lead: str = "") -> tuple[Span, ...]:
    """Return the spans of the units of a chunk's text, at most MOST_UNITS.

    `lead` is the header of the table that the text goes on with. Without a block in it the whole text is one unit.
    """
    before = len(with_lead(lead, ""))
    blocks = split_blocks(with_lead(lead, text), markdown=True)
    shifted = [(block.kind, max(0, block.start - before), block.end - before) for block in blocks]
    return units_of_blocks(text, [block for block in shifted if block[2] > block[1]])


def units_of_blocks(text: str, blocks: Iterable[tuple[Kind, int, int]]) -> tuple[Span, ...]:
    """Return the units of a text whose blocks are known: the kind of each, and where it starts and ends."""
    found = [unit for kind, start, end in blocks for unit in _units_of_block(text, kind, start, end)]
    if not found:
        whole = strip_span(text, 0, len(text))
        return (whole,) if whole else ()
    return _merged(found)


def _units_of_block(text: str, kind: Kind, start: int, end: int) -> Iterator[Span]:
    if kind == "code":
        lines: Iterable[Span] = [(start, end)]
    elif kind == "table":
        lines = _lines(text, start, end)
    else:
        lines = split_sentences(text, start, end, wrapped=True)
    for line in lines:
        span = strip_span(text, *line)
        if span is not None and not (kind == "table" and _TABLE_RULE.fullmatch(text, *span)):
            yield span


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        yield start, line_end
        start = line_end + 1


def _merged(units: Sequence[Span]) -> tuple[Span, ...]:
    """Return at most MOST_UNITS spans, each of about as many neighbouring units."""
    count = len(units)
    if count <= MOST_UNITS:
        return tuple(units)
    edges = [part * count // MOST_UNITS for part in range(MOST_UNITS + 1)]
    return tuple((units[first][0], units[end - 1][1]) for first, end in pairwise(edges))
