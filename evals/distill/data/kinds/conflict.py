"""Conflicts: two passages that say the same with another number, which the prompt points out; the answer gives both.

Documents that disagree are rare. Here a sentence with a number is copied into the text of another passage with another
number. The app's own detection decides whether the two are a conflict. `source` of the example says what was changed.

Not covered: numbers of more than three digits, and statements of several sentences.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.answer.generated.small import cut_out
from app.answer.retrieval.conflicts import Conflict, find_conflicts, may_disagree
from app.answer.types import Passage
from core.sentences import split_sentences
from evals.distill.data.group import Group, Said
from evals.distill.data.statements import Statement, cited

_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER = re.compile(
    rf"(?<![\w.,#/:-])(?:(?!1(?!\d))[1-9]\d{{0,2}}|(?i:{'|'.join(_WORDS)}))(?![\w/:-]|[.,]\d|\)? \d)",
)
_HOUR = re.compile(r"\s?[ap]\.?m\b", re.IGNORECASE)
_SHARE = re.compile(r"\s?(?:%|percent\b)")
_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?\s\Z")
_STEPS, _LARGE_STEPS = (1, 2, 3, 5, -1, -2), (5, 10, 20, 50, -5, -10)
"""By how much a number below 20, and a larger one, is changed."""
_KEPT = 400
"""Characters of the other passage that are kept behind the sentence."""


@dataclass(frozen=True, slots=True)
class Contradicted:
    """A statement with the passages of the prompt, one of which says it with another number.

    changed   the sentence with the other number
    other     the passage that has it
    """

    said: Said
    passages: tuple[Passage, ...]
    conflict: Conflict
    changed: str
    other: Passage

    @property
    def answer(self) -> str:
        """Both sides, each with its citation."""
        statement = self.said.statement
        return f"{cited(statement.asked, self.said.passage.index)} {cited(self.changed, self.other.index)}"


def has_number(statement: Statement) -> bool:
    """Say whether a statement is a sentence of which a number can be changed."""
    is_alone = statement.kind == "sentence" and statement.lines[0] == statement.asked
    return is_alone and _NUMBER.search(statement.asked) is not None


def contradicted_in(group: Group, statement: Statement, draw: random.Random) -> Contradicted | None:
    """Return what contradicts a statement among the passages of a group; None where they do not have it."""
    for said in group.said:
        if said.statement.asked == statement.asked and said.statement.place.start == statement.place.start:
            return contradicted(said, group.passages, draw)
    return None


def contradicted(said: Said, passages: Sequence[Passage], draw: random.Random) -> Contradicted | None:
    """Return the passages of a prompt with one that contradicts a statement with a number.

    None where no passage is of another document that may disagree, or where the app sees no conflict.
    """
    found = _NUMBER.search(said.statement.asked)
    others = [one for one in passages if may_disagree(said.passage.chunk, one.chunk)]
    if found is None:
        return None
    written = "\n".join(f"{one.chunk.heading}\n{one.chunk.text}" for one in passages)
    for other in draw.sample(others, len(others)):
        for changed in _changed(said.statement.asked, found, written, draw):
            altered = _beginning_with(changed, other, found[0])
            shown = tuple(altered if one.index == other.index else one for one in passages)
            conflicts = find_conflicts(shown)
            sides = {side.passage.index for one in conflicts for side in (one.a, one.b)}
            if len(conflicts) == 1 and sides == {said.passage.index, other.index}:
                return Contradicted(said, shown, conflicts[0], changed, altered)
    return None


def _beginning_with(sentence: str, passage: Passage, number: str) -> Passage:
    """Return a passage whose text begins with a sentence; what it says of the sentence's old number is left out."""
    text = passage.chunk.text
    has = re.search(rf"(?<!\w){re.escape(number)}(?!\w)", text, re.IGNORECASE)
    until = min(_KEPT, has.start() if has else len(text))
    end = max((end for _, end in split_sentences(text) if end <= until), default=0)
    kept = cut_out(passage, 0, end)
    text = f"{sentence}\n\n{kept.chunk.text}".strip()
    chunk = replace(kept.chunk, text=text, end=kept.chunk.start + len(text), lead="", sentences=())
    return replace(kept, chunk=chunk, vectors=kept.vectors[:0])


def _changed(sentence: str, found: re.Match[str], written: str, draw: random.Random) -> Iterator[str]:
    """Yield a sentence with other numbers in place of one, in random order; none that a passage has."""
    before, after = sentence[: found.start()], sentence[found.end() :]
    for other in _other_numbers(found[0], before, after, draw):
        if not re.search(rf"(?<!\w){other}(?!\w)", written, re.IGNORECASE):
            yield f"{before}{other}{after}"


def _other_numbers(number: str, before: str, after: str, draw: random.Random) -> list[str]:
    """Return other numbers that make sense in the place of one: no hour 15 pm, no 31 of a month, no 105%."""
    if not number.isdigit():
        words = [word for word in _WORDS if word != number.casefold()]
        return [word.capitalize() if number[0].isupper() else word for word in draw.sample(words, len(words))]
    value = int(number)
    most = 12 if _HOUR.match(after) else 100 if _SHARE.match(after) else 28 if _MONTH.search(before) else 10_000
    steps = _STEPS if value < 20 else _LARGE_STEPS
    others = [value + step for step in steps if 2 <= value + step <= most]
    return [str(other) for other in draw.sample(others, len(others))]
