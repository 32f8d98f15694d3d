"""A sentence as a sequence of items for alignment: words by their stem, values by what they are worth.

Negations are no items, so that "does not open", "doesn't open" and "opens" have the same items; their places are kept.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from app.grounding.lexicon.opposites import COMPARATIVES, NEGATION_LIFTED_BY
from app.grounding.text.lexemes import Lexeme
from app.grounding.text.scan import Kind
from app.grounding.values.values import Value

# "Whether or not", "the larger one and not the smaller".
_LIFTED_AFTER = frozenset(("or", "and", "but"))

_Item = tuple[Hashable, int, int, Value | None, bool]


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """The items of one sentence; all but `lexemes` and `denied` are parallel.

    Two sentences are aligned by their `keys`; item `i` covers the lexemes [firsts[i], lasts[i]); `values[i]` is its
    value where it has one; `lexemes` are all lexemes of the sentence, `denied` the positions of those that deny.
    """

    lexemes: Sequence[Lexeme]
    denied: tuple[int, ...] = ()
    keys: tuple[Hashable, ...] = ()
    firsts: tuple[int, ...] = ()
    lasts: tuple[int, ...] = ()
    values: tuple[Value | None, ...] = ()
    contents: tuple[bool, ...] = ()

    def places(self) -> dict[Hashable, list[int]]:
        """Return, for each key, its items from last to first."""
        places: dict[Hashable, list[int]] = {}
        for item in range(len(self.keys) - 1, -1, -1):
            places.setdefault(self.keys[item], []).append(item)
        return places


def read_items(lexemes: Sequence[Lexeme], values: Sequence[Value]) -> Items:
    """Return the items of a sentence, whose `values` are at positions of `lexemes`."""
    by_first = {value.first: value for value in values if not value.vague}
    items: list[_Item] = []
    denied: list[int] = []
    last = 0
    for position, lexeme in enumerate(lexemes):
        if position < last:
            continue
        value = by_first.get(position) if by_first else None
        if value is not None:
            last = value.last
            items.append((value.claims[0], position, last, value, True))
            continue
        negates = lexeme.negates
        if (negates or lexeme.contracts_not) and not _is_lifted(lexemes, position):
            denied.append(position)
        if lexeme.speaks and not (negates and denied[-1:] == [position]):
            items.append((lexeme.aligned, position, position + 1, None, lexeme.content))
    return Items(lexemes, tuple(denied), *zip(*items, strict=True)) if items else Items(lexemes, tuple(denied))


def _is_lifted(lexemes: Sequence[Lexeme], position: int) -> bool:
    """Say whether the negation denies nothing here: "not only", "whether or not", "no more than", "No. 7"."""
    before = lexemes[position - 1].folded if position else ""
    after = lexemes[position + 1] if position + 1 < len(lexemes) else None
    if before in _LIFTED_AFTER and lexemes[position].folded == "not":
        return True
    if after is None:
        return False
    if after.folded in NEGATION_LIFTED_BY or after.kind is Kind.NUMBER:
        return True
    if position == 0 and lexemes[0].folded == "no" and not after.content:
        return True  # it answers a question: "No, the hall is closed"
    return after.folded in COMPARATIVES and position + 2 < len(lexemes) and lexemes[position + 2].folded == "than"
