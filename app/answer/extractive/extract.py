"""The extractive answer: the sentences of the passages that answer best, word for word, cited.

It needs no model but the embedder. Sentences, list items and table rows of the first passages are ranked by their
similarity to the question (under their headings) and by the share of its terms that they contain, weighted by IDF; the
best are shown in the order of their passages. The three constants were chosen on the dev half of the sample domain's
questions, where three sentences include the gold quote for .67 of the answerable ones; neighbouring values differ by
less than .05.

Not covered: code blocks, and answers that no single sentence gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.answer.generated.prompt import context_of
from app.answer.retrieval.relevance import coverage
from app.answer.types import Passage
from app.grounding.text.citation_marker import NUMBERS
from core.embedding import Embedder
from core.index import Bm25Encoder
from core.sentences import split_sentences
from core.text import without_note_marks
from ingest.blocks import split_blocks

_PASSAGES = 6
"""Passages whose sentences are considered; each sentence costs an embedding."""
_COVERAGE_WEIGHT = 0.15
_RANK_PENALTY = 0.04
_FOOTNOTE = re.compile(rf"\[({NUMBERS})\]")
"""A document's own [2] would read as a citation of passage 2; it is written as (2)."""
_MIN_SHARE = 0.5
"""A further sentence is shown when its score is at least this share of the highest score."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, list item or table row. `header` is that of the row's table, "" otherwise."""

    passage: Passage
    text: str
    header: str = ""

    @property
    def searchable_text(self) -> str:
        # A row means little without the names of its columns.
        columns = self.header.partition("\n")[0]
        return f"{self.passage.chunk.heading}: {columns} {self.text}"


def extract_answer(
    question: str,
    passages: Sequence[Passage],
    idf: Mapping[int, float],
    embedder: Embedder,
    sparse: Bm25Encoder,
    *,
    sentences: int,
) -> str:
    """Return an answer of at most `sentences` sentences, each with its citation marker; "" for none.

    A table counts as one sentence, with at most `sentences` rows. `idf` maps the token ids of the question's terms to
    their IDF. Raises EmbeddingError.
    """
    units = [unit for passage in passages[:_PASSAGES] for unit in _units(passage)]
    if not units:
        return ""
    vectors = embedder.embed([question, *(unit.searchable_text for unit in units)])
    scores = vectors[1:] @ vectors[0]
    for position, unit in enumerate(units):
        tokens = frozenset(sparse.document(unit.searchable_text).indices)
        scores[position] += _COVERAGE_WEIGHT * coverage(tokens, idf) - _RANK_PENALTY * (unit.passage.index - 1)
    ranked = [int(position) for position in np.argsort(-scores, kind="stable")]
    good = [position for position in ranked if scores[position] >= _MIN_SHARE * scores[ranked[0]]]
    return _write([units[position] for position in sorted(_choose(good, units, sentences))])


def _choose(ranked: Sequence[int], units: Sequence[_Unit], sentences: int) -> list[int]:
    """Return the best positions. Rows of one table count as one sentence, so that a table cannot displace the prose."""
    chosen: list[int] = []
    rows_of: dict[tuple[int, str], int] = {}
    taken = 0
    for position in ranked:
        unit = units[position]
        table = (unit.passage.index, unit.header)
        known_table = bool(unit.header) and table in rows_of
        if (known_table and rows_of[table] == sentences) or (not known_table and taken == sentences):
            continue
        taken += not known_table
        if unit.header:
            rows_of[table] = rows_of.get(table, 0) + 1
        chosen.append(position)
    return chosen


def _units(passage: Passage) -> Iterator[_Unit]:
    text = context_of(passage)
    for block in split_blocks(text, markdown=True):
        if block.kind == "table":
            yield from _rows(passage, text[block.start : block.end], block.lead)
        elif block.kind != "code":
            for start, end in split_sentences(text, block.start, block.end, wrapped=True):
                yield _Unit(passage, _plain(text[start:end]))


def _rows(passage: Passage, table: str, header: str) -> Iterator[_Unit]:
    for line in table.splitlines():
        if line.strip():
            yield _Unit(passage, _shown(line.strip()), header)


def _plain(sentence: str) -> str:
    """One line, without the bullet or number of a list item."""
    line = " ".join(sentence.split())
    mark, _, rest = line.partition(" ")
    is_bullet = mark in ("-", "*", "+", "•") or (mark[:-1].isdigit() and mark[-1] in ".)")
    return _shown(rest if is_bullet and rest else line)


def _shown(text: str) -> str:
    return _FOOTNOTE.sub(r"(\1)", without_note_marks(text)).strip()


def _write(units: Sequence[_Unit]) -> str:
    """Join the units: sentences as paragraphs, rows of one table under its header with the marker in the last cell."""
    parts: list[str] = []
    before: _Unit | None = None
    for unit in units:
        marker = f"[{unit.passage.index}]"
        if not unit.header:
            parts.append(f"{unit.text} {marker}")
        else:
            row = f"{unit.text.rstrip('| ')} {marker} |"
            if before is not None and before.header == unit.header and before.passage is unit.passage:
                parts[-1] += f"\n{row}"
            else:
                parts.append(f"{unit.header}\n{row}")
        before = unit
    return "\n\n".join(parts)
