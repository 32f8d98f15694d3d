"""The nearest thing that a context has in the place of an absent value.

The passage that shares most of the rare words around the value is searched for values of the same kind; among them
the one with most of the neighbouring words wins (a unit is a neighbour). Evidence never decides about a flag.
Not covered: evidence for absent words and names, and passages that share no word with the claim.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from app.grounding.claims import Claim
from app.grounding.index import COMMON, ContextIndex, Passage
from app.grounding.language import Language
from app.grounding.numbers import read_values
from app.grounding.report import Evidence
from app.grounding.tokens import Kind, Token, tokenise
from app.grounding.values import Value, ValueKind
from app.grounding.words import is_stop_word, name_keys

# Tokens on each side of a value that tell what it is about, and those close enough to be its unit or its noun.
_SURROUNDINGS = 12
_NEIGHBOURS = 3
_BEST_PASSAGES = 3
_COMPARABLE: dict[ValueKind, frozenset[ValueKind]] = {
    "number": frozenset(("number", "percent", "money")),
    "percent": frozenset(("number", "percent")),
    "money": frozenset(("number", "money")),
    "time": frozenset(("time",)),
    "date": frozenset(("date",)),
}


def nearest_evidence(
    index: ContextIndex, claim: Claim, value: Value, tokens: Sequence[Token], language: Language
) -> Evidence | None:
    """Return the value that the contexts have where the answer's sentence `tokens` claims `value`, or None."""
    around = _words_around(tokens, claim.first, claim.last, _SURROUNDINGS, language)
    near = _words_around(tokens, claim.first, claim.last, _NEIGHBOURS, language)
    best: tuple[float, float, int] = (0.0, 0.0, 0)
    evidence: Evidence | None = None
    for rank, (number, weight) in enumerate(_passages_sharing(index, around)):
        passage = index.passages[number]
        candidate = _best_value(index, passage, value.kind, near)
        if candidate is None:
            continue
        found, shared = candidate
        if evidence is None or (shared, weight, -rank) > best:
            best = (shared, weight, -rank)
            evidence = _evidence(index, passage, found)
    return evidence


def _passages_sharing(index: ContextIndex, words: frozenset[str]) -> list[tuple[int, float]]:
    """Return the passages that share most words, rare words weighing more, with their weights."""
    weights: defaultdict[int, float] = defaultdict(float)
    for word in words:
        numbers = index.postings.get(word, ())
        if len(numbers) <= COMMON:
            for number in numbers:
                weights[number] += 1 / len(numbers)
    ranked = sorted(weights.items(), key=lambda entry: (-entry[1], entry[0]))
    return ranked[:_BEST_PASSAGES]


def _best_value(
    index: ContextIndex, passage: Passage, kind: ValueKind, near: frozenset[str]
) -> tuple[Value, float] | None:
    """Return the passage's value with most of the neighbouring words, the same kind preferred, and its score."""
    text = index.normalised[passage.context].text
    language = index.languages[passage.context]
    tokens = tokenise(text, passage.start, passage.end)
    values = [v for v in read_values(text, tokens, language) if v.kind in _COMPARABLE[kind] and not v.vague]
    if not values:
        return None
    score = partial(_likeness, tokens=tokens, kind=kind, near=near, language=language)
    best = max(values, key=score)
    return best, score(best)


def _likeness(
    value: Value, tokens: Sequence[Token], kind: ValueKind, near: frozenset[str], language: Language
) -> float:
    neighbours = _words_around(tokens, value.first, value.last, _NEIGHBOURS, language)
    return len(neighbours & near) + (0.5 if value.kind == kind else 0.0)


def _words_around(tokens: Sequence[Token], first: int, last: int, reach: int, language: Language) -> frozenset[str]:
    """Return the narrow keys of the content words within `reach` tokens of the tokens [first, last)."""
    around = (*tokens[max(0, first - reach) : first], *tokens[last : last + reach])
    return frozenset(
        key
        for token in around
        if token.kind is Kind.WORD and not is_stop_word(token.text, language)
        for key in name_keys(token.text, language)
    )


def _evidence(index: ContextIndex, passage: Passage, value: Value) -> Evidence:
    start, end = index.normalised[passage.context].original_span(value.start, value.end)
    return Evidence(passage.context, start, end, index.contexts[passage.context][start:end])
