"""The form in which a teacher writes questions: lines of "Kind: …", which models write more reliably than JSON.

    Kind: fact
    Question: How many days of annual leave does a new colleague have?
    Quote: Every colleague has 25 days of annual leave a year.

A block has one or two quotes; that of an unanswerable question has none, and that of a follow-up has the question
before it ("Before: …").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from app.answer.types import Passage
from core.types import Message
from evals.cases.draft.model import find_quote
from evals.distill.data.filters import Place
from evals.distill.data.teacher.kinds import KINDS, TeacherKind

_LINE = re.compile(
    r"^(?:\d+[.)])?\W*(?P<key>kind|question|quote|before)[\W\d]{0,4}?:[\s*]*(?P<value>\S.*?)[\s*]*$",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTES = "\"“”'«»"
_ENDS = ("?", "？")
_NO_TOPIC = re.compile(
    r"\b(?:this|the|these) (?:passages?|texts?|documents?|sources?|excerpts?)\b|\bsource \[?\d", re.IGNORECASE
)
_KIND_NAMES: tuple[TeacherKind, ...] = get_args(TeacherKind)

WRITE = (
    "You write questions for training a search assistant. You are given numbered sources. Write {number} different "
    "questions that people might ask who have not read the sources, in the language of the sources, in the words of "
    "people rather than those of the sources. Name what a question is about; never write 'this passage' or 'the "
    "document'. Use as many of these kinds as the sources allow:\n"
    "{kinds}\n"
    "Reply with one block for each question and nothing else. A block has these lines:\n"
    "Kind: one word of the list\n"
    "Before: only for follow_up, the question that was asked before it\n"
    "Question: the question\n"
    "Quote: a sentence, item or table row of the sources that answers it, copied word for word; two Quote lines where "
    "two sources are needed, none for unanswerable"
)


@dataclass(frozen=True, slots=True)
class Written:
    """A question of a teacher, with where the passages answer it. `history` is the question before a follow-up."""

    kind: TeacherKind
    question: str
    places: tuple[Place, ...]
    history: tuple[Message, ...] = ()


def instructions(number: int) -> str:
    """Return what the teacher is asked to do."""
    return WRITE.format(number=number, kinds="\n".join(f"{name}: {words}" for name, words in KINDS.items()))


def read_questions(reply: str, passages: Sequence[Passage]) -> Iterator[Written | str]:
    """Yield the questions of a reply; in place of one that breaks the form, the reason. "unreadable" for no block."""
    blocks = list(_blocks(reply))
    if not blocks:
        yield "unreadable"
    for block in blocks:
        yield _read(block, passages)


def _blocks(reply: str) -> Iterator[dict[str, list[str]]]:
    """Yield the lines of each block by their keys. A block begins with its kind."""
    block: dict[str, list[str]] = {}
    for line in _LINE.finditer(reply):
        key = line["key"].casefold()
        if key == "kind" and block:
            yield block
            block = {}
        block.setdefault(key, []).append(line["value"])
    if block:
        yield block


def _read(block: dict[str, list[str]], passages: Sequence[Passage]) -> Written | str:
    kind = next((name for name in _KIND_NAMES if block.get("kind", [""])[0].strip("*_. ").casefold() == name), None)
    questions = block.get("question", [])
    if kind is None or len(questions) != 1 or not questions[0].endswith(_ENDS):
        return "unreadable"
    before = block.get("before", [])
    if (kind == "follow_up") != bool(before):
        return "unreadable"
    if _NO_TOPIC.search(questions[0]):
        return "no topic"
    quotes = block.get("quote", [])
    if kind == "unanswerable":
        return Written(kind, questions[0], ())
    places = [_place(quote, passages) for quote in quotes]
    found = tuple(dict.fromkeys(place for place in places if place is not None))
    if not quotes or len(found) < len(set(quotes)):
        return "not verbatim"
    if kind in ("comparison", "conflict") and len(found) < 2:
        return "one source"
    history = tuple(Message("user", text) for text in before[:1])
    return Written(kind, questions[0], found, history)


def _place(quote: str, passages: Sequence[Passage]) -> Place | None:
    """Return where a quote is, in the first passage that has it."""
    for passage in passages:
        span = find_quote(passage.chunk.text, quote.strip(_QUOTES))
        if span is not None:
            start = passage.chunk.start
            return Place(passage.chunk.document_id, start + span[0], start + span[1])
    return None
