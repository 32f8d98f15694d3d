"""The verdict on an answer: which of its claims no context carries.

Absence is all that is judged here: a word, name or value that stands nowhere in the contexts. Not covered: a value or
name that occurs in the contexts in another place, negation, comparisons turned round, synonyms, arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.grounding.claims import Claim, read_claims
from app.grounding.evidence import nearest_evidence
from app.grounding.index import ContextIndex, language_of
from app.grounding.language import Language
from app.grounding.markers import abstained, mask
from app.grounding.normalise import NormalisedText, normalise
from app.grounding.numbers import read_values
from app.grounding.report import Flag, FlagReason, Report, SentenceScore, Severity, Unjudged, UnjudgedReason
from app.grounding.sentences import split_sentences
from app.grounding.tokens import Token, tokenise

_SEVERITIES: dict[FlagReason, Severity] = {
    "term_absent": "soft",
    "number_absent": "hard",
    "date_absent": "hard",
    "entity_absent": "hard",
}
# The prior of this first version, one constant for each reason: the share of its flags that overlap a span which
# annotators marked (of any type), over 2,000 answers of four language models with 5,500 marked spans (Quintd, Kasner
# and Dusek, ACL 2024). Those answers describe JSON and CSV; on prose, where less is left to wording, soft flags are
# right more often. It does not look at the single case: two flags of one reason have the same confidence.
_CONFIDENCES: dict[FlagReason, float] = {
    "term_absent": 0.27,
    "number_absent": 0.56,
    "date_absent": 0.71,
    "entity_absent": 0.51,
}


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer as it is read: its normalised text, what the contexts and the question offer, and its language."""

    original: str
    normalised: NormalisedText
    index: ContextIndex
    question: ContextIndex
    language: Language


@dataclass(frozen=True, slots=True)
class _Verdict:
    """The verdict on one sentence, with the number of its judged and of its carried claims."""

    sentence: SentenceScore
    judged: int
    carried: int
    flags: tuple[Flag, ...]
    unjudged: tuple[Unjudged, ...]


def check(answer: str, contexts: ContextIndex | Sequence[str], question: str | None = None) -> Report:
    """Judge every claim of the answer against the contexts.

    `contexts` are the texts that the answer was made from, or their index where it is used more than once. Words,
    names and values that only the question has are listed as unjudged. Deterministic, and linear in the text.

    Raises:
        TypeError: an argument is of another type; the message names it.
    """
    if not isinstance(answer, str):
        raise TypeError(f"answer must be a string, got {type(answer).__name__}")
    if question is not None and not isinstance(question, str):
        raise TypeError(f"question must be a string or None, got {type(question).__name__}")
    index = contexts if isinstance(contexts, ContextIndex) else ContextIndex.build(contexts)
    normalised = normalise(answer)
    text = mask(normalised.text)
    ranges = split_sentences(text)
    sentences = [tokenise(text, start, end) for start, end in ranges]
    asked = ContextIndex.build([question] if question else [])
    # The contexts have no say in the language, or one more of them could add a flag; the question helps a short answer.
    language = language_of([*sentences, tokenise(question or "", 0, len(question or ""))])
    read = _Answer(answer, normalised, index, asked, language)
    verdicts = [_judge(read, text, span, tokens) for span, tokens in zip(ranges, sentences, strict=True)]
    judged = sum(verdict.judged for verdict in verdicts)
    return Report(
        supported=not any(verdict.flags for verdict in verdicts),
        score=sum(verdict.carried for verdict in verdicts) / judged if judged else 1.0,
        flags=tuple(flag for verdict in verdicts for flag in verdict.flags),
        sentences=tuple(verdict.sentence for verdict in verdicts),
        unjudged=tuple(span for verdict in verdicts for span in verdict.unjudged),
    )


def _judge(answer: _Answer, text: str, span: tuple[int, int], tokens: Sequence[Token]) -> _Verdict:
    """Judge one sentence, the range `span` of the masked text."""
    start, end = span
    exempt = _exempt(answer, text, start, end)
    carried = 0
    flags: list[Flag] = []
    unjudged = [_unjudged(answer, first, last, reason) for first, last, reason in exempt]
    for claim in read_claims(text, tokens, read_values(text, tokens, answer.language), answer.language):
        if any(first <= claim.start < last for first, last, _ in exempt):
            continue
        if answer.index.carries(claim):
            carried += 1
        elif answer.question.carries(claim):
            unjudged.append(_unjudged(answer, claim.start, claim.end, "from_question"))
        elif claim.unjudged:
            unjudged.append(_unjudged(answer, claim.start, claim.end, claim.unjudged))
        else:
            flags.append(_flag(answer, claim, tokens))
    judged = carried + len(flags)
    original_start, original_end = answer.normalised.original_span(start, end)
    score = SentenceScore(original_start, original_end, carried / judged if judged else 1.0, not flags)
    return _Verdict(score, judged, carried, tuple(flags), tuple(unjudged))


def _exempt(answer: _Answer, text: str, start: int, end: int) -> list[tuple[int, int, UnjudgedReason]]:
    """Return the parts of a sentence that claim nothing: what it says is not known, and a question to the reader."""
    if text[start:end].rstrip("\"')]*_» ").endswith(("?", "？")):
        return [(start, end, "question")]
    # The text before masking: a refusal names the documents, and that is scaffolding.
    return [(first, last, "abstention") for first, last in abstained(answer.normalised.text, start, end)]


def _flag(answer: _Answer, claim: Claim, tokens: Sequence[Token]) -> Flag:
    start, end = answer.normalised.original_span(claim.start, claim.end)
    evidence = None
    if claim.value is not None:
        evidence = nearest_evidence(answer.index, claim, claim.value, tokens, answer.language)
    return Flag(
        start,
        end,
        answer.original[start:end],
        claim.reason,
        _SEVERITIES[claim.reason],
        _CONFIDENCES[claim.reason],
        evidence,
    )


def _unjudged(answer: _Answer, start: int, end: int, reason: UnjudgedReason) -> Unjudged:
    original_start, original_end = answer.normalised.original_span(start, end)
    return Unjudged(original_start, original_end, reason)
