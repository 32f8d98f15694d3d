"""Which contexts support a sentence: the basis of computed citations.

    support = read_support("Unused days expire on 31 March.", index, question)
    support.share([0])      how much of what the sentence says the first context has, from 0 to 1
    support.best()          the context that has most of it
    supporting_spans(…)     where in a context it is
    count_words(…)          how many of the words of a whole answer the contexts have

What a sentence says is its words and values, weighted by how rare they are in the contexts. A context has a word where
one of its sentences has it in a form with the same alignment key, and a value where it writes it in any form. The
sentences that `check` does not find supported count as said and not had by any context.

Not covered: a synonym counts as absent; a text in a language that none of the contexts is written in cannot be
compared, and `is_comparable` is false.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import log1p

from app.grounding.check import weigh
from app.grounding.compare.index import ContextIndex
from app.grounding.compare.items import read_items
from app.grounding.read import Answer, Reading, read_answer
from app.grounding.text.markers import without_scaffolding
from app.grounding.text.scan import Kind
from app.grounding.text.scripts import content_runs, is_hangul, pair_keys
from app.grounding.text.tokens import Token, tokenise
from app.grounding.values.quantities import read_values
from app.grounding.values.values import Value

_MOST_SPANS = 3
_LEAST_GAIN = 0.25
"""A further span is a part of the support if it adds at least this share of what the context has of the text."""
_WITHOUT_WORDS = frozenset((Kind.IDEOGRAPHS, Kind.SPACELESS))


@dataclass(frozen=True, slots=True)
class Statement:
    """One word or value of a text: its weight, and the contexts and the index's sentences that have it, by position."""

    weight: float
    contexts: frozenset[int]
    sentences: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Support:
    """What the contexts have of a text.

    claims         whether the text claims anything: greetings, questions and abstentions do not
    is_comparable  whether text and contexts are in the same language; otherwise nothing is known of the shares
    """

    claims: bool
    is_comparable: bool
    statements: tuple[Statement, ...]

    def share(self, contexts: Collection[int]) -> float:
        """Return how much of the text these contexts have together, 0 to 1; 0 for a text that says nothing."""
        whole = sum(statement.weight for statement in self.statements)
        had = sum(one.weight for one in self.statements if not one.contexts.isdisjoint(contexts))
        return had / whole if whole else 0.0

    def best(self, having: Collection[int] = ()) -> int | None:
        """Return the context that has most of what `having` lack, the first of several; None where none has any."""
        gains: dict[int, float] = {}
        for statement in self.statements:
            if statement.contexts.isdisjoint(having):
                for context in statement.contexts:
                    gains[context] = gains.get(context, 0.0) + statement.weight
        return min(gains, key=lambda context: (-gains[context], context), default=None)


def read_support(text: str, index: ContextIndex, question: str | None = None) -> Support:
    """Compare a sentence, or a few that belong together, with each context. Deterministic, linear in the text.

    Words that only the question has are left out: they are the topic, and no claim.
    """
    answer, readings = read_answer(text, index, question)
    statements: list[Statement] = []
    claims = False
    is_comparable = answer.language in index.languages
    for reading in readings:
        if any(part.reason == "other_language" for part in reading.skipped):
            claims, is_comparable = True, False
        if reading.claims:
            claims = True
            said = list(_statements(answer, reading))
            supported = weigh(answer, reading).supported
            statements += said if supported else [Statement(one.weight, frozenset()) for one in said]
    return Support(claims, is_comparable, tuple(statements))


def supporting_spans(
    text: str,
    index: ContextIndex,
    question: str | None,
    context: int,
    spans: Sequence[tuple[int, int]],
    *,
    least: float,
) -> list[int]:
    """Return which of the spans of a context have what a text says, by position, the one that has most first.

    `spans` are ranges of the context as it was given, for example its sentences. A further one is added where it has
    what the others lack. Empty where none has the share `least` of the text, or where nothing can be compared. What a
    wrong sentence has in common with its source counts, unlike in `read_support`.
    """
    answer, readings = read_answer(text, index, question)
    if answer.language not in index.languages:
        return []
    said = [one for reading in readings if reading.claims for one in _statements(answer, reading)]
    at = _spans_of_sentences(index, context, spans)
    had = [frozenset(span for sentence in one.sentences for span in at.get(sentence, ())) for one in said]
    support = Support(True, True, tuple(Statement(one.weight, by) for one, by in zip(said, had, strict=True)))
    chosen: list[int] = []
    needed = least
    while len(chosen) < _MOST_SPANS:
        best = support.best(chosen)
        if best is None or support.share([*chosen, best]) - support.share(chosen) < needed:
            break
        chosen.append(best)
        needed = _LEAST_GAIN * support.share(range(len(spans)))
    return chosen


def count_words(text: str, index: ContextIndex) -> tuple[int, int] | None:
    """Return how many of the words and values of an answer some context has, and how many there are.

    Counted are the different content words and values of each sentence that claims something, whether the sentence is
    supported or not, and those of the question as well. None where nothing can be compared: the answer claims nothing,
    or is in another language than all contexts.
    """
    answer, readings = read_answer(text, index, None)
    if answer.language not in index.languages:
        return None
    said = [one for reading in readings if reading.claims for one in _statements(answer, reading)]
    return (sum(bool(one.contexts) for one in said), len(said)) if said else None


def _spans_of_sentences(index: ContextIndex, context: int, spans: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    """Return, for each of the index's sentences in a context, the spans that it overlaps."""
    found: dict[int, list[int]] = {}
    for number, sentence in enumerate(index.sentences):
        if sentence.context == context:
            start, end = index.normalised[context].original_span(sentence.start, sentence.end)
            found[number] = [place for place, span in enumerate(spans) if start < span[1] and end > span[0]]
    return found


def _statements(answer: Answer, reading: Reading) -> Iterator[Statement]:
    """Yield the different words and values of a sentence, without the parts that claim nothing."""
    tokens, items = reading.tokens, reading.items
    if not tokens:  # copied from a context, word for word
        text = answer.masked
        tokens = without_scaffolding(text, tokenise(text, reading.start, reading.end, answer.language))
        items = read_items([token.lexeme for token in tokens], read_values(text, tokens, answer.language))
    if any(token.kind in _WITHOUT_WORDS or is_hangul(token.text) for token in tokens):
        yield from _pairs(answer.index, tokens)
        return
    unread = [part for part in reading.skipped if part.reason != "from_question"]
    seen = set()
    for item, key in enumerate(items.keys):
        start = tokens[items.firsts[item]].start
        if not items.contents[item] or key in seen or any(part.start <= start < part.end for part in unread):
            continue
        seen.add(key)
        value, word = items.values[item], items.lexemes[items.firsts[item]].aligned
        weight, sentences = answer.index.weight_of(word)
        if value is not None:
            sentences = _having(answer.index, value)
        contexts = frozenset(answer.index.sentences[number].context for number in sentences)
        if contexts or not (answer.question and word in answer.asked.postings):
            yield Statement(weight, contexts, frozenset(sentences))


def _having(index: ContextIndex, value: Value) -> list[int]:
    """Return the sentences that have a value."""
    places = dict.fromkeys(index.places_of(value))
    return [number for number in places if any(value.is_stated_by(other) for other in index.values_of(number))]


def _pairs(index: ContextIndex, tokens: Sequence[Token]) -> Iterator[Statement]:
    """Yield the pairs of neighbouring characters of a text without blanks, and its other words as they are."""
    runs: dict[str, None] = {}
    for token in tokens:
        if token.kind is Kind.IDEOGRAPHS:
            for start, end in content_runs(token.text):
                runs.update(dict.fromkeys(pair for _, pair in pair_keys(token.text[start:end])))
        elif token.lexeme.content:
            runs[token.text] = None
    for run in runs:
        contexts = frozenset(number for number, context in enumerate(index.normalised) if run in context.text)
        sentences = frozenset(
            number
            for number, sentence in enumerate(index.sentences)
            if sentence.context in contexts and run in index.sentence(number)
        )
        yield Statement(log1p(len(index.normalised) / (1 + len(contexts))), contexts, sentences)
