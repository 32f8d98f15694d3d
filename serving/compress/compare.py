"""The figures of a check: what a compressed model still answers, compared with its original.

    text       passages of held-out documents in the served template. Tokens that all prompts begin with (the domain's
               instructions) are not counted. Perplexity is exp of the mean negative log-probability of a token;
               accuracy is the share of tokens that the model would have written itself (rank 1).
    answers    greedy answers to the cases. Two agree when every token is the same; `same_words` is the share of the
               longer one's tokens before the first that differs.
    itself     the original asked twice, the second time in reverse order: other batches round in other ways.
    recovered  accuracy on the text, compressed over original, on the same prompts. The planner reads it.

Intervals are those of `core.stats` over prompts. Prompts of one document are not independent, so that the intervals are
somewhat too narrow. Not covered: whether an answer is right; `groundwork eval run` measures that, through the app.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import takewhile
from typing import Any

import numpy as np

from core.stats import Estimate, estimate_ratio
from serving.accuracy import FORMAT
from serving.compress.answers import Answer, Asked, Scored
from serving.compress.result import CompressionResult

NOTHING_RIGHT = (
    "The original itself predicts hardly any token of the held-out text right, so that the share that the compressed "
    "model keeps cannot be stated."
)


@dataclass(frozen=True, slots=True)
class Check:
    """The figures of a check. Ratios and agreements are 1 where nothing was lost.

    `recovered` is None where the original predicts too little right to divide by.
    """

    model: str
    scheme: str
    recovered: Estimate | None
    accuracy_original: Estimate
    accuracy_compressed: Estimate
    perplexity_original: Estimate
    perplexity_compressed: Estimate
    perplexity_ratio: Estimate
    agreement: Estimate
    agreement_itself: Estimate
    same_words: Estimate
    same_words_itself: Estimate
    tokens: int

    def to_dict(self) -> dict[str, Any]:
        """Return the object of check.json, which `groundwork model plan --accuracy` reads."""
        return {"format": FORMAT, **asdict(self)}


def compare(result: CompressionResult, original: Asked, compressed_model: Asked) -> Check:
    """Return the figures of the check. The original was asked for its answers twice."""
    before, after = original.text, compressed_model.text
    first, again, compressed = original.answers, original.again, compressed_model.answers
    skipped = shared_prefix([read.ids for read in before])
    loss_before, loss_after = (_per_prompt(reads, skipped, _loss) for reads in (before, after))
    right_before, right_after = (_per_prompt(reads, skipped, _right) for reads in (before, after))
    tokens = np.array([len(read.ids) - skipped for read in before], dtype=np.float64)
    return Check(
        model=result.model,
        scheme=result.scheme,
        recovered=_share(right_after, right_before),
        accuracy_original=estimate_ratio(right_before, tokens),
        accuracy_compressed=estimate_ratio(right_after, tokens),
        perplexity_original=_exponential(estimate_ratio(loss_before, tokens)),
        perplexity_compressed=_exponential(estimate_ratio(loss_after, tokens)),
        perplexity_ratio=_exponential(estimate_ratio(loss_after - loss_before, tokens)),
        agreement=_mean([float(one == other) for one, other in zip(first, compressed, strict=True)]),
        agreement_itself=_mean([float(one == other) for one, other in zip(first, again, strict=True)]),
        same_words=_mean([share_before_difference(one, other) for one, other in zip(first, compressed, strict=True)]),
        same_words_itself=_mean([share_before_difference(one, other) for one, other in zip(first, again, strict=True)]),
        tokens=int(tokens.sum()),
    )


def _share(parts: np.ndarray[Any, Any], wholes: np.ndarray[Any, Any]) -> Estimate | None:
    """Return sum(parts) / sum(wholes); None when the sum of the wholes is 0, or can be 0 among the drawn prompts."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = estimate_ratio(parts, wholes)
    return share if all(map(math.isfinite, (share.value, share.low, share.high))) else None


def shared_prefix(rows: Sequence[Sequence[int]]) -> int:
    """Return the number of tokens with which all rows begin; 0 for a single row, and less than the shortest row."""
    if len(rows) < 2:
        return 0
    same = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*rows, strict=False)))
    return min(same, min(map(len, rows)) - 1)


def share_before_difference(one: Answer, other: Answer) -> float:
    """Return the share of the longer answer's tokens before the first that differs."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return same / max(len(one), len(other))


def _per_prompt(reads: Sequence[Scored], skipped: int, score: Callable[[Scored, int], float]) -> np.ndarray[Any, Any]:
    return np.array([score(read, skipped) for read in reads], dtype=np.float64)


def _loss(scored: Scored, skipped: int) -> float:
    return -sum(scored.logprobs[skipped:])


def _right(scored: Scored, skipped: int) -> float:
    return float(sum(rank == 1 for rank in scored.ranks[skipped:]))


def _mean(values: Sequence[float]) -> Estimate:
    array = np.array(values, dtype=np.float64)
    return estimate_ratio(array, np.ones_like(array))


def _exponential(estimate: Estimate) -> Estimate:
    """Return exp of value and bounds; exp is monotone, so that bounds stay bounds."""
    return replace(estimate, value=math.exp(estimate.value), low=math.exp(estimate.low), high=math.exp(estimate.high))
