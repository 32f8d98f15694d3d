"""Which examples a step has, and in which rows: decided by the seed alone, so that a run that goes on has the same.

Examples with the same passages stay together, since their passages are computed once; such groups are shuffled again
for each epoch. A step has the same number of examples, always, and its gradient is the mean over all tokens of its
answers. Within a step the examples are put into rows of at most `row_tokens`: a row takes memory with its tokens.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from .tree import Example, Row, common, make_row

AT_MOST_TOGETHER = 4
"""Examples with the same passages that follow one another: more would make a step's gradient that of a few passages."""
TOGETHER = 0.5
"""Examples stay together where they share this part of the shorter prompt: more than the instructions, mostly."""


def groups(examples: Sequence[Example], at_most: int) -> list[tuple[Example, ...]]:
    """Return the examples, those with the same passages together, at most `at_most` of them."""
    ordered = sorted(examples, key=lambda example: (example.prompt, example.number))
    made: list[list[Example]] = []
    for example in ordered:
        if made and len(made[-1]) < at_most and _alike(made[-1][-1], example):
            made[-1].append(example)
        else:
            made.append([example])
    return [tuple(group) for group in made]


def _alike(one: Example, other: Example) -> bool:
    return common(one.prompt, other.prompt) >= TOGETHER * min(len(one.prompt), len(other.prompt))


class Steps(Sequence[list[Row]]):
    """The rows of every step of a training, made when they are asked for."""

    def __init__(
        self, examples: Sequence[Example], count: int, batch_examples: int, row_tokens: int, seed: int, shares: bool
    ) -> None:
        self._groups = groups(examples, AT_MOST_TOGETHER)
        self._count = count
        self._shares = shares
        self.batch = min(batch_examples, len(examples))
        self._row_tokens = row_tokens
        self._seed = seed
        self._size = len(examples)
        self._epochs: dict[int, list[Example]] = {}

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> list[Row]:  # type: ignore[override]
        if not 0 <= number < self._count:
            raise IndexError(number)
        return pack(self.examples(number), self._row_tokens, shares=self._shares)

    def examples(self, number: int) -> list[Example]:
        """Return the examples of a step; it may end one epoch and begin the next."""
        first = number * self.batch
        return [self._shuffled(place // self._size)[place % self._size] for place in range(first, first + self.batch)]

    def _shuffled(self, epoch: int) -> list[Example]:
        if epoch not in self._epochs:
            generator = random.Random(f"{self._seed}/{epoch}")  # noqa: S311
            shuffled = [
                generator.sample(group, len(group)) for group in generator.sample(self._groups, len(self._groups))
            ]
            # A step needs two epochs at most.
            self._epochs = {kept: made for kept, made in self._epochs.items() if kept == epoch - 1}
            self._epochs[epoch] = [example for group in shuffled for example in group]
        return self._epochs[epoch]


def pack(examples: Sequence[Example], row_tokens: int, *, shares: bool) -> list[Row]:
    """Return rows of at most `row_tokens`, filled group by group from the longest on; a longer example has its own.

    Without `shares` each example has a row of its own.
    """
    if not shares:
        return [make_row([example]) for example in examples]
    rows: list[list[Example]] = []
    for group in sorted(_pieces(examples, row_tokens), key=lambda group: (-_length(group), group[0].number)):
        for row in rows:
            if _length([*row, *group]) <= row_tokens:
                row.extend(group)
                break
        else:
            rows.append(list(group))
    return [make_row(row) for row in rows]


def _pieces(examples: Sequence[Example], row_tokens: int) -> Iterator[list[Example]]:
    """Give the groups of these examples, cut where one is longer than a row."""
    for group in groups(examples, len(examples)):
        piece: list[Example] = []
        for example in group:
            if piece and _length([*piece, example]) > row_tokens:
                yield piece
                piece = []
            piece.append(example)
        yield piece


def _length(examples: Sequence[Example]) -> int:
    return len(make_row(examples).ids)
