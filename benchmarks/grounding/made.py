"""Answers that are made from real ones, so that it is known which of their sentences the contexts do not support.

Three constructions: a sentence of the answer to a similar question among the right ones; a right answer beside other
passages on similar things; and, in four languages, lightly edited sentences of passages of which one is then taken
out of the contexts. Each is deterministic.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.grounding.cases import Case, Span, read_answerability
from core.sentences import split_sentences

_PARENTHESIS = re.compile(r"\s*\([^)]*\)")
# Words of a sentence that says something and is no list.
_USABLE = range(6, 46)
# Contexts after one was taken out, and sentences of a made answer.
_CONTEXTS = (3, 5, 9)
_SENTENCES = (1, 2, 2, 3, 4)
_FEWEST_CONTEXTS = 4
_NEAREST = 60
_BEGINNING = 200


class Nearest:
    """Texts by the cosine of their TF-IDF vectors."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._vectoriser = TfidfVectorizer(sublinear_tf=True)
        self._matrix = self._vectoriser.fit_transform(texts)

    def to(self, text: str) -> list[int]:
        """Return the positions of the texts, the nearest first."""
        likeness = (self._matrix @ self._vectoriser.transform([text]).T).toarray().ravel()
        return [int(place) for place in np.argsort(-likeness, kind="stable")]


def with_inserted(cases: Sequence[Case], chance: random.Random) -> Iterator[Case]:
    """Yield each answer as it is, and with a sentence of the answer to the nearest question with other contexts."""
    near = Nearest([_asked(case) for case in cases])
    for case in cases:
        yield replace(case, unsupported=False, spans=())
        other = next((c for c in map(cases.__getitem__, near.to(_asked(case))) if _is_usable(c, case)), None)
        if other is not None:
            sentences = _sentences(case.answer)
            place = chance.randint(0, len(sentences))
            added = chance.choice(list(filter(_says_something, _sentences(other.answer))))
            yield _with_wrong(case, [*sentences[:place], added, *sentences[place:]], place, "inserted")


def beside_others(cases: Sequence[Case], passages: Iterable[str], skipped: int) -> Iterator[Case]:
    """Yield each answer beside as many of the nearest other passages, after the first few, which may support it."""
    texts = sorted(set(passages))
    near = Nearest(texts)
    for case in cases:
        nearest = [texts[place] for place in near.to(_asked(case))[:_NEAREST]]
        others = [text for text in nearest if not _overlaps(text, case.contexts)]
        contexts = tuple(others[skipped : skipped + max(1, len(case.contexts))])
        whole = (Span(0, len(case.answer)),)
        yield replace(case, id=f"{case.id} beside others", contexts=contexts, spans=whole, unsupported=True)


def of_passages(folder: Path, language: str, chance: random.Random) -> Iterator[Case]:
    """Yield answers of one to four edited sentences, every second with one of a passage that is not in the contexts."""
    cases = read_answerability(folder, language)
    near = Nearest([f"{case.question} {case.contexts[0]}" for case in cases])
    for case in cases:
        contexts = list(case.contexts)
        if len(contexts) >= _FEWEST_CONTEXTS:
            elsewhere = contexts.pop(chance.randrange(len(contexts)))
            contexts = contexts[: chance.choice(_CONTEXTS)]
        else:
            ranked = near.to(f"{case.question} {case.contexts[0]}")
            elsewhere = next(cases[at].contexts[0] for at in ranked if cases[at].contexts[0] not in contexts)
        joined = " ".join(contexts)
        right = [one for text in contexts for one in _sentences(text) if _says_something(one)]
        wrong = [one for one in _sentences(elsewhere) if _says_something(one) and one not in joined]
        if len(right) < 2 or not wrong:
            continue
        count = min(len(right), chance.choice(_SENTENCES))
        sentences = [_edited(one, chance) for one in chance.sample(right, count)]
        made = replace(case, contexts=tuple(contexts), answer=" ".join(sentences), unsupported=False)
        if chance.random() < 0.5:
            place = chance.randrange(len(sentences))
            kept = place + (chance.random() < 0.5 or len(sentences) == 1)
            added = _edited(chance.choice(wrong), chance)
            made = _with_wrong(made, [*sentences[:place], added, *sentences[kept:]], place, "taken out")
        yield made


def joined(cases: Sequence[Case]) -> Iterator[Case]:
    """Yield the sentences of one source that were judged one by one as one answer: unsupported where one of them is."""
    by_source: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_source[case.source].append(case)
    for source, ones in by_source.items():
        if len(ones) > 1:
            yield replace(
                ones[0],
                id=f"{source} joined",
                contexts=tuple(dict.fromkeys(context for one in ones for context in one.contexts)),
                answer=" ".join(dict.fromkeys(one.answer.strip() for one in ones)),
                spans=(),
                unsupported=any(one.unsupported for one in ones),
            )


def _with_wrong(case: Case, sentences: Sequence[str], place: int, how: str) -> Case:
    start = sum(len(sentence) + 1 for sentence in sentences[:place])
    span = Span(start, start + len(sentences[place]))
    return replace(case, id=f"{case.id} {how}", answer=" ".join(sentences), spans=(span,), unsupported=True)


def _edited(sentence: str, chance: random.Random) -> str:
    """Return a sentence without its parentheses and, mostly, without one of its parts between commas."""
    parts = _PARENTHESIS.sub("", sentence).split(", ")
    if len(parts) > 2 and chance.random() < 0.7:
        parts.pop(chance.randrange(1, len(parts) - 1))
    elif len(parts) == 2 and chance.random() < 0.6 and len(parts[0].split()) > 5:
        parts = [parts[0].rstrip(".") + "."]
    return ", ".join(parts)


def _sentences(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in split_sentences(text)]


def _asked(case: Case) -> str:
    return f"{case.question} {case.answer}"


def _is_usable(other: Case, case: Case) -> bool:
    if other.source == case.source or set(other.contexts) & set(case.contexts):
        return False
    return any(map(_says_something, _sentences(other.answer)))


def _overlaps(text: str, contexts: Sequence[str]) -> bool:
    return any(text[:_BEGINNING] in context or context[:_BEGINNING] in text for context in contexts)


def _says_something(sentence: str) -> bool:
    return len(sentence.split()) in _USABLE
