"""What one question contributes to each metric. Pure functions of a case and what the service returned.

A passage *answers* a gold entry when it comes from the entry's document and holds its quote (`evals/quotes.py`).

Every figure is a ratio of two sums over questions. For a mean, each question adds its value to the upper sum and 1 to
the lower; a pooled share, such as precision, adds counts to both. A question to which a metric does not apply, such as
recall for an unanswerable one, contributes nothing.

Sources of the formulas
    recall@k              share of the relevant items among the first k: Manning, Raghavan and Schütze, Introduction to
                          Information Retrieval, 2008, section 8.4. The items here are the gold quotes
    nDCG@10               Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, 2002, with the
                          discount 1 / log2(rank + 1)
    citation precision    after Gao et al., Enabling Large Language Models to Generate Text with Citations, 2023, with
    and recall            gold quotes in place of an entailment model
    refusal precision     precision and recall of a classifier whose positives are the unanswerable questions
    and recall

Not covered: whether a generated answer is right in other words than the gold quote's. The share of answers that hold a
gold quote is a fair measure of extractive answers, and a strict one of generated answers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.ask import Asked
from evals.cases import Gold
from evals.quotes import holds, without_markers

Passage = Mapping[str, Any]
"""A Citation of the HTTP contract, of which `document_id` and `text` are read."""

DEPTHS = (1, 3, 5, 10)
_DOCUMENT_DEPTH = 5
_DISCOUNT_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Share:
    """A question's part in a ratio: `part` of `whole`. A mean has the whole 1."""

    part: float
    whole: float = 1.0


def measure(asked: Asked) -> dict[str, Share]:
    """Every metric that applies to the question, by name."""
    return {**_retrieval(asked), **_citations(asked), **_answers(asked), **_refusals(asked), **_grounding(asked)}


def answers(passage: Passage, gold: Gold) -> bool:
    """Whether the passage comes from the gold document and holds the gold quote."""
    return bool(passage["document_id"] == gold.document_id) and holds(passage["text"], gold.quote)


def recall(passages: Sequence[Passage], golds: Sequence[Gold]) -> float:
    """Share of the gold quotes that stand in any of the passages; `golds` is not empty."""
    return sum(any(answers(passage, gold) for passage in passages) for gold in golds) / len(golds)


def document_recall(passages: Sequence[Passage], golds: Sequence[Gold]) -> float:
    """Share of the gold documents from which any of the passages comes; `golds` is not empty."""
    wanted = {gold.document_id for gold in golds}
    return len(wanted & {passage["document_id"] for passage in passages}) / len(wanted)


def ndcg(passages: Sequence[Passage], golds: Sequence[Gold]) -> float:
    """Normalised discounted cumulated gain of the passages in their order; `golds` is not empty.

    The gain of a passage is 1 when it answers a gold entry that none before it answered, else 0: a second copy of an
    answer is no gain. The ideal ranking has one such passage for each gold entry at its top; entries that the same
    passage answers count as one there, since no ranking could give them two places.
    """
    remaining = list(golds)
    gains: list[int] = []
    for passage in passages:
        missed = [gold for gold in remaining if not answers(passage, gold)]
        gains.append(int(len(missed) < len(remaining)))
        remaining = missed
    return _discounted(gains) / _discounted([1] * (sum(gains) + len(remaining)))


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def citation_precision(cited: Sequence[Passage], golds: Sequence[Gold]) -> Share:
    """Of the cited passages, those that come from a gold document or hold a gold quote."""
    right = sum(
        any(passage["document_id"] == gold.document_id or holds(passage["text"], gold.quote) for gold in golds)
        for passage in cited
    )
    return Share(right, len(cited))


def quotes_gold(answer: str, golds: Sequence[Gold]) -> bool:
    """Whether the answer, without its markers, holds any of the gold quotes."""
    return any(holds(without_markers(answer), gold.quote) for gold in golds)


def _retrieval(asked: Asked) -> dict[str, Share]:
    golds, hits = asked.case.gold, asked.hits
    if not golds:
        return {}
    recalls = {f"recall@{depth}": Share(recall(hits[:depth], golds)) for depth in DEPTHS}
    return {
        **recalls,
        f"document recall@{_DOCUMENT_DEPTH}": Share(document_recall(hits[:_DOCUMENT_DEPTH], golds)),
        f"nDCG@{_DISCOUNT_DEPTH}": Share(ndcg(hits[:_DISCOUNT_DEPTH], golds)),
    }


def _citations(asked: Asked) -> dict[str, Share]:
    """Precision is pooled over all cited passages; recall is a mean over the questions with gold, refused ones too.

    Citations under an unanswerable question are not counted here: the answer itself is the fault, and refusal recall
    counts it.
    """
    golds, cited = asked.case.gold, asked.cited
    if not golds:
        return {}
    precision = {"citation precision": citation_precision(cited, golds)} if cited else {}
    return {**precision, "citation recall": Share(recall(cited, golds))}


def _answers(asked: Asked) -> dict[str, Share]:
    """A refused question that has an answer counts as one without the quote."""
    degraded = {"degraded answers": Share(float(asked.degraded))}
    if not asked.case.gold:
        return degraded
    return {"answers with a gold quote": Share(float(quotes_gold(asked.content, asked.case.gold))), **degraded}


def _refusals(asked: Asked) -> dict[str, Share]:
    right = float(asked.refused and not asked.case.answerable)
    of_class = "answerable but refused" if asked.case.answerable else "refusal recall"
    precision = {"refusal precision": Share(right)} if asked.refused else {}
    return {**precision, of_class: Share(float(asked.refused))}


def _grounding(asked: Asked) -> dict[str, Share]:
    """Over the answers that were checked; refusals claim nothing and are not."""
    if asked.flags is None:
        return {}
    counts = {severity: sum(flag["severity"] == severity for flag in asked.flags) for severity in ("hard", "soft")}
    shares = {f"answers with a {severity} flag": Share(float(count > 0)) for severity, count in counts.items()}
    means = {f"{severity} flags an answer": Share(float(count)) for severity, count in counts.items()}
    return {**shares, **means}
