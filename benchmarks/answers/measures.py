"""Compare answers with gold quotes and with answers of people: pure functions.

    quote      the answer contains a gold quote, word for word (`evals/quotes.py`)
    coverage   share of the content words of a gold text that the answer contains; of several gold texts the best.
               The gold texts are the quotes, or the reference answer in sets without quotes
    f1         harmonic mean of precision and recall of the words, repetitions counted: Rajpurkar et al., SQuAD, 2016,
               without its removal of articles, against the reference answer
    document   at least one cited passage comes from a document (in sets with pages: from a page, too) that answers

A refusal scores 0 in all of them. Words are compared without letter case, content words by their Snowball stem; stop
words are those of the grounding checker.

Not covered: whether an answer is right in other words than the gold text's, or wrong although it contains them. That
takes a reader: see `verdicts.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import Stemmer

from app.grounding.text.language import STOP_WORDS
from benchmarks.answers.ask import Answer
from benchmarks.answers.sets import Question
from core.stats import Estimate, bounds, draw, estimate_ratio
from evals.metrics.answers import contains_gold
from evals.quotes import normalise, without_markers

_WORD = re.compile(r"\w+(?:[.,'’]\w+)*")
_SEED = 20_020_401

MEASURES = (
    "quote",
    "coverage ≥ .6",
    "coverage ≥ .8",
    "coverage",
    "F1",
    "document",
    "page",
    "refused wrongly",
    "refused rightly",
    "characters",
)
"""The measures in the order of the tables. Each applies to some questions; see `measure`."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of one run minus that of another over the same questions, with its 95% interval."""

    here: float
    there: float
    value: float
    low: float
    high: float
    n: int

    @property
    def verdict(self) -> str:
        """ "higher" or "lower" when the interval leaves out 0, else ""."""
        return "higher" if self.low > 0 else "lower" if self.high < 0 else ""


def measure(question: Question, answer: Answer) -> dict[str, float]:
    """Return the measures that apply to a question, by name."""
    if not question.answerable:
        return {"refused rightly": float(answer.refused)}
    text = "" if answer.refused else without_markers(answer.content)
    golds = [gold.quote for gold in question.gold] or [question.reference]
    covered = max(coverage(text, gold) for gold in golds)
    measures = {
        "coverage ≥ .6": float(covered >= 0.6),
        "coverage ≥ .8": float(covered >= 0.8),
        "coverage": covered,
        "document": float(bool({one.document_id for one in question.sources} & _cited_documents(answer))),
        "refused wrongly": float(answer.refused),
    }
    if question.gold:
        measures["quote"] = float(contains_gold(text, question.gold))
    if question.reference:
        measures["F1"] = f1(text, question.reference)
    if any(source.page is not None for source in question.sources):
        pages = {(source.document_id, source.page) for source in question.sources}
        measures["page"] = float(bool(pages & {(one.document_id, one.page) for one in answer.citations}))
    if not answer.refused:
        measures["characters"] = float(len(text))
    return measures


def coverage(text: str, gold: str) -> float:
    """Return the share of the gold text's content words that the text contains; 0 for a gold text without any."""
    wanted = content_words(gold)
    return len(wanted & content_words(text)) / len(wanted) if wanted else 0.0


def f1(text: str, reference: str) -> float:
    """Return the token F1 of a text against a reference."""
    here, there = Counter(_words(text)), Counter(_words(reference))
    shared = (here & there).total()
    return 2 * shared / (here.total() + there.total()) if shared else 0.0


def content_words(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that are no stop words."""
    stem = Stemmer.Stemmer("english").stemWord
    return frozenset(stem(word) for word in _words(text) if word not in STOP_WORDS["en"])


def estimate(values: Sequence[float]) -> Estimate:
    """Estimate a mean over questions, with its 95% interval. `values` is not empty."""
    return estimate_ratio(np.array(values), np.ones(len(values)))


def difference(here: Mapping[str, float], there: Mapping[str, float]) -> Difference | None:
    """Estimate the difference of two runs over the questions that both have; None without any.

    The paired bootstrap: questions are drawn with replacement, and each keeps both of its values.
    """
    shared = sorted(set(here) & set(there))
    if not shared:
        return None
    ours, theirs = (np.array([values[one] for one in shared]) for values in (here, there))
    gains = ours - theirs
    low, high = bounds(draw(len(shared), np.random.default_rng(_SEED), lambda rows: gains[rows].mean(axis=-1)))
    return Difference(float(ours.mean()), float(theirs.mean()), float(gains.mean()), low, high, len(shared))


def _cited_documents(answer: Answer) -> set[str]:
    return {citation.document_id for citation in answer.citations}


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(normalise(text))]
