"""What is counted about one sentence of an answer to tell whether its sources carry it as a whole."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import pairwise
from math import log1p
from typing import NamedTuple

from app.grounding.compare.index import COMMON, ContextIndex
from app.grounding.compare.items import Items
from app.grounding.compare.sources import Comparison
from app.grounding.reasons import CONTRADICTED, FlagReason
from app.grounding.text.tokens import Token

_NEAR = 4
# A quotation that no context has was among the contradictions when the weights were trained. A sentence in a loop is
# found as unsupported.
_CONTRADICTIONS: frozenset[FlagReason] = CONTRADICTED | {"quote_not_found", "sentence_unsupported"}


class Features(NamedTuple):
    """The features of one sentence, in the order of the trained weights. A tuple, because it is read as a vector.

    `terms`, `names`, `numbers`, `dates` are counts of what no context has, `contradictions` of what one contradicts;
    `absent` is the share of absent content by rarity; `best` the share of the content that the best source sentence
    has and `aligned` the share that it has in the same order; `claims` the logarithm of one plus the judged claims;
    `values` the values and `unattached` those that no source has near a word that stands near them here; `length` the
    tokens; `apart` the neighbouring content words that share no source sentence; `capitals` the capitalised words;
    `prose` the share of stop words in the contexts, which is low for tables and JSON.
    """

    terms: float
    names: float
    numbers: float
    dates: float
    contradictions: float
    absent: float
    best: float
    aligned: float
    claims: float
    values: float
    unattached: float
    length: float
    apart: float
    capitals: float
    prose: float


def read_features(
    index: ContextIndex,
    tokens: Sequence[Token],
    strand: Items,
    compared: Comparison,
    reasons: Sequence[FlagReason],
    lacking: frozenset[int],
    carried: int,
) -> Features:
    """Count the features of a sentence; `lacking` are the positions of tokens that no context has."""
    content = [item for item, is_content in enumerate(strand.contents) if is_content]
    weights = [index.weight_of(strand.keys[item])[0] for item in content]
    whole = sum(weights)
    absent = 0.0
    if lacking:
        absent = sum([weight for weight, item in zip(weights, content, strict=True) if strand.firsts[item] in lacking])
    known = [key for item in content if (key := strand.keys[item]) in index.postings]
    return Features(
        terms=reasons.count("term_absent"),
        names=reasons.count("entity_absent"),
        numbers=reasons.count("number_absent"),
        dates=reasons.count("date_absent"),
        contradictions=sum([reason in _CONTRADICTIONS for reason in reasons]),
        absent=absent / whole if whole else 0.0,
        best=compared.shares[0] if compared.shares else 0.0,
        aligned=compared.aligned,
        claims=log1p(carried + len(reasons)),
        values=len(strand.values) - strand.values.count(None),
        unattached=_unattached(index, strand),
        length=len(tokens),
        apart=_apart(index, known),
        capitals=sum([token.text[0].isupper() for token in tokens[1:]]),
        prose=index.prose,
    )


def _apart(index: ContextIndex, known: Sequence[Hashable]) -> int:
    """Count the neighbouring words that no source sentence has together."""
    places = [index.postings[key][:COMMON] for key in known]
    return sum([frozenset(one).isdisjoint(other) for one, other in pairwise(places)])


def _unattached(index: ContextIndex, strand: Items) -> int:
    """Count the values that no source sentence has together with a word that stands near them in the answer."""
    count = 0
    for item, value in enumerate(strand.values):
        if value is None:
            continue
        places = frozenset(index.places_of(value))
        count += not any(
            not places.isdisjoint(index.postings.get(strand.keys[place], ()))
            for place in strand.around(item, _NEAR)
            if strand.contents[place] and strand.values[place] is None
        )
    return count
