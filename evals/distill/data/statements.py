"""What a passage says: its sentences, list items and table rows in plain words, each with its place in the document.

A statement is what an answer is made of. Not covered: code, questions, sentences that only point to another place, and
what is too short or too long to be an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from app.answer.extractive.contents import is_dependent, is_pointer
from app.answer.extractive.text import is_heading_like, is_question, plain
from app.answer.extractive.units import Outline, outline
from app.answer.types import Passage
from core.sentences import split_sentences
from evals.distill.data.filters import Place

StatementKind: TypeAlias = Literal["sentence", "item", "row", "list"]
_FEWEST_WORDS, _FEWEST_OF_ITEM, _MOST_WORDS = 4, 6, 60
_MOST_ITEMS, _LONGEST_LIST = 8, 450
"""Items and characters of a list that is one answer."""
_MOST_FOLLOWING, _LONGEST_ANSWER = 1, 280
"""Sentences that an answer goes on with, and characters of all: what a reader asks for is often beside."""
_GOES_ON = re.compile(
    r"\A(?:also|additionally|in addition|similarly|likewise|lastly|finally|again|besides|furthermore|moreover|"
    r"after that|before that|as a result|in that case|for this|to do (?:so|this|that))\b|\A(?:\w+ ){1,3}also\b",
    re.IGNORECASE,
)
"""How a sentence begins that goes on with the one before it."""
_MARKUP = re.compile(r"\bTODO\b|\bpermalink:|\A---|[{}<>|\\]|\]\(|\[\[|https?://\S{40}|&\w+;")
_CELL = re.compile(r"(?<!\\)\|")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=[\w.!?:])[*_](?!\w)")
_END = re.compile(r"([.!?…])([\"'”’»)]*)\Z")


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that a passage says, with what follows it: an answer begins with it, and may go on.

    lines      what an answer says, in plain words: a sentence or an item each; of a list its lead-in first
    asked      the words that a question is made from: those of the statement itself
    place      of all lines in the document
    label      of a row its first cell; of a list its lead-in
    """

    kind: StatementKind
    lines: tuple[str, ...]
    asked: str
    place: Place
    section: tuple[str, ...]
    label: str = ""

    @property
    def text(self) -> str:
        """Return all lines as one."""
        return " ".join(self.lines)

    def answer(self, number: int) -> str:
        """Return the statement as an answer that cites the passage of this number, each sentence and item by itself."""
        if self.kind == "list":
            lead_in, *items = self.lines
            return "\n".join((lead_in, *(f"- {_all_cited(item, number)}" for item in items)))
        if self.kind == "item" and len(self.lines) > 1:
            return "\n".join(f"- {_all_cited(item, number)}" for item in self.lines)
        return " ".join(_all_cited(line, number) for line in self.lines)


def _all_cited(text: str, number: int) -> str:
    return " ".join(cited(sentence, number) for sentence in _sentences(text))


def cited(sentence: str, number: int) -> str:
    """Return a sentence with its citation marker, before the stop where it has one."""
    end = _END.search(sentence)
    if end is None:
        return f"{sentence} [{number}]"
    if end[2]:
        return f"{sentence} [{number}]"
    return f"{sentence[: end.start()]} [{number}]{end[1]}"


def read_statements(passage: Passage) -> list[Statement]:
    """Return what a passage says, in order."""
    lines = outline(passage.chunk.text, passage.chunk.lead)
    return [*_units(passage, lines), *_lists(passage, lines)]


def in_plain_words(text: str) -> str:
    """Return a unit as an answer has it; "" where it has markup that plain words cannot have."""
    line = " ".join(_EMPHASIS.sub("", plain(text)).replace("`", "").split())
    return "" if _MARKUP.search(line) else line


def _units(passage: Passage, lines: Outline) -> Iterator[Statement]:
    texts = [in_plain_words(lines.raw(position)) for position in range(len(lines.units))]
    for position, unit in enumerate(lines.units):
        text = texts[position]
        if unit.kind == "row":
            if (one := _row(passage, lines, position)) is not None:
                yield one
            continue
        if unit.kind == "code" or not _is_statement(text, is_item=unit.kind == "item") or is_pointer(text):
            continue
        first = position
        if unit.kind == "sentence" and (is_dependent(text) or _GOES_ON.match(text)):
            if position == lines.groups[unit.group].first or not _is_statement(texts[position - 1], is_item=False):
                continue
            first = position - 1
        whole = _whole_list(passage, lines, texts, position) if unit.kind == "item" else None
        if whole is not None:
            yield replace(whole, asked=text, label="")
            continue
        if unit.kind == "item" and (led := _led_item(passage, lines, texts, position)) is not None:
            yield led
            continue
        last = _last(lines, texts, first, position)
        place = _place(passage, lines.units[first].start, lines.units[last].end)
        yield Statement(unit.kind, tuple(texts[first : last + 1]), text, place, passage.chunk.section)


def _last(lines: Outline, texts: Sequence[str], first: int, position: int) -> int:
    """Return the position of the last unit that an answer goes on with: of the same paragraph, while short."""
    last, length = position, sum(map(len, texts[first : position + 1]))
    group = lines.groups[lines.units[position].group]
    if group.kind == "item":
        return last
    while last + 1 < group.last and last - position < _MOST_FOLLOWING:
        following = texts[last + 1]
        length += len(following)
        is_one = _is_statement(following, is_item=False) and not is_pointer(following)
        if not is_one or length > _LONGEST_ANSWER:
            break
        last += 1
    return last


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def _is_statement(text: str, *, is_item: bool) -> bool:
    if not _FEWEST_WORDS <= len(text.split()) <= _MOST_WORDS or is_question(text) or text.endswith(":"):
        return False
    # An item of a few words without a stop is a name or a link.
    return len(text.split()) >= _FEWEST_OF_ITEM or text[-1] in ".!)" if is_item else not is_heading_like(text)


def _row(passage: Passage, lines: Outline, position: int) -> Statement | None:
    header = [in_plain_words(cell) for cell in _cells(lines.group_of(position).header.split("\n")[0])]
    cells = [in_plain_words(cell) for cell in _cells(lines.raw(position))]
    if len(header) != len(cells) or len(cells) < 2 or not all(header) or not all(cells):
        return None
    text = f"{cells[0].rstrip(':')}: {'; '.join(cells[1:])}"
    if len(text.split()) > _MOST_WORDS:
        return None
    unit = lines.units[position]
    asked = f"{cells[0]} {header[1]}"
    return Statement(
        "row", (text,), asked, _place(passage, unit.start, unit.end), passage.chunk.section, label=cells[0]
    )


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _CELL.split(line.strip().removeprefix("|").removesuffix("|"))]


def _lists(passage: Passage, lines: Outline) -> Iterator[Statement]:
    """Yield the lists with the sentence that introduces them."""
    texts = [in_plain_words(lines.raw(position)) for position in range(len(lines.units))]
    for group in lines.groups:
        if group.kind == "item" and (whole := _whole_list(passage, lines, texts, group.first)) is not None:
            yield whole


def _led_item(passage: Passage, lines: Outline, texts: Sequence[str], position: int) -> Statement | None:
    """Return an item of a long list behind its lead-in; None for one without."""
    lead = lines.groups[lines.units[position].group].lead_in
    if lead is None or not texts[lead] or len(texts[lead].split()) < _FEWEST_WORDS:
        return None
    said = (texts[lead], texts[position])
    place = _place(passage, lines.units[lead].start, lines.units[position].end)
    if sum(map(len, said)) > _LONGEST_LIST:
        return None
    return Statement("list", said, said[1], place, passage.chunk.section)


def _whole_list(passage: Passage, lines: Outline, texts: Sequence[str], position: int) -> Statement | None:
    """Return the list of an item with its lead-in; None for one without, or a long one."""
    group = lines.groups[lines.units[position].group]
    if group.lead_in is None or not 2 <= group.last - group.first <= _MOST_ITEMS:
        return None
    said = (texts[group.lead_in], *texts[group.first : group.last])
    if not all(said) or sum(map(len, said)) > _LONGEST_LIST or len(said[0].split()) < _FEWEST_WORDS:
        return None
    place = _place(passage, lines.units[group.lead_in].start, lines.units[group.last - 1].end)
    return Statement("list", said, said[0].rstrip(":"), place, passage.chunk.section, label=said[0])


def _place(passage: Passage, start: int, end: int) -> Place:
    chunk = passage.chunk
    return Place(chunk.document_id, chunk.start + start, chunk.start + end)
