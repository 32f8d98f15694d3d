"""Retrieval: whether the hits of the search contain the gold quotes, and how far up.

A passage is *relevant* to a gold entry when it comes from the entry's document and contains its quote
(`evals/quotes.py`).

Sources of the formulas
    recall@k   share of the relevant items among the first k: Manning, Raghavan and Schütze, Introduction to Information
               Retrieval, 2008, section 8.4. The items here are the gold quotes
    nDCG@10    Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, 2002, with the discount
               1 / log2(rank + 1)
    MRR@10     mean reciprocal rank of the first relevant hit, 0 without one among the first ten: Voorhees, The TREC-8
               Question Answering Track Report, 1999; cut at ten as in MS MARCO, Nguyen et al. 2016

Not covered: passages that answer in other words than the gold quote, which count as misses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from evals.cases.case import Gold
from evals.metrics.contribution import Contribution, Contributions
from evals.quotes import contains_quote
from evals.response import CaseResponse

Passage: TypeAlias = Mapping[str, Any]
"""A Citation of the HTTP contract, of which `document_id` and `text` are read."""

DEPTHS = (1, 3, 5, 10)
_DOCUMENT_DEPTH = 5
_RANKING_DEPTH = 10


def measure_retrieval(response: CaseResponse) -> Contributions:
    """Measure the hits of a question with gold."""
    golds, hits = response.case.gold, response.hits
    if not golds:
        return {}
    recalls = {f"recall@{depth}": Contribution(recall(hits[:depth], golds)) for depth in DEPTHS}
    return {
        **recalls,
        f"document recall@{_DOCUMENT_DEPTH}": Contribution(document_recall(hits[:_DOCUMENT_DEPTH], golds)),
        f"nDCG@{_RANKING_DEPTH}": Contribution(ndcg(hits[:_RANKING_DEPTH], golds)),
        f"MRR@{_RANKING_DEPTH}": Contribution(reciprocal_rank(hits[:_RANKING_DEPTH], golds)),
    }


def is_relevant(passage: Passage, gold: Gold) -> bool:
    """Say whether the passage comes from the gold document and contains the gold quote."""
    return bool(passage["document_id"] == gold.document_id) and contains_quote(passage["text"], gold.quote)


def recall(passages: Sequence[Passage], golds: Sequence[Gold]) -> float:
    """Return the share of the gold quotes that at least one of the passages contains; `golds` is not empty."""
    return sum(any(is_relevant(passage, gold) for passage in passages) for gold in golds) / len(golds)


def document_recall(passages: Sequence[Passage], golds: Sequence[Gold]) -> float:
    """Return the share of the gold documents that at least one of the passages comes from; `golds` is not empty."""
    wanted = {gold.document_id for gold in golds}
    return len(wanted & {passage["document_id"] for passage in passages}) / len(wanted)


def reciprocal_rank(passages: Sequence[Passage], golds: Sequence[Gold]) -> float:
    """Return 1 / rank of the first passage that is relevant to a gold entry; 0 where none is."""
    ranks = (rank for rank, passage in enumerate(passages, start=1) if any(is_relevant(passage, one) for one in golds))
    first = next(ranks, None)
    return 1 / first if first else 0.0


def ndcg(passages: Sequence[Passage], golds: Sequence[Gold]) -> float:
    """Return the normalised discounted cumulative gain of the passages in their order; `golds` is not empty.

    The gain of a passage is 1 when it is relevant to a gold entry to which no passage before it is, else 0: a second
    copy of an answer gains nothing. The ideal ranking has one such passage for each gold entry at its top; entries to
    which the same passage is relevant count once there, since no ranking could give them two places.
    """
    remaining = list(golds)
    gains: list[int] = []
    for passage in passages:
        missed = [gold for gold in remaining if not is_relevant(passage, gold)]
        gains.append(int(len(missed) < len(remaining)))
        remaining = missed
    return _discounted(gains) / _discounted([1] * (sum(gains) + len(remaining)))


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
