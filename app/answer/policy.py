"""What a recipe does with words that the passages do not carry: which words leave, and when.

    annotate   words leave as they come; the report on them comes at the end
    retry      the answer is held until it is checked. With an unsupported sentence the model is asked once more, and
               the better of the two answers leaves
    withhold   each sentence leaves when it is checked; an unsupported one stays back
    refuse     the answer is held until it is checked. With an unsupported sentence nothing of it leaves

A sentence is unsupported where the checker says so (`SentenceScore.supported`). Refusals are exempt; greetings and
questions to the reader claim nothing, which the checker knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeAlias

from app.answer.draft import Draft
from app.answer.ground import Grounder
from app.answer.retry import is_better
from app.answer.types import Withheld
from app.grounding import Flag, Report, SentenceScore
from app.grounding.stream import CheckedSentence, report_on
from core.errors import GenerationError
from core.recipe import GroundingPolicy

Words: TypeAlias = AsyncGenerator[str, None]
AskAgain: TypeAlias = Callable[[str, Report], Words]
"""Writes a second answer, given the first one and its report."""


def release(
    policy: GroundingPolicy, written: Words, grounder: Grounder, draft: Draft, ask_again: AskAgain | None
) -> Words:
    """Those of the written words that may leave. Without `ask_again` a retry is none. Raises what writing raises.

    What was found out on the way goes into the draft: `report`, `withheld`, `retried`.
    """
    if policy == "withhold":
        return _withhold(written, grounder, draft)
    if policy == "refuse":
        return _refuse(written, grounder, draft)
    if policy == "retry":
        return _retry(written, grounder, draft, ask_again)
    return written


async def _withhold(written: Words, grounder: Grounder, draft: Draft) -> Words:
    stream = await asyncio.to_thread(grounder.stream)
    sieve = _Sieve(grounder)
    async with aclosing(written) as pieces:
        async for piece in pieces:
            for sentence in await asyncio.to_thread(stream.feed, piece):
                if words := sieve.let_through(sentence):
                    yield words
    for sentence in await asyncio.to_thread(stream.finish):
        if words := sieve.let_through(sentence):
            yield words
    draft.report = sieve.report()
    draft.withheld = tuple(sieve.withheld)


async def _refuse(written: Words, grounder: Grounder, draft: Draft) -> Words:
    text = await _whole(written)
    draft.report = await asyncio.to_thread(grounder.report, text)
    draft.withheld = _unsupported(text, draft.report)
    if text and not draft.withheld:
        yield text


async def _retry(written: Words, grounder: Grounder, draft: Draft, ask_again: AskAgain | None) -> Words:
    text = await _whole(written)
    draft.report = await asyncio.to_thread(grounder.report, text)
    if ask_again is not None and draft.report is not None and _unsupported(text, draft.report):
        first = draft.shown
        try:
            second = await _whole(ask_again(text, draft.report))
        except GenerationError:
            second = ""
        report = await asyncio.to_thread(grounder.report, second)
        draft.retried = "failed" if not second else "second" if is_better(report, draft.report) else "first"
        if draft.retried == "second":
            text, draft.report = second, report
        else:
            draft.shown = first
    if text:
        yield text


async def _whole(written: Words) -> str:
    async with aclosing(written) as pieces:
        return "".join([piece async for piece in pieces])


def _unsupported(text: str, report: Report | None) -> tuple[Withheld, ...]:
    if report is None:
        return ()
    return tuple(
        _withheld(text[sentence.start : sentence.end], _touching(report.flags, sentence))
        for sentence in report.sentences
        if not sentence.supported
    )


def _touching(flags: Iterable[Flag], sentence: SentenceScore) -> Iterable[Flag]:
    return (flag for flag in flags if flag.start < sentence.end and flag.end > sentence.start)


def _withheld(text: str, flags: Iterable[Flag]) -> Withheld:
    return Withheld(text.strip(), tuple(dict.fromkeys(flag.reason for flag in flags)))


@dataclass(slots=True)
class _Sieve:
    """Lets the supported sentences of an answer through, one by one, and keeps the others."""

    grounder: Grounder
    shown: list[CheckedSentence] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    _gap: str = ""

    def let_through(self, sentence: CheckedSentence) -> str:
        """The sentence as it stands behind those that were shown, or "" when it stays back."""
        words = sentence.text.lstrip()
        self._gap = _wider(self._gap, sentence.text.removesuffix(words))
        if not sentence.supported and not self.grounder.is_part_of_refusal(words):
            self.withheld.append(_withheld(words, sentence.report.flags))
            return ""
        start = self.shown[-1].end if self.shown else 0
        self.shown.append(sentence.moved(start, self._gap if self.shown else ""))
        self._gap = ""
        return self.shown[-1].text

    def report(self) -> Report | None:
        """The report on what was let through; None for a refusal, and for nothing."""
        text = "".join(sentence.text for sentence in self.shown)
        if not text or self.grounder.is_refusal(text):
            return None
        return self.grounder.placed(report_on(self.shown))


def _wider(gap: str, blanks: str) -> str:
    """The white space between two sentences when what stood between them is gone: the wider break of the two."""
    if blanks.count("\n") >= gap.count("\n"):
        return blanks
    _, line_break, indentation = blanks.rpartition("\n")
    return "\n" * gap.count("\n") + (indentation if line_break else "")
