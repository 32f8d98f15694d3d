"""Compare an answer with the answers of people as SQuAD's own evaluation does: pure functions of texts.

Case, punctuation, the articles a, an and the, and white space do not count. "" is the answer that there is none: it is
right for a question without an answer, and for no other. Rajpurkar, Jia and Liang, 2018; `evaluate-v2.0.py`, in which
punctuation is that of ASCII: `evals/metrics/reference.py` removes more, and would not give the published figures.

Not covered: other languages, whose articles are words here.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

from evals.metrics.reference import word_f1

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def exact_match(answer: str, answers: Sequence[str]) -> float:
    """Return 1 for an answer that is one of the answers, else 0; no `answers`: the question has none."""
    return max(float(_normalised(answer) == _normalised(right)) for right in answers or ("",))


def token_f1(answer: str, answers: Sequence[str]) -> float:
    """Return the highest F1 of the words of the answer with one of the answers; no `answers`: the question has none."""
    return max(word_f1(_normalised(answer).split(), _normalised(right).split()) for right in answers or ("",))


def _normalised(text: str) -> str:
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())
