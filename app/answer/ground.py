"""An answer meets the grounding checker: which text it is compared with, and when it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from app.answer.prompt import context_of
from app.answer.types import Passage
from app.grounding import ContextIndex, Flag, Report, check
from app.grounding.stream import AnswerStream
from core.sentences import split_sentences


class Grounder:
    """Compares the answers to one question with its passages, which are read once, when that is first needed.

    The context numbered i in a report is the passage at position i, and evidence offsets refer to the passage's text.
    The headings are compared with, too, but evidence that lies in them has no place there and is left out.
    """

    def __init__(self, question: str, passages: Sequence[Passage], refusal: str) -> None:
        self._question = question
        self._passages = passages
        self._refusal = refusal

    def report(self, text: str) -> Report | None:
        """Flags for every word of the answer that no passage carries; None for a refusal, which claims nothing."""
        if self.is_refusal(text):
            return None
        return self.placed(check(text, self._index, self._question))

    def stream(self) -> AnswerStream:
        """For an answer that is checked while it is written; its reports want to be `placed`."""
        return AnswerStream(self._index, self._question)

    def placed(self, report: Report) -> Report:
        """The report with its evidence counted from the beginning of the passages' texts."""
        return replace(report, flags=tuple(_placed(flag, self._passages) for flag in report.flags))

    def is_refusal(self, text: str) -> bool:
        """Whether a model answered with the refusal that the prompt asks it to use."""
        said, refusal = _letters(text), _letters(self._refusal)
        return said.startswith(refusal[:40]) and len(text) < 2 * len(self._refusal) + 40

    def is_part_of_refusal(self, sentence: str) -> bool:
        """Whether a sentence is one of the refusal's, which may name whom to ask instead: no passage need name them."""
        said = _letters(sentence)
        return any(said == _letters(self._refusal[start:end]) for start, end in split_sentences(self._refusal))

    @cached_property
    def _index(self) -> ContextIndex:
        return ContextIndex.build([_context(passage) for passage in self._passages])


def _placed(flag: Flag, passages: Sequence[Passage]) -> Flag:
    if flag.evidence is None:
        return flag
    passage = passages[flag.evidence.context]
    before = len(_context(passage)) - len(passage.chunk.text)
    start, end = flag.evidence.start - before, flag.evidence.end - before
    return replace(flag, evidence=replace(flag.evidence, start=start, end=end) if start >= 0 else None)


def _context(passage: Passage) -> str:
    """What the model read of a passage: the headings carry the topic, and often the name, of what stands below."""
    return f"{passage.chunk.heading}\n{context_of(passage)}"


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
