"""The verdict on an answer: which of its claims the contexts contradict or do not support."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.grounding.compare.evidence import nearest_evidence
from app.grounding.compare.index import ContextIndex
from app.grounding.read import Answer, Cites, Finding, Reading, cites_nothing, read_answer
from app.grounding.report import Evidence, Flag, Report, SentenceScore, Severity, Unjudged
from app.grounding.score.answer import answer_score
from app.grounding.score.weights import PROSE, sentence_doubt


@dataclass(frozen=True, slots=True)
class _Limits:
    """From which doubt on a sentence is flagged as a whole, and what is absent in it may be a hard flag.

    `absent` claims at least must be in a sentence that is flagged as a whole: over tables it may be none, where numbers
    are beside the wrong words.
    """

    sentence: float
    absent: int
    hard: float


# Chosen on the development data (docs/decisions.md). Over tables and JSON a number that no source has is often
# computed, and another number in the same place often belongs to another row: half of those flags touch a label.
_OVER_PROSE = _Limits(sentence=0.75, absent=1, hard=0.0)
_OVER_DATA = _Limits(sentence=0.8, absent=0, hard=0.95)
# A single absent word is mostly a paraphrase; absent words are flagged where this share of the claims is absent, and in
# sentences of so few claims that each of them is the point.
_ABSENT_SHARE = 0.4
_SHORT = 4
# What no source has is a hard flag where more than this share of the claims of its sentence is absent. Otherwise it is
# often right: what everybody knows, another form of a name, a computed number. On real answers 64% of the names below
# touch a label, 96% above; 70% of the values below, 97% above.
_NAME_SHARE = 0.5
_VALUE_SHARE = 0.3
# A sentence of so many claims of which this share is absent is flagged hard as a whole; 92% of them touch a label.
_LONG = 8
_MOST = 0.7
# The doubt about a sentence in a loop.
_LOOPING = 0.99
# The least confidence of a contradiction.
_CONTRADICTED = 0.9


def check(
    answer: str,
    contexts: ContextIndex | Sequence[str],
    question: str | None = None,
    cites: Cites = cites_nothing,
    seen: Counter[str] | None = None,
) -> Report:
    """Judge every claim of the answer against the contexts.

    `contexts` are the texts that the answer was made from, or their index where it is used more than once. Words,
    names and values that only the question has are listed as unjudged. What a sentence `cites` is the first place to
    look for the evidence of its flags, and decides nothing else. Where the answer is checked in parts, `seen` counts
    the sentences of the parts before; those of this part are added. Deterministic, and linear in the text.

    Raises:
        TypeError: an argument is of another type; the message names it.
    """
    if not isinstance(answer, str):
        raise TypeError(f"answer must be a string, got {type(answer).__name__}")
    if question is not None and not isinstance(question, str):
        raise TypeError(f"question must be a string or None, got {type(question).__name__}")
    index = contexts if isinstance(contexts, ContextIndex) else ContextIndex.build(contexts)
    read, readings = read_answer(answer, index, question, cites, seen)
    return joined([weigh(read, reading) for reading in readings])


def joined(parts: Sequence[Report]) -> Report:
    """Return the report on an answer from those on its parts, which are its sentences or a few of them."""
    sentences = tuple([sentence for part in parts for sentence in part.sentences])
    claims = not parts or any(part.score == 1.0 for part in parts)
    return Report(
        supported=all(part.supported for part in parts),
        score=answer_score(sentences, claims=claims),
        flags=tuple([flag for part in parts for flag in part.flags]),
        sentences=sentences,
        unjudged=tuple([span for part in parts for span in part.unjudged]),
    )


def weigh(answer: Answer, reading: Reading) -> Report:
    """Return the report on one sentence."""
    doubt, absence = _doubts(reading)
    limits = _OVER_PROSE if answer.index.prose > PROSE else _OVER_DATA
    spelled_out = reading.claims <= _SHORT or reading.absent >= _ABSENT_SHARE * reading.claims
    flags = [
        _flag(answer, reading, finding, doubt, limits)
        for finding in reading.findings
        if spelled_out or finding.reason != "term_absent"
    ]
    start, end = answer.normalised.original_span(reading.start, reading.end)
    # A contradiction is flagged in its place; the sentence around it is flagged for what it lacks.
    lacks_most = _lacks_most(answer, reading)
    lacks_much = absence >= limits.sentence and reading.claims > _SHORT and reading.absent >= limits.absent
    # In a language that is not judged the words are not known, and the other claims are too few.
    as_a_whole = lacks_most or (lacks_much and answer.language != "other")
    if as_a_whole and all(finding.reason != "sentence_unsupported" for finding in reading.findings):
        severity: Severity = "hard" if lacks_most else "soft"
        flags.append(Flag(start, end, answer.original[start:end], "sentence_unsupported", severity, absence))
    supported = not as_a_whole and all(flag.severity == "soft" for flag in flags)
    unjudged = tuple(
        Unjudged(*answer.normalised.original_span(part.start, part.end), part.reason) for part in reading.skipped
    )
    flags.sort(key=lambda flag: (flag.start, -flag.end))
    sentences = (SentenceScore(start, end, 1 - doubt, supported),)
    score = answer_score(sentences, claims=reading.claims > 0)
    return Report(supported, score, tuple(flags), sentences, unjudged)


def _lacks_most(answer: Answer, reading: Reading) -> bool:
    """Say whether hardly anything of a long sentence is in the contexts, which are prose in its language."""
    if answer.index.prose <= PROSE or answer.language not in answer.index.languages:
        return False
    return reading.claims >= _LONG and reading.absent >= _MOST * reading.claims


def has_no_doubt(reading: Reading) -> bool:
    """Say whether a sentence claims nothing, or a context has it word for word."""
    return not reading.claims or (reading.compared.verbatim and not reading.findings)


def _doubts(reading: Reading) -> tuple[float, float]:
    """Return how likely the sentence says something that no source supports, and that without its contradictions.

    Both from 0 to 1. Where no words can be told apart, the share of what is wrong takes the place of the weights.
    """
    if has_no_doubt(reading):
        return 0.0, 0.0
    if any(finding.reason == "sentence_unsupported" for finding in reading.findings):
        return _LOOPING, _LOOPING
    if not reading.is_spaced:
        return len(reading.findings) / reading.claims, reading.absent / reading.claims
    features = reading.features
    return sentence_doubt(features), sentence_doubt(features._replace(contradicted=0.0))


def _flag(answer: Answer, reading: Reading, finding: Finding, doubt: float, limits: _Limits) -> Flag:
    start, end = answer.normalised.original_span(finding.start, finding.end)
    if finding.claim is not None:
        severity = _severity(finding, reading, doubt, limits)
    else:
        severity = "soft" if finding.reason == "number_mismatch" and limits is _OVER_DATA else "hard"
        doubt = max(doubt, _CONTRADICTED)
    evidence = _evidence(answer, reading, finding)
    return Flag(start, end, answer.original[start:end], finding.reason, severity, doubt, evidence)


def _severity(finding: Finding, reading: Reading, doubt: float, limits: _Limits) -> Severity:
    """Return "soft" for what is often right: words, counts, and what is absent in a sentence supported otherwise."""
    is_a_count = finding.claim is not None and finding.claim.value is not None and finding.claim.value.is_count
    if finding.reason == "term_absent" or is_a_count or doubt < limits.hard:
        return "soft"
    if finding.reason == "entity_absent":
        in_short = reading.claims <= _SHORT and reading.absent == _NAME_SHARE * reading.claims
        return "hard" if in_short or reading.absent > _NAME_SHARE * reading.claims else "soft"
    return "hard" if reading.absent >= _VALUE_SHARE * reading.claims else "soft"


def _evidence(answer: Answer, reading: Reading, finding: Finding) -> Evidence | None:
    """Return what a source has in the place of a contradiction, or the value that is nearest to an absent one."""
    index, found = answer.index, finding.contradiction
    if found is not None and found.reason == "negation":  # the word that is denied says nothing alone
        return index.evidence(found.sentence, 0, len(index.tokens_of(found.sentence)))
    value = reading.items.values[found.a_first] if found is not None else finding.claim and finding.claim.value
    cited = answer.cited_sentences(reading) if value is not None else []
    similar: Sequence[int] = reading.compared.sentences
    if found is not None:
        cited, similar = [] if found.sentence in cited else cited, ()
    nearest = None
    if value in reading.items.values and value is not None:
        # The similar ones that are cited come first, then the others of what is cited, in order.
        cited.sort(key=lambda number: similar.index(number) if number in similar else len(similar))
        nearest = nearest_evidence(index, cited, similar, reading.items, value)
    if nearest is not None or found is None:
        return nearest
    source, _ = index.items_of(found.sentence)
    return index.evidence(found.sentence, source.firsts[found.b_first], source.lasts[found.b_last - 1])
