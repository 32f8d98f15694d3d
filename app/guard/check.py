"""Check one answer while it is written: what of it is shown, and the verdict at its end.

Text is given to the checker in a thread as soon as it has enough of it to read on; the event loop only keeps pieces.
Under `annotate` nothing waits for the checker but the verdict. Under `withhold` and `refuse` text is shown when it is
checked. Whatever the pieces, the text that is shown and the verdict are the same.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypeVar

from app.answer.parts import split_parts
from app.grounding.compare.index import ContextIndex
from app.grounding.report import Report
from app.grounding.stream import AnswerStream, CheckedSentence, report_on
from app.grounding.withhold import SentenceFilter, Withheld
from app.guard.contexts.find import Found
from app.guard.policy import Policy
from app.guard.request import UncheckedReason

_T = TypeVar("_T")
_log = logging.getLogger("groundwork")
_LONG = 100_000
"""Characters of contexts, which take a tenth of a second to read."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What there is to say about one answer.

    report     None where nothing was checked, with the reason in `unchecked`, and where the answer is `refused`
    refused    the policy put its refusal in the place of the answer
    seconds    that the checker took, in its threads
    """

    report: Report | None
    unchecked: UncheckedReason | None = None
    withheld: tuple[Withheld, ...] = ()
    refused: bool = False
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as it is reported. The texts that are withheld are not in it."""
        return {
            "grounding": self.report.to_dict() if self.report is not None else None,
            "unchecked": self.unchecked,
            "withheld": [{"reasons": list(sentence.reasons)} for sentence in self.withheld],
            "refused": self.refused,
        }


@dataclass(frozen=True, slots=True)
class Threads:
    """Where texts are read and checked: those with long contexts apart, which take seconds and would hold up others."""

    usual: Executor
    long: Executor

    def for_characters(self, characters: int) -> Executor:
        """Return the threads for texts of this length."""
        return self.long if characters > _LONG else self.usual


class Sources:
    """The contexts of one request, read once in a thread, for all of its answers."""

    def __init__(self, found: Found, threads: Threads) -> None:
        self._found = found
        self._threads = threads.for_characters(found.characters)
        self._index = self.run(ContextIndex.build, [context.text for context in found.contexts])

    def run(self, work: Callable[..., _T], *arguments: object) -> asyncio.Future[_T]:
        """Do something in one of the checker's threads."""
        return asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    async def stream(self) -> AnswerStream:
        """Return a checker for one answer."""
        # Shielded: the index is shared, and one answer whose reader has left must not take it from the others.
        index = await asyncio.shield(self._index)
        return AnswerStream(index, self._found.question or None, self._cites)

    def _cites(self, sentence: str) -> list[int]:
        return self._found.cited([number for part in split_parts(sentence) for number in part.numbers])


class AnswerCheck:
    """One answer. Give it the pieces with `feed`, then ask once for the `end`."""

    def __init__(self, sources: Sources, policy: Policy, refusal: str) -> None:
        self._sources = sources
        self._policy = policy
        self._refusal = refusal
        self._stream: AnswerStream | None = None
        self._waiting: list[str] = []
        self._length = 0
        self._half = ""
        self._seconds = 0.0
        self._reading: asyncio.Task[None] | None = None
        self._sentences: list[CheckedSentence] = []
        self._filter = SentenceFilter()
        self._has_failed = False

    @property
    def holds_text(self) -> bool:
        """Whether the policy shows text only after it was checked."""
        return self._policy != "annotate"

    async def feed(self, piece: str) -> str:
        """Take the next piece; return what can be shown now."""
        if not self._has_failed:
            try:
                return await self._fed(piece)
            except Exception:
                self._fail()
        return "" if self.holds_text else piece

    async def end(self) -> tuple[str, Verdict]:
        """Return the text that is still to be shown, and the verdict.

        Where the checker failed, which is a bug, the answer passes under `annotate`; otherwise the rest is kept back.
        """
        if not self._has_failed:
            try:
                return await self._ended()
            except Exception:
                self._fail()
        refused = self.holds_text and not self._filter.shown
        verdict = Verdict(None, "check_failed", tuple(self._filter.withheld), refused, self._seconds)
        return self._refusal if refused else "", verdict

    def _fail(self) -> None:
        self._has_failed = True
        _log.exception("the check of an answer failed")

    async def _fed(self, piece: str) -> str:
        whole = self._without_halves(piece)
        self._waiting.append(whole)
        self._length += len(whole)
        if self._policy == "withhold":
            before = len(self._sentences)
            await self._read()
            return self._passed(before)
        if self._reading is None or self._reading.done():
            await self._finished_reading()
            if self._stream is None or self._length >= self._stream.reads_after:
                self._reading = asyncio.create_task(self._read())
        return piece if self._policy == "annotate" else ""

    async def _ended(self) -> tuple[str, Verdict]:
        await self._finished_reading()
        if not (self._sentences or self._waiting or self._half or self._stream):
            return "", Verdict(None, "no_text")
        before = len(self._sentences)
        await self._read()
        rest = "".join(self._waiting) + ("\ufffd" if self._half else "")
        stream = await self._started()
        self._sentences += await self._timed(_last, stream, rest)
        if not self._sentences:
            return "", Verdict(None, "no_text")
        if self._policy == "withhold":
            return self._withheld(self._passed(before))
        report = report_on(self._sentences)
        if self._policy == "refuse":
            for sentence in self._sentences:
                self._filter.feed(sentence)
            if self._filter.withheld:
                return self._refusal, self._verdict(None, refused=True)
            return "".join(sentence.text for sentence in self._sentences), self._verdict(report)
        return "", self._verdict(report)

    def leave(self) -> None:
        """Stop reading: nobody waits for the verdict."""
        if self._reading is not None:
            self._reading.cancel()

    def _withheld(self, rest: str) -> tuple[str, Verdict]:
        if self._filter.shown:
            return rest, self._verdict(self._filter.report())
        return self._refusal, self._verdict(None, refused=True)

    def _verdict(self, report: Report | None, *, refused: bool = False) -> Verdict:
        return Verdict(report, None, tuple(self._filter.withheld), refused, self._seconds)

    def _without_halves(self, piece: str) -> str:
        """Return the piece with whole characters only: some servers cut one in two, each half escaped in JSON."""
        text = self._half + piece
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = text.removesuffix(self._half)
        return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _passed(self, before: int) -> str:
        """Return what the filter shows of the sentences that were checked since."""
        return "".join(self._filter.feed(sentence) for sentence in self._sentences[before:])

    async def _read(self) -> None:
        """Let the checker read while it has enough text to read on."""
        stream = await self._started()
        while self._length >= stream.reads_after:
            text = "".join(self._waiting)
            self._waiting.clear()
            self._length = 0
            self._sentences += await self._timed(stream.feed, text)

    async def _started(self) -> AnswerStream:
        if self._stream is None:
            self._stream = await self._sources.stream()
        return self._stream

    async def _finished_reading(self) -> None:
        """Wait for what is being read; raises what it raised."""
        if self._reading is not None:
            await self._reading
            self._reading = None

    async def _timed(self, work: Callable[..., tuple[CheckedSentence, ...]], *given: object) -> list[CheckedSentence]:
        sentences, seconds = await self._sources.run(_measured, work, *given)
        self._seconds += seconds
        return list(sentences)


class UncheckedAnswer:
    """An answer that passes as it is. It has the form of `AnswerCheck`."""

    holds_text = False

    def __init__(self, reason: UncheckedReason) -> None:
        self._verdict = Verdict(None, reason)

    async def feed(self, piece: str) -> str:
        """Return the piece."""
        return piece

    async def end(self) -> tuple[str, Verdict]:
        """Return the reason for which nothing was checked."""
        return "", self._verdict

    def leave(self) -> None:
        """Do nothing."""


Check = AnswerCheck | UncheckedAnswer
NewCheck = Callable[[], Check]


def _last(stream: AnswerStream, rest: str) -> tuple[CheckedSentence, ...]:
    return (*stream.feed(rest), *stream.finish())


def _measured(
    work: Callable[..., tuple[CheckedSentence, ...]], *given: object
) -> tuple[tuple[CheckedSentence, ...], float]:
    began = time.thread_time()
    return work(*given), time.thread_time() - began
