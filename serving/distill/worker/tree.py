"""Examples that begin alike as one row, in which every token is there once: a tree, in which each example is a path.

    system ── passages A ─┬─ question 1, answer 1
           │              └─ question 2, answer 2
           └─ passages B ──── question 3, answer 3

A segment is a run of tokens that the same examples share. Its tokens see those of the segments above it, and in their
own segment those before them; positions count along the path. So every token has the state, and the gradient, that it
has where each example is a row of its own, as far as the arithmetic does not round otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

SHORTEST = 16
"""Fewer common tokens are not shared: a segment costs a call of the attention in every layer."""


@dataclass(frozen=True, slots=True)
class Example:
    """The tokens of a prompt and of its answer, which ends with the token that ends a reply.

    number  its place in the file
    """

    number: int
    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """All tokens."""
        return self.prompt + self.answer


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of tokens in a row, and the segments above it, from the root on, by their place in the row's list."""

    start: int
    length: int
    above: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Examples as one sequence.

    ids, positions    of each token
    segments          one after the other, without gaps
    sources, targets  a target is a token of an answer; its source is the place of the token that predicts it
    examples          numbers of the examples, in the order of their targets
    counts            how many targets each of them has
    tokens            of the examples, each counted whole
    """

    ids: tuple[int, ...]
    positions: tuple[int, ...]
    segments: tuple[Segment, ...]
    sources: tuple[int, ...]
    targets: tuple[int, ...]
    examples: tuple[int, ...]
    counts: tuple[int, ...]
    tokens: int


def make_row(examples: Sequence[Example], shortest: int = SHORTEST) -> Row:
    """Return the examples as one row. Segments of fewer than `shortest` tokens are not shared."""
    ordered = sorted(examples, key=lambda example: (example.ids, example.number))
    tree = _Tree(ordered, shortest)
    tree.grow(0, len(ordered), 0, ())
    sources: list[int] = []
    targets: list[int] = []
    for place, example in enumerate(ordered):
        where = tree.places[place]
        first = len(example.prompt)
        sources += where[first - 1 : first - 1 + len(example.answer)]
        targets += example.answer
    return Row(
        ids=tuple(tree.ids),
        positions=tuple(tree.positions),
        segments=tuple(tree.segments),
        sources=tuple(sources),
        targets=tuple(targets),
        examples=tuple(example.number for example in ordered),
        counts=tuple(len(example.answer) for example in ordered),
        tokens=sum(len(example.ids) for example in ordered),
    )


def common(one: Sequence[int], other: Sequence[int]) -> int:
    """Return how many tokens two sequences begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


class _Tree:
    """A row while it is made. `places` are the places of each example's tokens in the row."""

    def __init__(self, ordered: Sequence[Example], shortest: int) -> None:
        self._sequences = [example.ids for example in ordered]
        self._shared = [common(one, other) for one, other in pairwise(self._sequences)]
        self._shortest = max(1, shortest)
        self.ids: list[int] = []
        self.positions: list[int] = []
        self.segments: list[Segment] = []
        self.places: list[list[int]] = [[] for _ in ordered]

    def grow(self, first: int, end: int, offset: int, above: tuple[int, ...]) -> None:
        """Add the tokens from `offset` on of the sequences `first` to `end`, which have all before in common."""
        if end - first == 1:
            self._add(first, end, offset, len(self._sequences[first]), above)
            return
        shared = min(self._shared[first : end - 1])
        if shared - offset >= self._shortest:
            self.grow(first, end, shared, self._add(first, end, offset, shared, above))
            return
        start = first
        for place in range(first + 1, end + 1):
            if place == end or self._shared[place - 1] - offset < self._shortest:
                self.grow(start, place, offset, above)
                start = place

    def _add(self, first: int, end: int, offset: int, upto: int, above: tuple[int, ...]) -> tuple[int, ...]:
        """Add a segment, unless it is empty, and return the path that ends with it."""
        if upto == offset:
            return above
        start = len(self.ids)
        self.ids += self._sequences[first][offset:upto]
        self.positions += range(offset, upto)
        self.segments.append(Segment(start, upto - offset, above))
        for place in range(first, end):
            self.places[place] += range(start, start + upto - offset)
        return (*above, len(self.segments) - 1)
