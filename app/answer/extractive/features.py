"""What is measured of each sentence unit: the features from which its chance to be the answer is computed.

    similarity       cosine of the question and the unit under its headings, embedded by itself
    similarity gap   how far it is below the highest of all units
    pooled           cosine of the question and the unit's vector in the index, which knows the chunk around it
    coverage         the share of the question's terms, weighted by IDF, that the unit contains
    coverage gap     how far it is below the highest of all units
    context          the same share for the unit with its headings, its lead-in or header, and the unit before it
    relevance        the passage's relevance, 0 to 1
    relevance gap    how far it is below the highest of all units' passages
    rank             1 for the first passage, 1/2 for the second and so on; near-duplicates do not count
    first            whether the unit is the first of its passage
    wanted           whether the unit contains what the question wants: a number, a date, a person (see `kind.py`)
    missing          whether the question wants such a thing and the unit contains none
    column           whether it is a row with the number, amount or time that is wanted, under a name that is asked for
    decides          whether the question wants a decision and the unit has a word of one ("may", "only")
    listed           whether the question wants a list or steps and the unit is an item or a lead-in
    …                and what the unit is: an item, a row, code, short, long, a lead-in, like a heading, dependent on
                     what is before it, a pointer to another page, or code without a fence (symbols)

Not covered: what a unit means. "May" and "may not" are the same to these features.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.answer.extractive.contents import RECOGNISED, contains, is_dependent, is_pointer
from app.answer.extractive.text import is_heading_like, is_question, plain
from app.answer.extractive.units import Outline
from app.answer.question.kind import Wanted
from app.answer.retrieval.relevance import coverage
from app.answer.types import Passage
from core.index import Bm25Encoder
from core.text import search_form

FeatureVector: TypeAlias = NDArray[np.float64]
"""Shape (units,)."""
FeatureMatrix: TypeAlias = NDArray[np.float64]
"""Shape (units, features), in the order of the fields of `Features`."""


@dataclass(frozen=True, slots=True)
class Features:
    """The features of one unit; the module's docstring says what they are."""

    similarity: float
    similarity_gap: float
    pooled: float
    coverage: float
    coverage_gap: float
    context: float
    relevance: float
    relevance_gap: float
    rank: float
    first: float
    wanted: float
    missing: float
    decides: float
    item: float
    row: float
    code: float
    listed: float
    short: float
    long: float
    lead_in: float
    dependent: float
    heading_like: float
    symbols: float
    pointer: float
    column: float


FEATURES = tuple(field.name for field in fields(Features))

_IN_COLUMNS: frozenset[Wanted] = frozenset({"number", "amount", "time"})
_LONGEST_TABLE = 300
"""Characters of a table that are embedded with a row."""
_SHORT, _LONG = 5, 45
"""Words."""
_SYMBOL = re.compile(r"[{}()\[\]<>=_;\\$|/\"]")
_MOST_SYMBOLS = 0.08
"""Share of a prose unit's characters; one with more is code without a fence, or a line of links."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit of a passage. `text` is the unit as it is shown, `context` what a reader sees right above it.

    `place` is that of the passage among the distinct ones, from 0: its index counts near-duplicates too.
    """

    passage: Passage
    outline: Outline
    position: int
    text: str
    context: str
    place: int

    @property
    def searchable_text(self) -> str:
        """Return what is embedded: the unit under its headings, a row with its columns' names, a small table whole."""
        group = self.outline.group_of(self.position)
        columns = group.header.partition("\n")[0]
        rows = [self.outline.raw(row) for row in range(group.first, group.last)] if group.kind == "row" else []
        small = rows and sum(map(len, rows)) <= _LONGEST_TABLE
        return search_form(f"{self.passage.chunk.heading}: {columns} {' '.join(rows) if small else self.text}")

    @property
    def kind(self) -> str:
        """Return the unit's kind."""
        return self.outline.units[self.position].kind


@dataclass(frozen=True, slots=True)
class Measured:
    """A candidate with its similarities to the question and the share of the question's terms that it contains."""

    candidate: Candidate
    similarity: float
    pooled: float
    coverage: float


def candidates_of(passage: Passage, lines: Outline, place: int) -> list[Candidate]:
    """Return the units of the passage at `place` that can be an answer, in order: no headings, no questions."""
    made: list[Candidate] = []
    for position, unit in enumerate(lines.units):
        group = lines.group_of(position)
        text = plain(lines.raw(position)) if unit.kind != "code" else lines.raw(position)
        if unit.kind == "sentence" and is_question(text):
            continue
        above = [
            group.lead_in,
            group.topic,
            position - 1 if position > group.first and unit.kind == "sentence" else None,
        ]
        context = [plain(lines.raw(one)) for one in above if one is not None]
        columns = group.header.partition("\n")[0]
        made.append(Candidate(passage, lines, position, text, " ".join([columns, *context]), place))
    return made


def own_coverage(candidates: Sequence[Candidate], idf: Mapping[int, float], sparse: Bm25Encoder) -> FeatureVector:
    """Return the coverage of each candidate by itself, shape (candidates,)."""
    return np.array([coverage(sparse.tokens(one.text), idf) for one in candidates], dtype=np.float64)


def measure(
    measured: Sequence[Measured], wanted: frozenset[Wanted], idf: Mapping[int, float], sparse: Bm25Encoder
) -> FeatureMatrix:
    """Return the features of the candidates. `idf` is of the question's terms."""
    if not measured:
        return np.zeros((0, len(FEATURES)))
    headings = {one.candidate.passage.index: one.candidate.passage.chunk.heading for one in measured}
    heading_tokens = {index: sparse.tokens(heading) for index, heading in headings.items()}
    best = _Best(
        similarity=max(one.similarity for one in measured),
        coverage=max(one.coverage for one in measured),
        relevance=max(one.candidate.passage.score for one in measured),
    )
    rows: list[Features] = []
    for one in measured:
        seen = sparse.tokens(f"{one.candidate.context} {one.candidate.text}")
        context = coverage(seen | heading_tokens[one.candidate.passage.index], idf)
        rows.append(_features(one, context, best, wanted, frozenset(idf), sparse))
    return np.array([[float(getattr(row, name)) for name in FEATURES] for row in rows])


@dataclass(frozen=True, slots=True)
class _Best:
    """The highest values of all candidates of a question."""

    similarity: float
    coverage: float
    relevance: float


def _features(
    measured: Measured,
    context: float,
    best: _Best,
    wanted: frozenset[Wanted],
    asked: frozenset[int],
    sparse: Bm25Encoder,
) -> Features:
    one = measured.candidate
    words = len(one.text.split())
    group = one.outline.group_of(one.position)
    kinds = [kind for kind in wanted if kind in RECOGNISED]
    found = any(contains(kind, one.text) for kind in kinds)
    named = one.kind == "row" and not asked.isdisjoint(sparse.tokens(group.header.partition("\n")[0]))
    alone = group.kind == "sentence" and group.last - group.first == 1
    return Features(
        similarity=measured.similarity,
        similarity_gap=measured.similarity - best.similarity,
        pooled=measured.pooled,
        coverage=measured.coverage,
        coverage_gap=measured.coverage - best.coverage,
        context=context,
        relevance=one.passage.score,
        relevance_gap=one.passage.score - best.relevance,
        rank=1 / (1 + one.place),
        first=float(one.position == 0),
        wanted=float(found),
        missing=float(bool(kinds) and not found),
        decides=float("yes_no" in wanted and contains("yes_no", one.text)),
        item=float(one.kind == "item"),
        row=float(one.kind == "row"),
        code=float(one.kind == "code"),
        listed=float(bool(wanted & {"list", "steps"}) and (one.kind == "item" or one.text.endswith(":"))),
        short=float(words < _SHORT),
        long=float(words > _LONG),
        lead_in=float(one.text.endswith(":")),
        dependent=float(is_dependent(one.text)),
        heading_like=float(alone and is_heading_like(one.text)),
        symbols=float(one.kind != "code" and len(_SYMBOL.findall(one.text)) > _MOST_SYMBOLS * len(one.text)),
        pointer=float(is_pointer(one.text)),
        column=float(bool(wanted & _IN_COLUMNS) and found and named),
    )
