"""What a generated answer is worth, compared with the wanted one. Pure text; no model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, pstdev

_MARKER = re.compile(r"\[(\d+)\]")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply to the prompt of an example. `ended`: it came to its end within the tokens that it may have."""

    number: int
    text: str
    ended: bool


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over answers, each with its number of answers; None where there is none of the kind.

    f1          of words, of answers to what can be answered
    cited       share of those that cite exactly the wanted sources
    refused     share of the wanted refusals that are given, word for word
    overrefused share of the answerable questions that are refused
    loops       share of all answers that do not end
    score       the mean over all: 0 for one without an end, 1 or 0 for a refusal, else the mean of F1 and the citation
    error       the standard error of the score
    """

    n: int
    f1: float | None
    cited: float | None
    refused: float | None
    overrefused: float | None
    loops: float
    score: float
    error: float

    def to_dict(self) -> dict[str, float | int | None]:
        """Return the figures, rounded."""
        return {name: value if value is None else round(value, 4) for name, value in asdict(self).items()}


def score(wanted: Sequence[str], answers: Sequence[Answer], refusals: Collection[str]) -> Scores:
    """Compare each answer with the wanted one. `refusals` are the texts that refuse."""
    pairs = list(zip(wanted, answers, strict=True))
    answerable = [(right, answer) for right, answer in pairs if right.strip() not in refusals]
    unanswerable = [(right, answer) for right, answer in pairs if right.strip() in refusals]
    worth = [_worth(right, answer, refusals) for right, answer in pairs]
    return Scores(
        n=len(pairs),
        f1=_mean([f1(right, answer.text) for right, answer in answerable]),
        cited=_mean([markers(right) == markers(answer.text) for right, answer in answerable]),
        refused=_mean([answer.text.strip() == right.strip() for right, answer in unanswerable]),
        overrefused=_mean([answer.text.strip() in refusals for _, answer in answerable]),
        loops=fmean(not answer.ended for _, answer in pairs),
        score=fmean(worth),
        error=pstdev(worth) / len(worth) ** 0.5,
    )


def _worth(right: str, answer: Answer, refusals: Collection[str]) -> float:
    if not answer.ended:
        return 0.0
    if right.strip() in refusals:
        return float(answer.text.strip() == right.strip())
    return (f1(right, answer.text) + (markers(right) == markers(answer.text))) / 2


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def markers(text: str) -> frozenset[str]:
    """Return the numbers of the sources that a text cites."""
    return frozenset(_MARKER.findall(text))


def f1(right: str, given: str) -> float:
    """Return the harmonic mean of precision and recall of words, without case and markers; 1 for two empty texts."""
    wanted, found = _words(right), _words(given)
    if not wanted or not found:
        return float(wanted == found)
    same = (wanted & found).total()
    return 2 * same / (wanted.total() + found.total())


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(_MARKER.sub(" ", text).casefold()))
