"""Comparison with the reference: exact match, token F1 and ROUGE-L between an answer and the case's `answer`.

Over the answerable questions with a reference. A refusal and a question back count as an empty answer: 0.

Sources of the formulas
    exact match, token F1   Rajpurkar et al., SQuAD: 100,000+ Questions for Machine Comprehension of Text, 2016, and its
                            evaluation script: small letters, no punctuation, no articles; F1 over the words as a bag.
                            The articles are those of the reference's language, for English, German and Spanish as in
                            Lewis et al., MLQA: Evaluating Cross-lingual Extractive Question Answering, 2020, from which
                            all punctuation of Unicode is taken as well
    ROUGE-L                 Lin, ROUGE: A Package for Automatic Evaluation of Summaries, 2004: F1 of the longest common
                            subsequence of words, by the package `rouge-score`, without stemming. Its own tokenizer cuts
                            words at letters beyond a to z; words are split here as it splits English

Not covered: right answers in other words, and wrong ones in nearly the same words ("25 days", "26 days"); a reference
in another language than the answer; words without blanks between them, which count as one. All three fall with the
length of an answer beyond its reference, so that they compare models under one prompt, and do not say how many answers
are right.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Any

from app.grounding.text.language import Language, language_of
from evals.metrics.contribution import Contribution, Contributions
from evals.quotes import normalise
from evals.response import CaseResponse

_ARTICLES: dict[Language, frozenset[str]] = {
    "en": frozenset("a an the".split()),
    "de": frozenset("ein eine einen einem eines einer der die das den dem des".split()),
    "es": frozenset("un una unos unas el la los las".split()),
    "fr": frozenset("un une le la les l des".split()),
}
_ELIDED = re.compile(r"\bl['’]", re.IGNORECASE)
_ROUGE_WORD = re.compile(r"[^\W_]+")


def compare_with_reference(response: CaseResponse) -> Contributions:
    """Compare the answer with the reference of the case."""
    case = response.case
    if not case.answerable or not case.answer.strip():
        return {}
    language = language_of(f"{case.question}\n{case.answer}")
    answer, reference = normalise(response.answer_text), normalise(case.answer)
    words, wanted = squad_words(answer, language), squad_words(reference, language)
    return {
        "exact match": Contribution(float(words == wanted)),
        "token F1": Contribution(word_f1(words, wanted)),
        "ROUGE-L": Contribution(rouge_l(answer, reference)),
    }


def squad_words(text: str, language: Language = "en") -> list[str]:
    """Return the words of a text as SQuAD's script compares them, without the articles of the language."""
    spaced = _ELIDED.sub("l ", text) if language == "fr" else text
    kept = (character for character in spaced.casefold() if not _is_punctuation(character))
    articles = _ARTICLES.get(language, frozenset())
    return [word for word in "".join(kept).split() if word not in articles]


def word_f1(words: list[str], wanted: list[str]) -> float:
    """Return the F1 of two bags of words; two empty ones are equal."""
    if not words or not wanted:
        return float(words == wanted)
    shared = sum((Counter(words) & Counter(wanted)).values())
    return 2 * shared / (len(words) + len(wanted))


def rouge_l(answer: str, reference: str) -> float:
    """Return the F1 of the longest common subsequence of words, as `rouge-score` computes it."""
    return float(_scorer().score(reference, answer)["rougeL"].fmeasure)


class RougeWords:
    """The tokenizer for `rouge-score`: words in small letters, in any language."""

    def tokenize(self, text: str) -> list[str]:
        """Return the words of a text."""
        return _ROUGE_WORD.findall(text.casefold())


@lru_cache(maxsize=1)
def _scorer() -> Any:
    # Imports NLTK, which takes a second.
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"], tokenizer=RougeWords())


@lru_cache(maxsize=1024)
def _is_punctuation(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character).startswith("P")
