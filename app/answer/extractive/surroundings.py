"""The text around a chunk: its neighbours in the same section, so that a list does not end with its chunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.types import Chunk

Neighbours: TypeAlias = Callable[[Chunk], Sequence[Chunk]]
"""Returns a chunk and its neighbours in the same document, in order. Raises IndexFault."""
NEIGHBOURS = 2
"""Chunks on either side that are looked at: of 200 tokens each, more than a list that is shown whole."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`text[start:end]` is the text of the chunk; `header` is that of the table whose rows the text begins with."""

    text: str
    start: int
    end: int
    header: str


def surroundings(chunk: Chunk, neighbours: Sequence[Chunk]) -> Surroundings:
    """Return the text of the neighbours that continue the chunk's section, on both sides, with the chunk in it."""
    position = next((n for n, one in enumerate(neighbours) if one.ordinal == chunk.ordinal), None)
    if position is None:
        return Surroundings(chunk.text, 0, len(chunk.text), chunk.lead)
    first = last = position
    while first > 0 and _continues(neighbours[first - 1], neighbours[first]):
        first -= 1
    while last + 1 < len(neighbours) and _continues(neighbours[last], neighbours[last + 1]):
        last += 1
    text = neighbours[first].text
    # The neighbours have the chunk itself whole, where the passage has a part of it.
    start = chunk.start - neighbours[position].start
    for before, one in zip(neighbours[first:last], neighbours[first + 1 : last + 1], strict=True):
        text += _between(before, one)
        if one.ordinal == chunk.ordinal:
            start += len(text)
        text += one.text
    return Surroundings(text, start, start + len(chunk.text), neighbours[first].lead)


def _continues(before: Chunk, after: Chunk) -> bool:
    return after.ordinal == before.ordinal + 1 and after.section == before.section


def _between(before: Chunk, after: Chunk) -> str:
    """Return what separates two chunks: the header of a table that begins, else the end of a line or paragraph."""
    if after.lead and after.lead != before.lead:
        return f"\n\n{after.lead}\n"
    return "\n" if after.lead or after.start - before.end <= 1 else "\n\n"
