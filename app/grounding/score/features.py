"""What is counted about one sentence of an answer to tell whether the contexts support it as a whole.

Every feature grows with doubt, so that a weight below zero would be a mistake. None depends on the language. The
number and the length of the contexts are left out on purpose: they are properties of a data set.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p
from typing import NamedTuple

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


def read_features(compared: Comparison, reasons: Sequence[FlagReason], supported: int) -> Features:
    """Count the features of a sentence from the reasons of its findings and the number of supported claims."""
    contradictions = sum([reason in _CONTRADICTIONS for reason in reasons])
    claims = supported + len(reasons)
    return Features(
        absent=(len(reasons) - contradictions) / max(_FEWEST_CLAIMS, claims),
        names=log1p(reasons.count("entity_absent")),
        values=log1p(reasons.count("number_absent") + reasons.count("date_absent")),
        contradicted=log1p(contradictions),
        unfound=1.0 - compared.found,
        unaligned=1.0 - compared.aligned,
    )
