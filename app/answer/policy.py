"""Apply a recipe's grounding policy: which text of an answer is shown, and when.

    annotate   text is shown as it comes; the report on it follows at the end
    retry      the answer is checked before any of it is shown. With an unsupported sentence the model is asked a second
               time, and the better of the two answers is shown
    withhold   each sentence is shown as soon as it is checked; an unsupported one is removed
    refuse     the answer is checked before any of it is shown. With an unsupported sentence nothing of it is shown

A sentence is unsupported where the checker says so (`SentenceScore.supported`). Refusals are exempt; greetings and
questions to the reader claim nothing, which the checker knows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeAlias

from app.answer.draft import Draft, reason_of
from app.answer.generated.retry import is_better
from app.answer.ground import Grounder, report_on_answer
from app.grounding import Report
from app.grounding.withhold import SentenceFilter, unsupported
from core.errors import GenerationError
from core.recipe import GroundingPolicy

TextStream: TypeAlias = AsyncGenerator[str, None]
AskAgain: TypeAlias = Callable[[str, Report], TextStream]
"""Writes a second answer, given the first one and its report."""

_log = logging.getLogger("groundwork")


def apply_policy(
    policy: GroundingPolicy, written: TextStream, grounder: Grounder, draft: Draft, ask_again: AskAgain
) -> TextStream:
    """Return the part of the model's text that is shown.

    Fills in the draft's `report`, `withheld` and `retried`. Raises what writing the first answer raises.
    """
    if policy == "withhold":
        return _withhold(written, grounder, draft)
    if policy == "refuse":
        return _refuse(written, grounder, draft)
    if policy == "retry":
        return _retry(written, grounder, draft, ask_again)
    return written


async def _withhold(written: TextStream, grounder: Grounder, draft: Draft) -> TextStream:
    stream = await asyncio.to_thread(grounder.stream, draft.written)
    sentences = SentenceFilter(grounder.is_sentence_of_refusal)
    async with aclosing(written) as pieces:
        async for piece in pieces:
            for sentence in await asyncio.to_thread(stream.feed, piece):
                if text := sentences.feed(sentence):
                    yield text
    for sentence in await asyncio.to_thread(stream.finish):
        if text := sentences.feed(sentence):
            yield text
    if sentences.text and not grounder.is_refusal(sentences.text):
        draft.report = grounder.relocated(sentences.report())
    draft.withheld = tuple(sentences.withheld)


async def _refuse(written: TextStream, grounder: Grounder, draft: Draft) -> TextStream:
    text = await _whole(written)
    draft.report = await report_on_answer(grounder, text, draft.written)
    draft.withheld = unsupported(text, draft.report) if draft.report is not None else ()
    if text and not draft.withheld:
        yield text


async def _retry(written: TextStream, grounder: Grounder, draft: Draft, ask_again: AskAgain) -> TextStream:
    text = await _whole(written)
    draft.report = await report_on_answer(grounder, text, draft.written)
    if draft.report is not None and unsupported(text, draft.report):
        text = await _better(text, draft.report, grounder, draft, ask_again)
    if text:
        yield text


async def _better(text: str, report: Report, grounder: Grounder, draft: Draft, ask_again: AskAgain) -> str:
    """Ask the model a second time; return the better of the two answers, the first one where there is no second."""
    first = draft.shown
    second = await _second_answer(ask_again(text, report), draft)
    second_report = await report_on_answer(grounder, second, draft.written) if second else None
    if second and is_better(second_report, report):
        draft.retried, draft.report = "second", second_report
        return second
    draft.retried, draft.shown = "first" if second else "failed", first
    return text


async def _second_answer(written: TextStream, draft: Draft) -> str:
    """Return the second answer; "" where there is none, with the reason in the draft and the cause in the log."""
    cause = "the model wrote nothing"
    try:
        text = await _whole(written)
    except GenerationError as error:
        text, draft.retry_failure, cause = "", reason_of(error), str(error)
    else:
        fault = draft.shown.fault
        if not text:
            draft.retry_failure, cause = (fault.reason, fault.cause) if fault else ("empty", cause)
    if draft.retry_failure is not None:
        _log.warning("%s: no second answer, model %s: %s", draft.answer_id, draft.retry_failure, cause)
    return text


async def _whole(written: TextStream) -> str:
    async with aclosing(written) as pieces:
        return "".join([piece async for piece in pieces])
