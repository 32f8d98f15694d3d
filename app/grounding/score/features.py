"""What is counted about one sentence of an answer to tell whether the contexts support it as a whole.

Every feature grows with doubt, so that a weight below zero would be a mistake. None depends on the language. The
number and the length of the contexts are left out on purpose: they are properties of a data set.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p
from typing import NamedTuple

from app.grounding.compare.index import ContextIndex
from app.grounding.compare.items import Items
from app.grounding.compare.sources import Comparison
from app.grounding.reasons import CONTRADICTED, FlagReason

_CONTRADICTIONS: frozenset[FlagReason] = CONTRADICTED | {"quote_not_found", "sentence_unsupported"}
# In a sentence of fewer claims one absent claim is not yet a large share.
_FEWEST_CLAIMS = 4


class Features(NamedTuple):
    """The features of one sentence, from 0 on. A tuple, because it is read as a vector.

    absent        share of the claims that no context has, of at least four claims
    names         log(1 + names and codes that no context has)
    values        log(1 + numbers and dates that no context has)
    contradicted  log(1 + contradictions and quotations that no context has)
    unfound       share of the content, weighted by IDF, that the best source sentence and its two neighbours lack
    unaligned     share of the content, weighted by IDF, that the best source sentence does not have in the same order
    """

    absent: float
    names: float
    values: float
    contradicted: float
    unfound: float
    unaligned: float


def read_features(
    index: ContextIndex, items: Items, compared: Comparison, reasons: Sequence[FlagReason], supported: int
) -> Features:
    """Count the features of a sentence from the reasons of its findings and the number of supported claims."""
    contradictions = sum([reason in _CONTRADICTIONS for reason in reasons])
    claims = supported + len(reasons)
    return Features(
        absent=(len(reasons) - contradictions) / max(_FEWEST_CLAIMS, claims),
        names=log1p(reasons.count("entity_absent")),
        values=log1p(reasons.count("number_absent") + reasons.count("date_absent")),
        contradicted=log1p(contradictions),
        unfound=1.0 - _found(index, items, compared),
        unaligned=1.0 - compared.aligned,
    )


def _found(index: ContextIndex, items: Items, compared: Comparison) -> float:
    """Return the share of the content, weighted by IDF, that one of the best source sentences has with its neighbours.

    The neighbours are those in the index: at the end of a context, the first sentence of the next one counts.
    """
    content = [items.firsts[item] for item, is_content in enumerate(items.contents) if is_content]
    # In the order of the sentence: the sum of floats depends on the order, and that of a set on the process.
    words = dict.fromkeys([items.lexemes[first].aligned for first in content])
    weighted = [index.weight_of(word) for word in words]
    whole = sum([weight for weight, _ in weighted])
    if not whole:
        return 0.0
    had = 0.0
    for number in compared.sentences:
        window = frozenset((number - 1, number, number + 1))
        had = max(had, sum([weight for weight, numbers in weighted if not window.isdisjoint(numbers)]))
    return had / whole
