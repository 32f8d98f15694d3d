"""Conflicts: two pages that say the same thing with different values.

`app/answer/retrieval/disagreements.py` finds the sentences. Here it is decided which passages are compared: not those
of one document, not near-duplicates, not documents that are variants of one another by their names ("Expense policy
2024" and "Expense policy 2025", "Standard plan details" and "Plus plan details"), and not passages whose headings
differ in a year or in a word for a group ("For contractors").

A false alarm costs more than a conflict that is not seen; docs/answers.md has the rates. Not covered: differences
within one document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from app.answer.retrieval.disagreements import GROUPS, Statement, find_disagreements, has_digit
from app.answer.types import Passage
from app.grounding.text.citation_marker import NUMBERS
from core.text import without_note_marks
from core.types import Chunk, with_lead

_PASSAGES = 6
"""Passages that are compared with one another."""
_LIST_MARK = re.compile(r"\A(?:[-*+•]|\d{1,3}[.)])\s+")
_MARKER = re.compile(rf"\[({NUMBERS})\]")


@dataclass(frozen=True, slots=True)
class Side:
    """What one page says: a sentence of a passage, word for word, and those of its words that the other contradicts."""

    passage: Passage
    sentence: str
    value: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sentences of different documents that say the same thing with different values; `a` ranks before `b`."""

    a: Side
    b: Side

    @property
    def what(self) -> str:
        """The two values: "28 EUR / 35 EUR"."""
        return f"{self.a.value} / {self.b.value}"

    def concerns(self, text: str, cited: Sequence[Passage]) -> bool:
        """Say whether an answer that cites these passages says what one of the sides says."""
        numbers = {passage.index for passage in cited}
        return any(side.passage.index in numbers and _has_value(text, side.value) for side in (self.a, self.b))


def with_other_sides(text: str, cited: Sequence[Passage], conflicts: Sequence[Conflict]) -> str:
    """Return an extractive answer with the sentences that contradict it, each with its citation marker."""
    for conflict in conflicts:
        if conflict.concerns(text, cited):
            for side in (conflict.a, conflict.b):
                if _flat(side.sentence) not in _flat(text) and not _is_shown(side, text):
                    text += f"\n\n{_shown(side.sentence)} [{side.passage.index}]"
    return text


def _is_shown(side: Side, text: str) -> bool:
    numbers = {int(number) for written in _MARKER.findall(text) for number in written.split(",")}
    return side.passage.index in numbers and _has_value(text, side.value)


def _has_value(text: str, value: str) -> bool:
    """Say whether a text has a value by itself: "5 days" is not in "15 days", nor in "1.5 days"."""
    return re.search(rf"(?<!\w)(?<!\d[.,]){re.escape(_flat(value))}(?!\w|[.,]\d)", _flat(text)) is not None


def _flat(text: str) -> str:
    return " ".join(text.split())


def _shown(sentence: str) -> str:
    """Return a sentence as one line without a list's mark. A document's own [2] would read as a citation."""
    return _MARKER.sub(r"(\1)", _LIST_MARK.sub("", _flat(without_note_marks(sentence))))


def find_conflicts(passages: Sequence[Passage]) -> tuple[Conflict, ...]:
    """Return the conflicts among the first passages, at most one for each pair of documents and pair of values."""
    compared = [passage for passage in passages if passage.copy_of is None][:_PASSAGES]

    def side(statement: Statement) -> Side:
        return Side(compared[statement.context], statement.sentence, statement.value)

    found: dict[tuple[str, str, str], Conflict] = {}
    texts = [with_lead(passage.chunk.lead, passage.chunk.text) for passage in compared]
    may = partial(_may_disagree, compared)
    for disagreement in find_disagreements(texts, may):
        conflict = Conflict(side(disagreement.a), side(disagreement.b))
        documents = conflict.a.passage.chunk.document_id, conflict.b.passage.chunk.document_id
        found.setdefault((*documents, conflict.what), conflict)
    return tuple(found.values())


def _may_disagree(passages: Sequence[Passage], one: int, two: int) -> bool:
    return may_disagree(passages[one].chunk, passages[two].chunk)


def may_disagree(one: Chunk, two: Chunk) -> bool:
    """Say whether two chunks are about the same thing as far as their documents and headings show."""
    if one.document_id == two.document_id:
        return False
    names = _words(one.document_name), _words(two.document_name)
    shared = names[0] & names[1]
    is_variant = names[0] != names[1] and len(shared) >= 2 and 2 * len(shared) >= min(map(len, names))
    different = _words(one.heading) ^ _words(two.heading)
    return not is_variant and not any(word in GROUPS or has_digit(word) for word in different)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip(".,:;()[]\"'“”").casefold() for word in text.split()) - {""}
