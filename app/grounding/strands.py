"""A sentence as a strand of items for alignment: words by their stem, values by what they are worth.

Negations are no items: they turn the polarity of the next content item, or of the last item where none follows. So
"does not open", "doesn't open" and "never opens" have the same items and polarity, and "opens" has the same items with
another polarity.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from app.grounding.lexemes import Lexeme
from app.grounding.opposites import NEGATION_LIFTED_BY
from app.grounding.scan import Kind
from app.grounding.values import Value

# "Whether or not", "the larger one and not the smaller".
_LIFTED_AFTER = frozenset(("or", "and", "but"))
_COMPARATIVES = frozenset(
    """
    more less fewer greater later earlier longer shorter higher lower larger smaller older
    """.split()
)


@dataclass(frozen=True, slots=True, eq=False)
class Strand:
    """The items of one sentence; the lists are parallel.

    `keys` are what two strands are aligned by; item `i` covers the lexemes [firsts[i], lasts[i]); `values[i]` is its
    value where it has one; `lexemes` are all lexemes of the sentence. `polarities[i]` is 1 where the item is denied.
    """

    lexemes: Sequence[Lexeme]
    keys: list[Hashable] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)
    values: list[Value | None] = field(default_factory=list)
    contents: list[bool] = field(default_factory=list)
    polarities: list[int] = field(default_factory=list)

    def around(self, item: int, reach: int) -> list[int]:
        """Return the items within `reach` of an item, itself left out."""
        return [place for place in range(max(0, item - reach), min(len(self.keys), item + reach + 1)) if place != item]

    def places(self) -> dict[Hashable, list[int]]:
        """Return, for each key, its items from last to first."""
        places: dict[Hashable, list[int]] = {}
        for item in range(len(self.keys) - 1, -1, -1):
            places.setdefault(self.keys[item], []).append(item)
        return places


def read_strand(lexemes: Sequence[Lexeme], values: Sequence[Value]) -> Strand:
    """Return the strand of a sentence, whose `values` stand at positions of `lexemes`."""
    strand = Strand(lexemes)
    by_first = {value.first: value for value in values if not value.vague}
    denied = position = 0
    while position < len(lexemes):
        value = by_first.get(position)
        if value is not None:
            _append(strand, value.claims[0], (position, value.last), value, True, denied)
            position, denied = value.last, 0
            continue
        lexeme = lexemes[position]
        if lexeme.negates and not _is_lifted(lexemes, position):
            denied ^= 1
        elif lexeme.speaks:
            content = lexeme.content
            _append(strand, lexeme.aligned, (position, position + 1), None, content, denied if content else 0)
            if content:
                denied = 0
            if lexeme.contracts_not and not _is_lifted(lexemes, position):
                denied ^= 1
        position += 1
    if denied and strand.keys:
        strand.polarities[-1] ^= 1
    return strand


def _append(
    strand: Strand, key: Hashable, span: tuple[int, int], value: Value | None, content: bool, polarity: int
) -> None:
    strand.keys.append(key)
    strand.firsts.append(span[0])
    strand.lasts.append(span[1])
    strand.values.append(value)
    strand.contents.append(content)
    strand.polarities.append(polarity)


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
