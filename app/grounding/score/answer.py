"""The score of a whole answer, from the scores of its sentences.

The worst sentence alone makes long answers look bad, and the mean alone hides one wrong sentence among right ones: the
score weighs both. Sentences without any doubt (they claim nothing, or a context has them word for word) are left out
of the mean, so that a greeting does not dilute it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

from app.grounding.report import SentenceScore
from app.grounding.score.weights import trained_weights

# The range of doubts that are told apart: one contradiction must not outweigh a long answer.
_LEAST, _MOST = 0.01, 0.99
CLAIMS_NOTHING = 0.5
"""The score of an answer that claims nothing: of 25 such real answers people called 16 unsupported."""


def answer_score(sentences: Sequence[SentenceScore], *, claims: bool) -> float:
    """Return the score of an answer from 0 to 1; `sentences` are all of its sentences.

    1.0 where nothing is in doubt, `CLAIMS_NOTHING` where no sentence `claims` anything: a fragment, an answer that only
    says that it does not know. With one sentence in doubt, it is the score of that one, within .01 and
    .99.
    """
    logits = worst_and_mean(sentences)
    if logits is None:
        return 1.0 if claims else CLAIMS_NOTHING
    return 1.0 - mixed(*logits, trained_weights().mean_share)


def worst_and_mean(sentences: Sequence[SentenceScore]) -> tuple[float, float] | None:
    """Return the logit of the largest doubt and that of the mean doubt by length; None where nothing is in doubt."""
    doubted = [(1.0 - one.score, max(1, one.end - one.start)) for one in sentences if one.score < 1.0]
    if not doubted:
        return None
    mean = sum([doubt * length for doubt, length in doubted]) / sum([length for _, length in doubted])
    return _logit(max(doubted)[0]), _logit(mean)


def mixed(worst: float, mean: float, mean_share: float) -> float:
    """Return the doubt whose logit is between those of the worst and the mean doubt."""
    return 1 / (1 + exp(mean_share * (worst - mean) - worst))


def _logit(doubt: float) -> float:
    doubt = max(_LEAST, min(_MOST, doubt))
    return log(doubt / (1 - doubt))
