"""An answer is read against its contexts, sentence by sentence: what they support, lack and contradict.

What is supported word for word is settled by look-ups. The sentence is then laid beside the source sentences that share
most of its rare words, and what differs in the same slot is a contradiction. Nothing is weighed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from app.grounding.compare.claims import Claim, is_supported, read_token_claims, read_value_claim
from app.grounding.compare.contradictions import Contradiction
from app.grounding.compare.index import ContextIndex
from app.grounding.compare.items import Items, read_items
from app.grounding.compare.quotes import misquoted
from app.grounding.compare.sources import Comparison, compare
from app.grounding.reasons import FlagReason
from app.grounding.report import UnjudgedReason
from app.grounding.score.features import Features, read_features
from app.grounding.text.citation_marker import MARKER
from app.grounding.text.language import Language, language_of
from app.grounding.text.markers import abstained, mask, may_abstain, without_scaffolding
from app.grounding.text.normalise import NormalisedText, normalise
from app.grounding.text.scan import Kind
from app.grounding.text.tokens import Token, tokenise
from app.grounding.values.derived import follows, is_converted, replaces
from app.grounding.values.numbers import read_values
from app.grounding.values.values import Value
from core.sentences import split_sentences

# A copied sentence has at least so many blanks; shorter ones stand everywhere.
_FEWEST_BLANKS = 3
_STOPS = " .!;:,"
_QUESTION_MARKS = "?？"
_UNSPACED = frozenset((Kind.IDEOGRAPHS, Kind.SPACELESS))
MARKERS_BEHIND = re.compile(rf"(?:[ \t]*{MARKER})++")
"""Citation markers behind the stop of a sentence, which they belong to."""

Cites: TypeAlias = Callable[[str], Collection[int]]
"""Returns the positions of the contexts that a sentence cites. It is given as the answer has it, with its markers."""


def cites_nothing(_: str) -> Collection[int]:
    """Return no contexts: what the answer cites is not known."""
    return ()


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer as it is read: its normalised text, what the contexts and the question offer, and its language."""

    original: str
    normalised: NormalisedText
    index: ContextIndex
    question: str
    language: Language
    cites: Cites

    def cited_sentences(self, reading: Reading) -> list[int]:
        """Return the source sentences of the contexts that a sentence cites, in order."""
        start, end = self.normalised.original_span(reading.start, reading.end)
        behind = MARKERS_BEHIND.match(self.original, end)
        cited = frozenset(self.cites(self.original[start : behind.end() if behind else end]))
        return [number for number, source in enumerate(self.index.sentences) if source.context in cited]

    @cached_property
    def asked(self) -> ContextIndex:
        """What the question offers; read when something is not supported by the contexts."""
        return ContextIndex.build([self.question] if self.question else [])


class Finding(NamedTuple):
    """Something wrong with the tokens [first, last) of a sentence, at [start, end) of the normalised answer.

    It has the claim that no context carries, or the contradiction to the first of the compared source sentences,
    or neither: a quotation that no context has.
    """

    start: int
    end: int
    first: int
    last: int
    reason: FlagReason
    claim: Claim | None = None
    contradiction: Contradiction | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A range of the normalised answer that is not judged, and why."""

    start: int
    end: int
    reason: UnjudgedReason


class Reading(NamedTuple):
    """One sentence: its range in the normalised answer, its tokens, what is beside it, and what was found.

    `supported` counts the claims that a context supports.
    """

    start: int
    end: int
    tokens: Sequence[Token]
    items: Items
    compared: Comparison
    supported: int
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]

    @property
    def claims(self) -> int:
        """How many claims were judged."""
        return self.supported + len(self.findings)

    @property
    def absent(self) -> int:
        """How many of them no context carries."""
        return sum(finding.claim is not None for finding in self.findings)

    @property
    def is_spaced(self) -> bool:
        """Whether the sentence is in a script with blanks between its words, which can be aligned word by word."""
        return not any(token.kind in _UNSPACED for token in self.tokens)

    def features(self, index: ContextIndex) -> Features:
        """Return what tells whether the sentence as a whole is supported."""
        lacking = frozenset(
            position for finding in self.findings if finding.claim for position in range(finding.first, finding.last)
        )
        reasons = [finding.reason for finding in self.findings]
        return read_features(index, self.tokens, self.items, self.compared, reasons, lacking, self.supported)


def read_answer(
    answer: str, index: ContextIndex, question: str | None, cites: Cites = cites_nothing
) -> tuple[Answer, Iterator[Reading]]:
    """Return the answer as it is read, and its sentences in order."""
    normalised = normalise(answer)
    text = mask(normalised.text)
    # The contexts have no say in the language, or one more of them could add a flag; the question helps a short answer.
    language = language_of(f"{text}\n{question}" if question else text)
    read = Answer(answer, normalised, index, question or "", language, cites)
    return read, (_read(read, text, start, end) for start, end in _sentences(normalised.text, text))


def _sentences(answer: str, text: str) -> Iterator[tuple[int, int]]:
    """Give the sentences of the masked text, without the markers that belong to the sentence before."""
    before = None
    for start, end in split_sentences(text):
        behind = MARKERS_BEHIND.match(answer, start) if before is not None and "\n" not in text[before:start] else None
        if behind and behind.end() < end:
            start = next((position for position in range(behind.end(), end) if not text[position].isspace()), start)
        yield start, end
        before = end


def _read(answer: Answer, text: str, start: int, end: int) -> Reading:
    """Read one sentence, the range [start, end) of the masked text."""
    if _is_copied(answer, text, start, end):
        return Reading(start, end, (), read_items((), ()), Comparison(verbatim=True), 1, (), ())
    tokens = without_scaffolding(text, tokenise(text, start, end, answer.language))
    exempt = _exempt(answer, text, tokens, start, end)
    if exempt:
        tokens = [token for token in tokens if not any(part.start <= token.start < part.end for part in exempt)]
    values = read_values(text, tokens, answer.language) if any(t.lexeme.begins_value for t in tokens) else []
    supported, lacking = _absent(answer, text, tokens, values)
    items = read_items([token.lexeme for token in tokens], values)
    compared = compare(items, answer.index) if supported else Comparison()
    findings = _contradicted(answer.index, items, tokens, compared)
    for first, last in misquoted(text, tokens, answer.index):
        findings.append(Finding(tokens[first].start, tokens[last - 1].end, first, last, "quote_not_found"))
    taken = {position for finding in findings for position in range(finding.first, finding.last)}
    skipped = list(exempt)
    for claim in lacking:
        if claim.value is not None and _is_list_mark(text, tokens, claim):
            continue
        if any(position in taken for position in range(claim.first, claim.last)):
            continue
        if answer.question and is_supported(claim, answer.asked, answer.language):
            skipped.append(Skipped(claim.start, claim.end, "from_question"))
        elif _is_derived(claim, items, answer.index):
            supported += 1
        elif claim.unjudged:
            skipped.append(Skipped(claim.start, claim.end, claim.unjudged))
        else:
            findings.append(Finding(claim.start, claim.end, claim.first, claim.last, claim.reason, claim))
    return Reading(start, end, tokens, items, compared, supported, tuple(findings), tuple(skipped))


def _is_copied(answer: Answer, text: str, start: int, end: int) -> bool:
    """Say whether a context has the sentence word for word, so that it needs no further reading."""
    if text.count(" ", start, end) < _FEWEST_BLANKS or text[end - 1] in _QUESTION_MARKS:
        return False
    # With its marks, which the context may have as well, and without.
    copies = {source[start:end].rstrip(_STOPS) for source in (text, answer.normalised.text)}
    return any(answer.index.has_verbatim(copy) for copy in copies)


def _absent(answer: Answer, text: str, tokens: Sequence[Token], values: Sequence[Value]) -> tuple[int, list[Claim]]:
    """Return how many claims the contexts carry somewhere, and the claims that they carry nowhere."""
    supported = 0
    lacking: list[Claim] = []
    offered = answer.index.offered
    in_value = {position: value for value in values for position in range(value.first, value.last)}
    for position, token in enumerate(tokens):
        lexeme = token.lexeme
        value = in_value.get(position) if values else None
        if value is not None:
            if position > value.first or (value.vague and not lexeme.content):
                continue
            claims = [read_value_claim(value, tokens, answer.language)]
        elif not lexeme.content:
            continue
        elif not offered.isdisjoint(lexeme.keys):  # as it stands, or its stem: nearly always
            supported += 1
            continue
        else:
            claims = list(read_token_claims(text, tokens, position, answer.language))
        for claim in claims:
            if is_supported(claim, answer.index, answer.language):
                supported += 1
            else:
                lacking.append(claim)
    return supported, lacking


def _is_list_mark(text: str, tokens: Sequence[Token], claim: Claim) -> bool:
    """Say whether a number only counts what follows: "1) Open the lid", "5. Close it"."""
    if claim.last - claim.first != 1 or not text[claim.start : claim.end].isdecimal() or claim.end - claim.start > 2:
        return False
    after = text[claim.end : claim.end + 1]
    before = text[max(0, claim.start - 1) : claim.start]
    return (
        (after == ")" and before != "(")
        or (after in (".", "") and len(tokens) == 1)
        or (after == "." and claim.first == 0)
    )


def _is_derived(claim: Claim, items: Items, index: ContextIndex) -> bool:
    """Say whether an absent number follows from the contexts, or an absent unit is that of a converted number."""
    if claim.value is not None:
        return follows(claim.value, items, claim.first, index)
    return claim.reason == "unit_mismatch" and is_converted(items, claim.first - 1, index)


def _contradicted(index: ContextIndex, items: Items, tokens: Sequence[Token], compared: Comparison) -> list[Finding]:
    """Return the contradictions as findings, one for each place. A number that may replace the source's is none."""
    findings: list[Finding] = []
    taken: set[int] = set()
    for found in compared.contradictions:
        first, last = items.firsts[found.a_first], items.lasts[found.a_last - 1]
        value = items.values[found.a_first]
        if not taken.isdisjoint(range(first, last)):
            continue
        if value is not None and found.reason == "number_mismatch":
            source, _ = index.items_of(compared.sentences[0])
            if replaces(value, source, found.b_first, items, first, index):
                continue
        taken.update(range(first, last))
        span = (tokens[first].start, tokens[last - 1].end)
        findings.append(Finding(*span, first, last, found.reason, contradiction=found))
    return findings


def _exempt(answer: Answer, text: str, tokens: Sequence[Token], start: int, end: int) -> list[Skipped]:
    """Return the parts of a sentence that claim nothing: what it says is not known, and a question to the reader."""
    if text[end - 1] in "?？\"')]*_» " and text[start:end].rstrip("\"')]*_» ").endswith(("?", "？")):
        return [Skipped(start, end, "question")]
    # The text before masking: a refusal names the documents, and that is scaffolding.
    if not may_abstain(tokens):
        return []
    return [Skipped(first, last, "abstention") for first, last in abstained(answer.normalised.text, start, end)]
