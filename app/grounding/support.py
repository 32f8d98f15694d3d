"""Which contexts support a sentence: the basis of computed citations.

    support = read_support("Unused days expire on 31 March.", index, question)
    support.share([0])      how much of what the sentence says the first context has, from 0 to 1
    support.best()          the context that has most of it

What a sentence says is its words and values, weighted by how rare they are in the contexts. A context has a word where
one of its sentences has it in the same form of alignment as in `check`, and a value where it writes it in any form. The
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
from app.grounding.compare.strands import read_strand
from app.grounding.read import Answer, Reading, read_answer
from app.grounding.text.markers import mask, without_scaffolding
from app.grounding.text.scan import Kind
from app.grounding.text.scripts import content_runs, is_hangul, pair_keys
from app.grounding.text.tokens import Token, tokenise
from app.grounding.values.numbers import read_values
from app.grounding.values.values import Value

_WITHOUT_WORDS = frozenset((Kind.IDEOGRAPHS, Kind.SPACELESS))


@dataclass(frozen=True, slots=True)
class Statement:
    """One word or value of a text: its weight, and the contexts that have it, by their positions."""

    weight: float
    contexts: frozenset[int]


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
    masked = mask(answer.normalised.text)
    statements: list[Statement] = []
    claims = False
    for reading in readings:
        if not reading.claims:
            continue
        claims = True
        supported = weigh(answer, reading).sentence.supported
        statements += [
            statement if supported else Statement(statement.weight, frozenset())
            for statement in _statements(answer, masked, reading)
        ]
    return Support(claims, answer.language in index.languages, tuple(statements))


def _statements(answer: Answer, text: str, reading: Reading) -> Iterator[Statement]:
    """Yield the different words and values of a sentence, without the parts that claim nothing."""
    tokens = without_scaffolding(text, tokenise(text, reading.start, reading.end, answer.language))
    tokens = [
        token
        for token in tokens
        if not any(part.start <= token.start < part.end for part in reading.skipped if part.reason != "from_question")
    ]
    if any(token.kind in _WITHOUT_WORDS or is_hangul(token.text) for token in tokens):
        yield from _pairs(answer.index, tokens)
        return
    strand = read_strand([token.lexeme for token in tokens], read_values(text, tokens, answer.language))
    seen = set()
    for item, key in enumerate(strand.keys):
        if not strand.contents[item] or key in seen:
            continue
        seen.add(key)
        value = strand.values[item]
        word = strand.lexemes[strand.firsts[item]].aligned
        weight, sentences = answer.index.weight_of(word)
        if value is not None:
            sentences = _having(answer.index, value)
        contexts = frozenset(answer.index.sentences[number].context for number in sentences)
        if contexts or not (answer.question and word in answer.asked.postings):
            yield Statement(weight, contexts)


def _having(index: ContextIndex, value: Value) -> list[int]:
    """Return the sentences that have a value."""
    places = dict.fromkeys(index.places_of(value))
    return [number for number in places if any(value.is_carried_by(other) for other in index.values_of(number))]


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
        yield Statement(log1p(len(index.normalised) / (1 + len(contexts))), contexts)
