"""The worst cases: flags on answers that are right, and marked answers that the checker trusts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from benchmarks.grounding.cases import Case, Span
from benchmarks.grounding.checkers import Mark, Outcome, stems
from benchmarks.grounding.measures import any_overlap

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]*")
# Records of data have no sentences: longer ones are read in pieces of this many characters.
_PIECE = 240
_EXCERPT = 300
# A shorter sentence (the number of a list item) is shown with as much of the text around it.
_SHORTEST = 40


@dataclass(frozen=True, slots=True)
class Worst:
    """One case to look at: the `part` of the answer in doubt, why, and the sentence of the source nearest to it."""

    case: str
    group: str
    sentence: str
    part: str
    reason: str
    value: float
    source: str


def worst_alarms(right: Sequence[Outcome], count: int) -> list[Worst]:
    """Return the surest flags on answers that are right, at most one for an answer, hard ones first."""
    surest = [(one, max(one.marks, key=_sureness)) for one in right if one.marks]
    surest.sort(key=lambda pair: (-pair[1].hard, -pair[1].confidence, pair[0].case.id))
    return [
        _worst(one.case, mark.range, f"{mark.reason}, {'hard' if mark.hard else 'soft'}", mark.confidence)
        for one, mark in surest[:count]
    ]


def worst_misses(marked: Sequence[Outcome], count: int) -> list[Worst]:
    """Return the marked answers with the highest scores, each with its first error of words that no flag touches."""
    missed = []
    for one in marked:
        unseen = [span for span in one.case.spans if span.is_error and _is_unseen(one, span)]
        if unseen:
            missed.append((one, unseen[0]))
    missed.sort(key=lambda pair: (-pair[0].score, pair[0].case.id))
    return [_worst(one.case, span.range, span.label, one.score) for one, span in missed[:count]]


def _sureness(mark: Mark) -> tuple[bool, float]:
    return mark.hard, mark.confidence


def _is_unseen(one: Outcome, span: Span) -> bool:
    has_words = any(map(str.isalnum, one.case.answer[span.start : span.end]))
    return has_words and not any_overlap(one.ranges, [span.range])


def _worst(case: Case, part: tuple[int, int], reason: str, value: float) -> Worst:
    start, end = part
    around = next((s for s in _SENTENCE.finditer(case.answer) if s.start() <= start < s.end()), None)
    sentence = around.group().strip() if around else ""
    if len(sentence) < _SHORTEST:
        sentence = case.answer[max(0, start - _SHORTEST) : end + _SHORTEST].strip()
    return Worst(
        case=case.id,
        group=case.group,
        sentence=_short(sentence),
        part=_short(case.answer[start:end]),
        reason=reason,
        value=value,
        source=_short(nearest_sentence(sentence, case.contexts)),
    )


def nearest_sentence(sentence: str, contexts: Sequence[str]) -> str:
    """Return the sentence of the contexts that shares most of its words with `sentence`, "" where none shares one.

    Shared stems count against those of the longer of the two, so that neither a whole record nor a heading wins by
    its length.
    """
    wanted = stems(sentence)
    best, nearest = 0.0, ""
    for context in contexts:
        for piece in (piece for match in _SENTENCE.finditer(context) for piece in wrap(match.group(), _PIECE)):
            offered = stems(piece)
            shared = len(wanted & offered) / max(len(wanted), len(offered), 1)
            if shared > best:
                best, nearest = shared, piece
    return nearest


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _EXCERPT else flat[:_EXCERPT] + "…"
