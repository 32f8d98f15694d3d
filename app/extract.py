"""The extractive answer: the sentences of the passages that answer best, word for word, cited.

It needs no model beyond the embedder. Sentences, list items and table rows of the passages are compared with the
question by meaning and by the rare terms that they carry; the best are shown in the order of their passages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.evidence import coverage
from app.types import Passage
from core.embedding import Embedder
from core.index import Bm25Encoder
from core.text import sentence_spans
from core.types import Chunk

_PASSAGES = 4
"""Passages whose sentences are considered; each costs an embedding a sentence."""
_LEAST_RELATIVE = 0.72
"""A further sentence is shown only when its score is at least this share of the best one's."""
_COVERAGE_WEIGHT = 0.25
_EVIDENCE_WEIGHT = 0.35


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, list item or table row: `text` as it stands, and what it is compared by."""

    passage: Passage
    text: str
    start: int
    is_row: bool

    @property
    def searchable_text(self) -> str:
        return f"{self.passage.chunk.heading}: {self.text}"


def extract_answer(
    question: str,
    passages: Sequence[Passage],
    rarities: Mapping[int, float],
    embedder: Embedder,
    sparse: Bm25Encoder,
    *,
    sentences: int,
) -> str:
    """An answer of at most `sentences` sentences, each followed by its marker; "" when there is no passage."""
    best = sorted(passages, key=lambda passage: (-passage.score, passage.index))[:_PASSAGES]
    units = [unit for passage in best for unit in _units(passage)]
    if not units:
        return ""
    vectors = embedder.embed([question, *(unit.searchable_text for unit in units)])
    scores = vectors[1:] @ vectors[0]
    for row, unit in enumerate(units):
        tokens = frozenset(sparse.document(unit.searchable_text).indices)
        scores[row] += _COVERAGE_WEIGHT * coverage(tokens, rarities) + _EVIDENCE_WEIGHT * unit.passage.score
    ranked = np.argsort(-scores, kind="stable")[:sentences]
    chosen = [units[row] for row in ranked if scores[row] >= _LEAST_RELATIVE * scores[ranked[0]]]
    return _write(sorted(chosen, key=lambda unit: (unit.passage.index, unit.start)))


def _units(passage: Passage) -> Iterator[_Unit]:
    text = passage.chunk.text
    position = 0
    for line in text.split("\n"):
        if _is_row(line) and set(line) - set("|-: \t") and not _is_header(passage.chunk, line):
            yield _Unit(passage, line.strip(), position, is_row=True)
        position += len(line) + 1
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        # A sentence of a list may begin in the line before; each line of it that is an item stands alone.
        for offset, part in _lines_or_whole(sentence):
            if part and not _is_row(part) and not part.startswith(("```", "~~~", "<!--")):
                yield _Unit(passage, part, start + offset, is_row=False)


def _lines_or_whole(sentence: str) -> Iterator[tuple[int, str]]:
    """Split at lines that begin list items or rows; join lines that were only wrapped."""
    pending: list[str] = []
    begun = position = 0
    for line in sentence.split("\n"):
        stripped = line.strip()
        if pending and (not stripped or _is_item(stripped) or _is_row(stripped)):
            yield begun, " ".join(pending)
            pending = []
        if stripped:
            if not pending:
                begun = position
            pending.append(stripped)
        position += len(line) + 1
    if pending:
        yield begun, " ".join(pending)


def _is_row(line: str) -> bool:
    stripped = line.strip()
    return stripped.startswith("|") and stripped.count("|") > 1


def _is_item(line: str) -> bool:
    return line.startswith(("- ", "* ", "+ ", "• ")) or line.split(" ", 1)[0].rstrip(".)").isdigit()


def _is_header(chunk: Chunk, line: str) -> bool:
    lines = chunk.text.split("\n")
    row = next(number for number, other in enumerate(lines) if other == line)
    following = lines[row + 1] if row + 1 < len(lines) else ""
    return _is_row(following) and not set(following) - set("|-: \t")


def _write(units: Sequence[_Unit]) -> str:
    """Sentences as paragraphs; rows of one table under its header."""
    parts: list[str] = []
    for position, unit in enumerate(units):
        if not unit.is_row:
            parts.append(f"{_without_bullet(unit.text)} [{unit.passage.index}]")
            continue
        before = units[position - 1] if position else None
        continues = before is not None and before.is_row and before.passage is unit.passage
        header = _header(unit.passage.chunk)
        row = f"{unit.text.rstrip('| ')} [{unit.passage.index}] |"
        if continues:
            parts[-1] = f"{parts[-1]}\n{row}"
        else:
            parts.append(f"{header}\n{row}" if header else row)
    return "\n\n".join(parts)


def _header(chunk: Chunk) -> str:
    if chunk.lead:
        return chunk.lead
    lines = [line.strip() for line in chunk.text.split("\n") if _is_row(line)]
    return "\n".join(lines[:2]) if len(lines) > 2 and not set(lines[1]) - set("|-: \t") else ""


def _without_bullet(text: str) -> str:
    return text.partition(" ")[2].strip() if _is_item(text) else text
