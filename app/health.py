"""Corpus health: where the documents disagree with one another, repeat one another, or are past their own dates.

    findings = examine(chunks, records, today)

Every sentence is compared with the similar sentences of other documents, as an answer is with its sources
(`app/answer/retrieval/disagreements.py`), and every chunk with the chunks that share its triples of words
(`app/answer/retrieval/duplicates.py`). No model is asked; the time is nearly linear in the text (docs/health.md).

Not covered: differences within one document, tables and code, statements in other words, dates without a year; other
languages than English, but for near-duplicates.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain
from typing import Literal, NamedTuple, TypeAlias

from app.answer.retrieval.conflicts import may_disagree
from app.answer.retrieval.disagreements import Statement, find_disagreements
from app.answer.retrieval.duplicates import are_near_duplicates, shingles_of
from app.grounding.text.language import language_of
from app.grounding.text.normalise import normalise
from app.grounding.text.tokens import tokenise
from app.grounding.values.quantities import read_values
from app.grounding.values.values import Value
from core.sentences import split_sentences
from core.types import Chunk, DocumentRecord, with_lead

FindingKind: TypeAlias = Literal["number", "date", "denial", "past_date", "near_duplicate"]
"""The first three are disagreements of two documents."""

_FEWEST_SHINGLES = 12
"""Triples of words. Shorter chunks are headings and links, which pages share."""
_MOST_PLACES = 50
"""Chunks with a triple of words. A more frequent one is a page's frame."""
_HALF = 0.5
_AHEAD = re.compile(
    r"\b(?:until|till|by|before|through|expir\w+|valid|due|deadline|no later than|at the latest|closes|ends|will|next|"
    r"upcoming)\b",
    re.I,
)
"""Words for what lies ahead. With one of them a date in the past is one that the page has outlived."""
_BEHIND = re.compile(r"\b(?:was|were|had|did|been|ago|since|reviewed|updated|founded|launched|\w+ed on)\b", re.I)
"""Words for what is past already when it is written."""
_REACH = 60
"""Characters before a date in which such a word belongs to it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A passage of a document. `start` and `end` are offsets into its parsed text, in code points."""

    document_id: str
    document_name: str
    section: str | None
    page: int | None
    url: str | None
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at.

    `what` is it in a few words: "€650 / €400", "4 of 5 passages", "31 March 2025". `b` is the other place; None for a
    date.
    """

    kind: FindingKind
    what: str
    a: Place
    b: Place | None = None


def examine(chunks: Sequence[Chunk], records: Sequence[DocumentRecord], today: date) -> tuple[Finding, ...]:
    """Return the findings, disagreements first, each kind in the order of the chunks. Deterministic."""
    return tuple(chain(_disagreements(chunks), _past_dates(chunks, today), _near_duplicates(chunks), _copies(records)))


def _disagreements(chunks: Sequence[Chunk]) -> Iterator[Finding]:
    texts = [with_lead(chunk.lead, chunk.text) for chunk in chunks]
    for found in find_disagreements(texts, partial(_may_disagree, chunks)):
        what = f"{found.a.value} / {found.b.value}"
        yield Finding(found.kind, what, _place_of(chunks, found.a), _place_of(chunks, found.b))


def _may_disagree(chunks: Sequence[Chunk], one: int, two: int) -> bool:
    return may_disagree(chunks[one], chunks[two])


def _place_of(chunks: Sequence[Chunk], statement: Statement) -> Place:
    """Return the place of a statement; that of its whole chunk where the statement is in the chunk's lead."""
    chunk = chunks[statement.context]
    at = chunk.text.find(statement.sentence)
    return _place(chunk, at, at + len(statement.sentence)) if at >= 0 else _place(chunk, 0, len(chunk.text))


def _place(chunk: Chunk, start: int, end: int) -> Place:
    return Place(
        document_id=chunk.document_id,
        document_name=chunk.document_name,
        section=chunk.section_line,
        page=chunk.page,
        url=chunk.url,
        start=chunk.start + start,
        end=chunk.start + end,
        text=chunk.text[start:end],
    )


def _past_dates(chunks: Sequence[Chunk], today: date) -> Iterator[Finding]:
    for chunk in chunks:
        for start, end in split_sentences(chunk.text):
            sentence = chunk.text[start:end]
            last = max(_dates(sentence), default=None) if any(map(str.isdigit, sentence)) else None
            if last is not None and last.day < today and _is_ahead(sentence, last):
                yield Finding("past_date", sentence[last.start : last.end], _place(chunk, start, end))


def _is_ahead(sentence: str, found: _Date) -> bool:
    """Say whether a sentence was written before a date in it."""
    before = max(0, found.start - _REACH)
    return _AHEAD.search(sentence, before, found.start) is not None and not _BEHIND.search(sentence)


class _Date(NamedTuple):
    """A date with a year at [start, end) of a text: its last day."""

    day: date
    start: int
    end: int


def _dates(text: str) -> Iterator[_Date]:
    normalised = normalise(text)
    language = language_of(normalised.text)
    tokens = tokenise(normalised.text, 0, len(normalised.text), language)
    for value in read_values(normalised.text, tokens, language):
        day = _last_day(value)
        if day is not None:
            yield _Date(day, *normalised.original_span(value.start, value.end))


def _last_day(value: Value) -> date | None:
    """Return the last day of a date; None without a year, and for 5/3/2024, which can be read both ways."""
    keys = [claim[0] for claim in value.claims if len(claim) == 1]
    match keys:
        case [("date", int(year), int(month), int(day))]:
            return date(year, month, day)
        case [("month_year", int(year), int(month))]:
            return date(year, month, monthrange(year, month)[1])
    return None


def _near_duplicates(chunks: Sequence[Chunk]) -> Iterator[Finding]:
    """Yield one finding for each pair of documents with near-duplicates, with their first such passages."""
    pairs: defaultdict[tuple[str, str], list[tuple[Chunk, Chunk]]] = defaultdict(list)
    for one, two in _resembling(chunks):
        pairs[one.document_id, two.document_id].append((one, two))
    sizes = Counter(chunk.document_id for chunk in chunks)
    for documents, found in pairs.items():
        shared = min(len({one.id for one, _ in found}), len({two.id for _, two in found}))
        whole = min(sizes[document] for document in documents)
        what = f"{shared} of {whole} passage{'' if whole == 1 else 's'}"
        a, b = (_place(chunk, 0, len(chunk.text)) for chunk in found[0])
        yield Finding("near_duplicate", what, a, b)


def _resembling(chunks: Sequence[Chunk]) -> Iterator[tuple[Chunk, Chunk]]:
    """Yield the pairs of chunks of different documents that are near-duplicates, in order."""
    shingles = [shingles_of(chunk.text) for chunk in chunks]
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, own in enumerate(shingles):
        for shingle in own if len(own) >= _FEWEST_SHINGLES else ():
            places[shingle].append(number)
    for one, own in enumerate(shingles):
        for two, shared in sorted(_shared_with_later(one, own, places).items()):
            a, b = chunks[one], chunks[two]
            is_close = shared >= _HALF * max(len(own), len(shingles[two]))
            if is_close and a.document_id != b.document_id and are_near_duplicates(a.text, b.text):
                yield a, b


def _shared_with_later(
    one: int, shingles: frozenset[tuple[str, ...]], places: Mapping[tuple[str, ...], Sequence[int]]
) -> Counter[int]:
    known = [places[shingle] for shingle in shingles if shingle in places]
    return Counter(two for numbers in known if len(numbers) <= _MOST_PLACES for two in numbers if two > one)


def _copies(records: Sequence[DocumentRecord]) -> Iterator[Finding]:
    """Yield the documents that are the same file as another one."""
    by_id = {record.id: record for record in records}
    for record in records:
        if record.same_as is not None and record.same_as in by_id:
            yield Finding("near_duplicate", "the same file", _whole(by_id[record.same_as]), _whole(record))


def _whole(record: DocumentRecord) -> Place:
    return Place(record.id, record.name, None, None, record.url, 0, record.characters, "")
