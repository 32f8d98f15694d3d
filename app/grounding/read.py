"""An answer is read against its contexts, sentence by sentence: what they support, lack and contradict.

What is supported word for word is settled by look-ups. The sentence is then compared with the source sentences that
have most of its rare words: what a near-copy says differently is a contradiction. Nothing is weighed here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from app.grounding.compare.claims import Claim, is_supported, read_token_claims, read_value_claim
from app.grounding.compare.contradictions import Contradiction
from app.grounding.compare.index import ContextIndex
from app.grounding.compare.items import Items, read_items
from app.grounding.compare.names import defined_acronyms, is_in_label
from app.grounding.compare.quotes import misquoted
from app.grounding.compare.sources import Comparison, compare
from app.grounding.reasons import FlagReason
from app.grounding.report import UnjudgedReason
from app.grounding.score.features import Features, read_features
from app.grounding.text.language import Language, is_foreign, language_of
from app.grounding.text.markers import MASK, abstained, mask, may_abstain, without_scaffolding
from app.grounding.text.normalise import NormalisedText, normalise
from app.grounding.text.scan import Kind
from app.grounding.text.tokens import Token, tokenise
from app.grounding.values.derived import follows, is_converted, replaces
from app.grounding.values.quantities import read_values
from app.grounding.values.values import Value
from core.sentences import split_sentences

# A copied sentence has at least so many blanks; shorter ones are everywhere.
_FEWEST_BLANKS = 3
# A model in a loop: so many words, each of them so often; or a sentence of so many words, so often.
_LONG_LOOP, _LOOP_TURNS = 12, 4
_FEWEST_REPEATED, _MOST_REPEATS = 4, 4
# A number after one of these may be that of an item of the answer's own list: "then repeat step 2".
_OWN_ITEMS = frozenset(("step", "steps", "point", "item", "option"))
# How far from one number of a list the next one is looked for, in code points.
_LIST_REACH = 600
_STOPS = " .!;:," + MASK
_QUESTION = re.compile(rf"[?？][\s\"')\]*_»{MASK}]*\Z")
_UNSPACED = frozenset((Kind.IDEOGRAPHS, Kind.SPACELESS))

Cites: TypeAlias = Callable[[str], Collection[int]]
"""Returns the positions of the contexts that a sentence cites. It is given as the answer has it, with its markers."""


def cites_nothing(_: str) -> Collection[int]:
    """Return no contexts: what the answer cites is not known."""
    return ()


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer as it is read: its normalised text, the same with every mark blanked, and its language.

    `foreign` says that it is in another language than all contexts, so that nothing of it can be compared.
    """

    original: str
    normalised: NormalisedText
    masked: str
    index: ContextIndex
    question: str
    language: Language
    foreign: bool
    cites: Cites

    def cited_sentences(self, reading: Reading) -> list[int]:
        """Return the source sentences of the contexts that a sentence cites, in order."""
        start, end = self.normalised.original_span(reading.start, reading.end)
        cited = frozenset(self.cites(self.original[start:end]))
        return [number for number, source in enumerate(self.index.sentences) if source.context in cited]

    @cached_property
    def acronyms(self) -> frozenset[str]:
        """The acronyms that the answer forms itself, from words that are judged themselves."""
        return defined_acronyms(self.normalised.text)

    @cached_property
    def asked(self) -> ContextIndex:
        """What the question offers; read when something is not supported by the contexts."""
        return ContextIndex.build([self.question] if self.question else [])


class Finding(NamedTuple):
    """Something wrong with the tokens [first, last) of a sentence, at [start, end) of the normalised answer.

    It has the claim that no context supports, or the contradiction to a source sentence,
    or neither: a quotation that no context has.
    """

    start: int
    end: int
    first: int
    last: int
    reason: FlagReason
    claim: Claim | None = None
    contradiction: Contradiction | None = None


class Skipped(NamedTuple):
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
    tokens: Sequence[Token] = ()
    items: Items = Items(())
    compared: Comparison = Comparison()
    supported: int = 0
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def claims(self) -> int:
        """How many claims were judged."""
        return self.supported + len(self.findings)

    @property
    def absent(self) -> int:
        """How many of them no context supports."""
        return sum([finding.claim is not None for finding in self.findings])

    @property
    def is_spaced(self) -> bool:
        """Whether the sentence is in a script with blanks between its words, which can be aligned word by word."""
        return not any(token.kind in _UNSPACED for token in self.tokens)

    @property
    def features(self) -> Features:
        """The features that show whether the sentence as a whole is supported."""
        return read_features(self.compared, [finding.reason for finding in self.findings], self.supported)


def read_answer(
    answer: str,
    index: ContextIndex,
    question: str | None,
    cites: Cites = cites_nothing,
    seen: Counter[str] | None = None,
) -> tuple[Answer, Iterator[Reading]]:
    """Return the answer as it is read, and its sentences in order; `seen` counts those of the parts before it."""
    normalised = normalise(answer)
    text = mask(normalised.text)
    # The contexts have no say in the language, or one more of them could add a flag; the question helps a short answer.
    language = language_of(f"{text}\n{question}" if question else text)
    foreign = is_foreign(text, question or "", [context.text for context in index.normalised], index.languages)
    read = Answer(answer, normalised, text, index, question or "", language, foreign, cites)
    counts = Counter[str]() if seen is None else seen
    return read, (_read(read, start, end, counts) for start, end in sentences_of(text))


def sentences_of(masked: str) -> list[tuple[int, int]]:
    """Return the sentences of an answer whose marks are blanked; the marks behind a stop belong to its sentence."""
    sentences: list[tuple[int, int]] = []
    for start, end in split_sentences(masked):
        if sentences and masked[start] == MASK and "\n" not in masked[sentences[-1][1] : start]:
            words = end - len(masked[start:end].lstrip(MASK + " "))
            sentences[-1] = sentences[-1][0], len(masked[:words].rstrip(" "))
            start = words
        if start < end:
            sentences.append((start, end))
    return sentences


def _read(answer: Answer, start: int, end: int, seen: Counter[str]) -> Reading:
    """Read one sentence, the range [start, end) of the normalised text; `seen` counts the sentences before it."""
    text = answer.masked
    if _QUESTION.search(text, start, end):
        return Reading(start, end, skipped=(Skipped(start, end, "question"),))
    seen[text[start:end]] += 1
    times = seen[text[start:end]]
    if times < _MOST_REPEATS and _is_copied(answer, start, end):
        return Reading(start, end, compared=Comparison(verbatim=True), supported=1)
    tokens = without_scaffolding(text, tokenise(text, start, end, answer.language))
    skipped: list[Skipped] = []
    if may_abstain(tokens):
        # The text before masking: a refusal names the documents, and that is scaffolding.
        skipped = [Skipped(*clause, "abstention") for clause in abstained(answer.normalised.text, start, end)]
    if answer.foreign:
        return Reading(start, end, skipped=tuple(skipped) or (Skipped(start, end, "other_language"),))
    if skipped:
        tokens = [token for token in tokens if not any(part.start <= token.start < part.end for part in skipped)]
    values = read_values(text, tokens, answer.language) if any(t.lexeme.begins_value for t in tokens) else []
    supported, absent = _absent(answer, tokens, values)
    items = read_items([token.lexeme for token in tokens], values)
    compared = compare(items, answer.index) if supported else Comparison()
    findings = [
        *_contradicted(answer, items, tokens, compared),
        *_quoted(answer, tokens),
        *_repeated(tokens, times),
    ]
    taken = {position for finding in findings for position in range(finding.first, finding.last)}
    for claim in absent:
        if not taken.isdisjoint(range(claim.first, claim.last)) or _is_list_mark(answer.normalised.text, tokens, claim):
            continue
        if answer.question and is_supported(claim, answer.asked):
            skipped.append(Skipped(claim.start, claim.end, "from_question"))
        elif _is_derived(claim, items, answer.index):
            supported += 1
        elif claim.unjudged:
            skipped.append(Skipped(claim.start, claim.end, claim.unjudged))
        else:
            findings.append(Finding(*claim[:5], claim))
    return Reading(start, end, tokens, items, compared, supported, tuple(findings), tuple(skipped))


def _is_copied(answer: Answer, start: int, end: int) -> bool:
    """Say whether a context has the sentence word for word, so that it needs no further reading."""
    if answer.masked.count(" ", start, end) < _FEWEST_BLANKS:
        return False
    # With its marks, which the context may have as well, and without.
    copies = {text[start:end].rstrip(_STOPS) for text in (answer.masked, answer.normalised.text)}
    return any(answer.index.has_verbatim(copy) for copy in copies)


def _absent(answer: Answer, tokens: Sequence[Token], values: Sequence[Value]) -> tuple[int, list[Claim]]:
    """Return how many claims the contexts support, and the claims that they do not."""
    supported = 0
    absent: list[Claim] = []
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
        elif not offered.isdisjoint(lexeme.keys) or token.text in answer.acronyms:  # as written, or its stem
            supported += 1
            continue
        else:
            claims = list(read_token_claims(answer.masked, tokens, position, answer.language))
        for claim in claims:
            if is_supported(claim, answer.index):
                supported += 1
            else:
                absent.append(claim)
    return supported, absent


def _contradicted(answer: Answer, items: Items, tokens: Sequence[Token], compared: Comparison) -> list[Finding]:
    """Return the contradictions as findings, one for each place. A number that may replace the source's is none."""
    findings: list[Finding] = []
    taken: set[int] = set()
    for found in compared.contradictions:
        first, last = items.firsts[found.a_first], items.lasts[found.a_last - 1]
        if not taken.isdisjoint(range(first, last)) or _is_same(items, found, answer.index):
            continue
        span = (tokens[first].start, tokens[last - 1].end)
        if found.reason == "entity_mismatch" and is_in_label(answer.masked, *span):
            continue
        taken.update(range(first, last))
        findings.append(Finding(*span, first, last, found.reason, contradiction=found))
    return findings


def _is_same(items: Items, found: Contradiction, index: ContextIndex) -> bool:
    """Say whether a number is that of the source: rounded, converted, scaled."""
    value, first = items.values[found.a_first], items.firsts[found.a_first]
    if value is None or found.reason not in ("number_mismatch", "unit_mismatch"):
        return False
    return replaces(value, index.items_of(found.sentence)[0], found.b_first, items, first, index)


def _quoted(answer: Answer, tokens: Sequence[Token]) -> Iterator[Finding]:
    """Yield the quotations that neither the contexts nor the question have."""
    for first, last in misquoted(answer.masked, tokens, answer.index):
        if not answer.asked.has_words([token.lexeme.folded for token in tokens[first:last]]):
            yield Finding(tokens[first].start, tokens[last - 1].end, first, last, "quote_not_found")


def _repeated(tokens: Sequence[Token], times: int) -> Iterator[Finding]:
    """Yield the whole of a sentence that says hardly more than one thing over and over, or is said over and over."""
    words = [token.lexeme.folded for token in tokens if token.kind is Kind.WORD]
    loops = len(words) >= _LONG_LOOP and len(set(words)) * _LOOP_TURNS <= len(words)
    if loops or (len(words) >= _FEWEST_REPEATED and times >= _MOST_REPEATS):
        yield Finding(tokens[0].start, tokens[-1].end, 0, len(tokens), "sentence_unsupported")


def _is_list_mark(text: str, tokens: Sequence[Token], claim: Claim) -> bool:
    """Say whether a number only counts what follows, or refers to it: "1) Open the lid. 2) Repeat step 1"."""
    number = text[claim.start : claim.end]
    if claim.value is None or re.fullmatch(r"\d{1,2}", number) is None:
        return False
    before, after = text[max(0, claim.start - _LIST_REACH) : claim.start], text[claim.end : claim.end + _LIST_REACH]
    if (after.startswith(")") and not before.endswith("(")) or (after.startswith(".") and not claim.first):
        return True
    if claim.first and tokens[claim.first - 1].lexeme.folded in _OWN_ITEMS:
        return re.search(rf"(?:^|\W){number}[.):]", before) is not None
    # "Steps: 1. Open it. 2. Close it.": the number ends the sentence before.
    is_last = after.startswith(". ") and claim.last == len(tokens)
    is_alone = not after and len(tokens) == 1
    return is_alone or (is_last and (f" {int(number) - 1}. " in before or f" {int(number) + 1}. " in after))


def _is_derived(claim: Claim, items: Items, index: ContextIndex) -> bool:
    """Say whether an absent number follows from the contexts, or an absent unit is that of a converted number."""
    if claim.value is not None:
        return follows(claim.value, items, claim.first, index)
    return claim.reason == "unit_mismatch" and is_converted(items, claim.first - 1, index)
