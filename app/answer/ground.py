"""Check an answer against its passages: what it is compared with, and when it is exempt."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TypeAlias

from app.answer.citations import without_markers
from app.answer.generated.prompt import context_of
from app.answer.parts import split_parts
from app.answer.types import Passage
from app.grounding import ContextIndex, Flag, Report, check
from app.grounding.stream import AnswerStream
from app.grounding.support import Support, read_support, supporting_spans
from core.sentences import split_sentences
from core.text import Span
from core.tracing import stage
from ingest.units import sentence_units

WrittenCitations: TypeAlias = Callable[[], Mapping[str, Sequence[int]]]
"""Returns the passages that the model cited in each sentence, also where the marker is not shown: a wrong sentence
loses its markers, but the passage that the model meant has what is right. Asked again for each sentence, because an
answer may still be written."""


def _nothing_written() -> Mapping[str, Sequence[int]]:
    return {}


class Grounder:
    """Compares the answers to one question with its passages, which are analysed once, at the first use.

    The context numbered i in a report is the passage at position i, and evidence offsets refer to the passage's text.
    The passage's headings are compared as well, but evidence in them has no offset in the text and is omitted.
    """

    def __init__(self, question: str, passages: Sequence[Passage], *refusals: str) -> None:
        self._question = question
        self._passages = passages
        self._refusal_texts = refusals

    def report(self, text: str, written: WrittenCitations = _nothing_written) -> Report | None:
        """Flag the words of the answer that no passage supports; None for a refusal, which claims nothing."""
        if self.is_refusal(text):
            return None
        return self.relocated(check(text, self._index, self._question, self._cites(written)))

    def support(self, sentence: str) -> Support:
        """Return which passages support a sentence; one of the refusal claims nothing."""
        if self.is_refusal(sentence) or self.is_sentence_of_refusal(sentence):
            return Support(claims=False, is_comparable=True, statements=())
        return read_support(sentence, self._index, self._question)

    def supporting_units(self, sentence: str, passage: Passage, *, least: float) -> list[Span]:
        """Return the sentence units of a passage that have what a sentence says, the one that has most first.

        They are spans of the passage's text. Empty where none has the share `least` of it.
        """
        chunk = passage.chunk
        units = chunk.sentences or sentence_units(chunk.text, chunk.lead)
        before = len(_context(passage)) - len(chunk.text)
        spans = [(start + before, end + before) for start, end in units]
        position = next(place for place, one in enumerate(self._passages) if one.index == passage.index)
        found = supporting_spans(sentence, self._index, self._question, position, spans, least=least)
        return [units[place] for place in found]

    def prepare(self) -> None:
        """Read the passages now, before the first word of an answer needs them."""
        _ = self._index

    def stream(self, written: WrittenCitations = _nothing_written) -> AnswerStream:
        """Return a checker for an answer that is still being written; its reports have to be `relocated`."""
        return AnswerStream(self._index, self._question, self._cites(written))

    def relocated(self, report: Report) -> Report:
        """Return the report with its evidence offsets counted from the beginning of the passages' texts."""
        return replace(report, flags=tuple(_relocated(flag, self._passages) for flag in report.flags))

    def is_refusal(self, text: str) -> bool:
        """Whether the text is a refusal of the domain and nothing else, as the prompt asks the model to answer.

        The whole text is compared, without citation markers, white space, case and punctuation. The first sentences of
        the refusal alone count as well: models omit the advice that follows them. A refusal with anything added to it
        is an answer, and is checked like one.
        """
        return _normalised(text) in _beginnings(self._refusal_texts)

    def is_sentence_of_refusal(self, sentence: str) -> bool:
        """Whether a sentence is one of the refusal's: it may name a contact whom no passage has to name."""
        return _normalised(sentence) in {
            _normalised(text[start:end]) for text in self._refusal_texts for start, end in split_sentences(text)
        }

    def _cites(self, written: WrittenCitations) -> Callable[[str], Sequence[int]]:
        """Return the function that says which contexts a sentence cites, by its markers and by what the model wrote."""
        positions = {passage.index: position for position, passage in enumerate(self._passages)}

        def cites(sentence: str) -> list[int]:
            numbers = [number for part in split_parts(sentence) for number in part.numbers]
            words = _normalised(sentence)
            # An item of several sentences has the markers of all of them.
            for unit, cited in written().items() if words else ():
                if words in _normalised(unit):
                    numbers += cited
            return [positions[number] for number in dict.fromkeys(numbers) if number in positions]

        return cites

    @cached_property
    def _index(self) -> ContextIndex:
        return ContextIndex.build([_context(passage) for passage in self._passages])


async def report_on_answer(grounder: Grounder, text: str, written: WrittenCitations) -> Report | None:
    """Return the report on an answer, which is checked in a thread; None for a refusal."""
    with stage("ground"):
        return await asyncio.to_thread(grounder.report, text, written)


def _relocated(flag: Flag, passages: Sequence[Passage]) -> Flag:
    if flag.evidence is None:
        return flag
    passage = passages[flag.evidence.context]
    before = len(_context(passage)) - len(passage.chunk.text)
    start, end = flag.evidence.start - before, flag.evidence.end - before
    return replace(flag, evidence=replace(flag.evidence, start=start, end=end) if start >= 0 else None)


def _context(passage: Passage) -> str:
    """What the model reads of a passage: its headings name the topic, and often the subject, of the text below."""
    return f"{passage.chunk.heading}\n{context_of(passage)}"


@lru_cache(maxsize=16)
def _beginnings(refusals: tuple[str, ...]) -> frozenset[str]:
    """Return each refusal, its first sentence, its first two sentences and so on, normalised.

    They are those of the domain in one language or all of them, and the same for every answer.
    """
    beginnings = (text[:end] for text in refusals for end in (*(end for _, end in split_sentences(text)), len(text)))
    return frozenset(map(_normalised, beginnings)) - {""}


def _normalised(text: str) -> str:
    """The text's letters, digits and symbols in one case, without markers, white space and punctuation."""
    plain = unicodedata.normalize("NFKC", without_markers(text)).casefold()
    return "".join(character for character in plain if unicodedata.category(character)[0] not in "PZC")
