"""A sentence as a items of items for alignment: words by their stem, values by what they are worth.

Negations are no items: they turn the polarity of the next content item, or of the last item where none follows. So
"does not open", "doesn't open" and "never opens" have the same items and polarity, and "opens" has the same items with
another polarity.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from app.grounding.lexicon.opposites import NEGATION_LIFTED_BY
from app.grounding.text.lexemes import Lexeme
from app.grounding.text.scan import Kind
from app.grounding.values.values import Value

# "Whether or not", "the larger one and not the smaller".
_LIFTED_AFTER = frozenset(("or", "and", "but"))
_COMPARATIVES = frozenset(
    """
    more less fewer greater later earlier longer shorter higher lower larger smaller older
    """.split()
)


_Item = tuple[Hashable, int, int, Value | None, bool, int]


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """The items of one sentence; all but `lexemes` are parallel.

    Two sentences are aligned by their `keys`; item `i` covers the lexemes [firsts[i], lasts[i]); `values[i]` is its
    value where it has one; `lexemes` are all lexemes of the sentence. `polarities[i]` is 1 where the item is denied.
    """

    lexemes: Sequence[Lexeme]
    keys: tuple[Hashable, ...] = ()
    firsts: tuple[int, ...] = ()
    lasts: tuple[int, ...] = ()
    values: tuple[Value | None, ...] = ()
    contents: tuple[bool, ...] = ()
    polarities: tuple[int, ...] = ()

    def around(self, item: int, reach: int) -> list[int]:
        """Return the items within `reach` of an item, itself left out."""
        return [place for place in range(max(0, item - reach), min(len(self.keys), item + reach + 1)) if place != item]

    def places(self) -> dict[Hashable, list[int]]:
        """Return, for each key, its items from last to first."""
        places: dict[Hashable, list[int]] = {}
        item = len(self.keys)
        for key in reversed(self.keys):
            item -= 1
            if key in places:
                places[key].append(item)
            else:
                places[key] = [item]
        return places


def read_items(lexemes: Sequence[Lexeme], values: Sequence[Value]) -> Items:
    """Return the items of a sentence, whose `values` stand at positions of `lexemes`."""
    by_first = {value.first: value for value in values if not value.vague}
    items: list[_Item] = []
    denied = last = 0
    for position, lexeme in enumerate(lexemes):
        if position < last:
            continue
        value = by_first.get(position) if by_first else None
        if value is not None:
            last = value.last
            items.append((value.claims[0], position, last, value, True, denied))
            denied = 0
        elif lexeme.negates and not _is_lifted(lexemes, position):
            denied ^= 1
        elif lexeme.speaks:
            if lexeme.content:
                items.append((lexeme.aligned, position, position + 1, None, True, denied))
                denied = 0
            else:
                items.append((lexeme.aligned, position, position + 1, None, False, 0))
            if lexeme.contracts_not and not _is_lifted(lexemes, position):
                denied ^= 1
    if not items:
        return Items(lexemes)
    if denied:
        items[-1] = (*items[-1][:-1], items[-1][-1] ^ 1)
    return Items(lexemes, *zip(*items, strict=True))


def _is_lifted(lexemes: Sequence[Lexeme], position: int) -> bool:
    """Say whether the negation denies nothing here: "not only", "whether or not", "no more than", "No. 7"."""
    before = lexemes[position - 1].folded if position else ""
    after = lexemes[position + 1] if position + 1 < len(lexemes) else None
    if before in _LIFTED_AFTER or after is None:
        return before in _LIFTED_AFTER
    if after.folded in NEGATION_LIFTED_BY or after.kind is Kind.NUMBER:
        return True
    if position == 0 and lexemes[0].folded == "no" and not after.content:
        return True  # it answers a question: "No, the hall is closed"
    return after.folded in _COMPARATIVES and position + 2 < len(lexemes) and lexemes[position + 2].folded == "than"
