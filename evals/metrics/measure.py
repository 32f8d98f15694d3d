"""Compute what one question contributes to each metric: pure functions of a case and of the service's response.

A passage is *relevant* to a gold entry when it comes from the entry's document and contains its quote
(`evals/quotes.py`).

Every metric is a ratio of two sums over questions. For a mean, each question adds its value to the numerator and 1 to
the denominator; a pooled share, such as precision, adds counts to both. A question to which a metric does not apply,
such as recall for an unanswerable one, contributes nothing.

Sources of the formulas
    recall@k              share of the relevant items among the first k: Manning, Raghavan and Schütze, Introduction to
                          Information Retrieval, 2008, section 8.4. The items here are the gold quotes
    nDCG@10               Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, 2002, with the
                          discount 1 / log2(rank + 1)
    citation precision    after Gao et al., Enabling Large Language Models to Generate Text with Citations, 2023, with
    and recall            gold quotes in place of an entailment model
    refusal precision     precision and recall of a classifier whose positives are the unanswerable questions
    and recall
    flags that touch a    precision and recall of spans; a span is right when it overlaps one of the other side
    label, parts found

Not covered: whether a generated answer is right in words other than the gold quote's. The share of answers that contain
a gold quote is a fair measure of extractive answers, and a strict one of generated answers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.cases.case import Gold
from evals.quotes import contains_quote, without_markers
from evals.response import CaseResponse

Passage = Mapping[str, Any]
"""A Citation of the HTTP contract, of which `document_id` and `text` are read."""

DEPTHS = (1, 3, 5, 10)
_DOCUMENT_DEPTH = 5
_DISCOUNT_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a question adds to the numerator and the denominator of a metric; for a mean the denominator is 1."""

    numerator: float
    denominator: float = 1.0


def measure(response: CaseResponse) -> dict[str, Contribution]:
    """Return the contributions to every metric that applies to the question, by name."""
    return {
        **_retrieval(response),
        **_citations(response),
        **_answers(response),
        **_refusals(response),
        **_grounding(response),
        **_labelled(response),
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


def citation_precision(citations: Sequence[Passage], golds: Sequence[Gold]) -> Contribution:
    """Count the cited passages that come from a gold document or contain a gold quote, of all cited passages."""
    correct = sum(
        any(passage["document_id"] == gold.document_id or contains_quote(passage["text"], gold.quote) for gold in golds)
        for passage in citations
    )
    return Contribution(correct, len(citations))


def contains_gold(answer: str, golds: Sequence[Gold]) -> bool:
    """Say whether the answer, without its markers, contains at least one of the gold quotes."""
    return any(contains_quote(without_markers(answer), gold.quote) for gold in golds)


def _retrieval(response: CaseResponse) -> dict[str, Contribution]:
    golds, hits = response.case.gold, response.hits
    if not golds:
        return {}
    recalls = {f"recall@{depth}": Contribution(recall(hits[:depth], golds)) for depth in DEPTHS}
    return {
        **recalls,
        f"document recall@{_DOCUMENT_DEPTH}": Contribution(document_recall(hits[:_DOCUMENT_DEPTH], golds)),
        f"nDCG@{_DISCOUNT_DEPTH}": Contribution(ndcg(hits[:_DISCOUNT_DEPTH], golds)),
    }


def _citations(response: CaseResponse) -> dict[str, Contribution]:
    """Precision is pooled over all cited passages; recall is a mean over the questions with gold, refused ones too.

    Citations of an answer to an unanswerable question are not counted: the answer itself is the error, which refusal
    recall counts.
    """
    golds, citations = response.case.gold, response.citations
    if not golds:
        return {}
    precision = {"citation precision": citation_precision(citations, golds)} if citations else {}
    return {**precision, "citation recall": Contribution(recall(citations, golds))}


def _answers(response: CaseResponse) -> dict[str, Contribution]:
    """An answerable question that was refused counts as an answer without a gold quote."""
    degraded = {"degraded answers": Contribution(float(response.degraded))}
    if not response.case.gold:
        return degraded
    return {
        "answers with a gold quote": Contribution(float(contains_gold(response.content, response.case.gold))),
        **degraded,
    }


def _refusals(response: CaseResponse) -> dict[str, Contribution]:
    kind, refused = response.case.kind, response.refused
    precision = {"refusal precision": Contribution(float(kind == "unanswerable"))} if refused else {}
    if kind == "underspecified":
        return precision
    of_class = "refusal recall" if kind == "unanswerable" else "answerable but refused"
    return {**precision, of_class: Contribution(float(refused))}


def _grounding(response: CaseResponse) -> dict[str, Contribution]:
    """Over the answers that were checked. Refusals are not: they claim nothing."""
    if response.flags is None:
        return {}
    counts = {severity: sum(flag["severity"] == severity for flag in response.flags) for severity in ("hard", "soft")}
    shares = {f"answers with a {severity} flag": Contribution(float(count > 0)) for severity, count in counts.items()}
    means = {f"{severity} flags per answer": Contribution(float(count)) for severity, count in counts.items()}
    return {**shares, **means}


def _labelled(response: CaseResponse) -> dict[str, Contribution]:
    """Over the labelled answers of the case: pooled over flags, over labelled parts, and over supported answers."""
    checked = response.checked
    flags = sum(len(one.hard_flags) for one in checked)
    alarms = sum(len(one.false_alarms) for one in checked)
    parts = sum(len(one.labelled.unsupported) for one in checked)
    supported = [one for one in checked if not one.labelled.unsupported]
    counts = {
        "hard flags that touch a label": (flags - alarms, flags),
        "unsupported parts found": (parts - sum(len(one.missed) for one in checked), parts),
        "unsupported parts with a hard flag": (parts - sum(len(one.missed_by_hard_flags) for one in checked), parts),
        "supported answers with a hard flag": (sum(bool(one.hard_flags) for one in supported), len(supported)),
    }
    return {name: Contribution(part, whole) for name, (part, whole) in counts.items() if whole}
