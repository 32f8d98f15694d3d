"""Where in its passages each sentence of an answer is supported, so that a reader is shown the sentence, not the chunk.

A sentence of a model's answer is aligned with the sentence units of the passage that it cites, by the words and values
that it takes from them (`app/grounding/support.py`). A quotation has the unit that was quoted, also where a list or
table goes on in the chunks beside the passage; its marker counts for everything since the marker before: the sentences
of a paragraph, the items of a list, the rows of a table.

Not covered: a sentence in another language than the passage; the rows of a table with more than 32 in a chunk, which
share their units. A marker without an entry stands for its whole passage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.answer.extractive.surroundings import Neighbours
from app.answer.extractive.text import compared, plain
from app.answer.extractive.units import outline
from app.answer.ground import Grounder
from app.answer.parts import UnitKind, split_parts
from app.answer.types import Mode, Passage
from core.text import Span, strip_span
from core.types import Chunk

_LEAST_ALIGNED = 0.3
"""Of what a model's sentence says, the share that the first unit has at least; with less, the words in common are
mostly the topic. A passage that is cited beside others adds as much (`app/answer/citations.py`)."""
_LEAST_QUOTED = 0.8
"""The same for a quotation that is not found word for word."""
_LONGEST_SAID = 500
"""Characters before a marker that are compared. Chosen: most sentences are shorter; in a longer one with hundreds of
markers, each would be compared with all that is before it."""
_SPOKEN = re.compile(r"[^\W_]")
_BAR = re.compile(r"\s*\|\s*")
_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,}).*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CitedEvidence:
    """The text that supports a sentence of an answer; the offsets count from the beginning of the passage's text.

    `text` is `passage.chunk.text[start:end]`. That of a quotation may be beside the passage, in its document: `start`
    is then negative, or not less than the length of the passage.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class SentenceSupport:
    """A sentence of an answer, one of the passages that it cites, and where that passage supports it.

    start, end  the sentence (list item, row, code block) in the answer, with its markers, in code points
    marker      where the marker begins that cites the passage; that of a quotation may be behind further sentences
    index       the number of the passage
    """

    start: int
    end: int
    marker: int
    index: int
    evidence: CitedEvidence


@dataclass(frozen=True, slots=True)
class _Marker:
    """A marker at `start`; `said` is the text of its sentence before it."""

    start: int
    numbers: tuple[int, ...]
    said: str


@dataclass(frozen=True, slots=True)
class _Sentence:
    """`answer[start:end]`, its text without markers, and its markers."""

    start: int
    end: int
    kind: UnitKind
    text: str
    markers: list[_Marker] = field(default_factory=list)


def find_support(
    text: str, mode: Mode, passages: Sequence[Passage], grounder: Grounder, neighbours: Neighbours
) -> tuple[SentenceSupport, ...]:
    """Return the evidence of every marker of an answer, in the order of the text; `mode` says who wrote it.

    Several entries of one sentence and passage are parts of its evidence, the strongest first. Raises IndexFault.
    """
    sentences = _sentences(text)
    cited = {number for sentence in sentences for marker in sentence.markers for number in marker.numbers}
    numbered = {passage.index: passage for passage in passages if passage.index in cited}
    if mode == "extractive":
        return tuple(_quoted(sentences, numbered, grounder, neighbours))
    return tuple(_aligned(sentences, numbered, grounder))


def _sentences(text: str) -> list[_Sentence]:
    """Return the sentences of an answer. A marker on a line of its own belongs to the sentence before it."""
    sentences: list[_Sentence] = []
    markers: list[_Marker] = []
    start = position = 0
    said = ""
    for part in split_parts(text):
        if part.kind == "marker":
            blanks = len(part.text) - len(part.text.lstrip())
            markers.append(_Marker(position + blanks, part.numbers, said))
        else:
            said += part.text
        position += len(part.text)
        if part.kind != "end":
            continue
        span = strip_span(text, start, position)
        if span is not None and (_SPOKEN.search(said) or not sentences):
            sentences.append(_Sentence(*span, part.unit, said, markers))
        elif sentences and markers:
            before = sentences[-1]
            behind = [replace(marker, said=before.text) for marker in markers]
            sentences[-1] = replace(before, markers=[*before.markers, *behind])
        start, said, markers = position, "", []
    return sentences


# Answers of a model


def _aligned(
    sentences: Sequence[_Sentence], passages: dict[int, Passage], grounder: Grounder
) -> Iterator[SentenceSupport]:
    for sentence in sentences:
        for marker in sentence.markers:
            # The last marker is about the whole sentence, also where the stop is behind it.
            said = sentence.text if marker is sentence.markers[-1] else marker.said[-_LONGEST_SAID:]
            for number in dict.fromkeys(marker.numbers):
                if passage := passages.get(number):
                    for span in grounder.supporting_units(said, passage, least=_LEAST_ALIGNED):
                        yield _support(sentence, marker, passage, span)


# Quotations


def _quoted(
    sentences: Sequence[_Sentence], passages: dict[int, Passage], grounder: Grounder, neighbours: Neighbours
) -> Iterator[SentenceSupport]:
    units = {number: list(_units(passage.chunk)) for number, passage in passages.items()}
    waiting: list[_Sentence] = []
    for sentence in sentences:
        waiting.append(sentence)
        for marker in sentence.markers:
            cited = [passages[number] for number in dict.fromkeys(marker.numbers) if number in passages]
            for quoted in waiting:
                found = [
                    _support(quoted, marker, passage, span)
                    for passage in cited
                    for span in _quotation(quoted, units[passage.index])
                ]
                yield from (
                    found
                    or _beside(quoted, marker, cited, neighbours)
                    or _nearly_quoted(quoted, marker, cited, grounder)
                )
            waiting = []


def _beside(
    quoted: _Sentence, marker: _Marker, cited: Sequence[Passage], neighbours: Neighbours
) -> list[SentenceSupport]:
    """Return the unit of the chunks beside a passage that was quoted."""
    for passage in cited:
        for chunk in neighbours(passage.chunk):
            for start, end in _quotation(quoted, list(_units(chunk)))[:1]:
                shift = chunk.start - passage.chunk.start
                evidence = CitedEvidence(start + shift, end + shift, chunk.text[start:end])
                return [SentenceSupport(quoted.start, quoted.end, marker.start, passage.index, evidence)]
    return []


def _nearly_quoted(
    quoted: _Sentence, marker: _Marker, cited: Sequence[Passage], grounder: Grounder
) -> list[SentenceSupport]:
    """Return the units with nearly all of a quotation; none for a row, which is the header of its table then."""
    return [
        _support(quoted, marker, passage, span)
        for passage in (cited if quoted.kind != "row" else ())
        for span in grounder.supporting_units(quoted.text, passage, least=_LEAST_QUOTED)
    ]


def _units(chunk: Chunk) -> Iterator[tuple[str, Span]]:
    """Yield the units of a chunk in the form in which they are compared, and where they are."""
    lines = outline(chunk.text, chunk.lead)
    for position, unit in enumerate(lines.units):
        yield _form(unit.kind, lines.raw(position)), (unit.start, unit.end)


def _quotation(sentence: _Sentence, units: Sequence[tuple[str, Span]]) -> list[Span]:
    """Return the unit that was quoted; where it was split in another way, those that the sentence has or is in."""
    form = _form(sentence.kind, sentence.text)
    if not form:
        return []
    same = [span for unit, span in units if unit == form]
    return (
        same[:1]
        or [span for unit, span in units if unit and f" {unit} " in f" {form} "]
        or [span for unit, span in units if f" {form} " in f" {unit} "][:1]
    )


def _form(kind: str, text: str) -> str:
    """Return what a unit of a passage and its quotation have in common."""
    if kind == "code":
        return compared(_FENCE.sub("", text))
    if kind == "row":
        return compared(_BAR.sub("|", plain(text)).strip("|"))
    return compared(plain(text))


def _support(sentence: _Sentence, marker: _Marker, passage: Passage, span: Span) -> SentenceSupport:
    evidence = CitedEvidence(*span, passage.chunk.text[slice(*span)])
    return SentenceSupport(sentence.start, sentence.end, marker.start, passage.index, evidence)
