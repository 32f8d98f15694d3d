"""A shadow answers in the background, is dropped under load, and can neither slow nor fail what is shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from app.answer.events import AnswerEvent, Finished
from app.answer.reply import reply_events
from app.experiments.shadow import ShadowResult, Shadows
from core.errors import GenerationError, Overloaded

Ends = list[tuple[ShadowResult, Finished | None]]


async def shadow_answer(until: asyncio.Event | None = None) -> AsyncGenerator[AnswerEvent, None]:
    if until is not None:
        await until.wait()
    for event in reply_events("answer-1", "Hello.", "small_talk"):
        yield event


async def failing(error: Exception) -> AsyncGenerator[AnswerEvent, None]:
    raise error
    yield  # pragma: no cover


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_a_shadow_ends_with_its_answer() -> None:
    async def run() -> Ends:
        ends: Ends = []
        Shadows().begin(shadow_answer, lambda *end: ends.append(end))
        await settled()
        return ends

    ((result, finished),) = asyncio.run(run())
    assert result == "answered"
    assert finished is not None
    assert finished.text == "Hello."


def test_no_more_than_a_few_run_at_a_time_and_the_others_are_dropped() -> None:
    async def run() -> Ends:
        ends: Ends = []
        shadows, go_on = Shadows(most=2), asyncio.Event()
        for _ in range(5):
            shadows.begin(lambda: shadow_answer(go_on), lambda *end: ends.append(end))
        assert [result for result, _ in ends] == ["busy"] * 3
        go_on.set()
        await settled()
        shadows.begin(shadow_answer, lambda *end: ends.append(end))
        await settled()
        return ends

    assert [result for result, _ in asyncio.run(run())] == ["busy"] * 3 + ["answered"] * 3


def test_none_begins_while_an_answer_is_written_for_somebody() -> None:
    async def run() -> Ends:
        ends: Ends = []
        shadows = Shadows()
        shadows.shown = 1
        shadows.begin(shadow_answer, lambda *end: ends.append(end))
        return ends

    assert asyncio.run(run()) == [("busy", None)]


def test_none_begins_while_the_model_is_busy() -> None:
    async def run() -> Ends:
        ends: Ends = []
        Shadows().begin(lambda: None, lambda *end: ends.append(end))
        await settled()
        return ends

    assert asyncio.run(run()) == [("busy", None)]


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (GenerationError("The model broke off."), "failed"),
        (ZeroDivisionError("a bug"), "failed"),
        (Overloaded("The model is busy.", retry_after=1), "busy"),
    ],
)
def test_what_goes_wrong_in_a_shadow_ends_it_and_nothing_else(error: Exception, result: ShadowResult) -> None:
    async def run() -> Ends:
        ends: Ends = []
        Shadows().begin(lambda: failing(error), lambda *end: ends.append(end))
        await settled()
        return ends

    assert asyncio.run(run()) == [(result, None)]


def test_a_shadow_that_takes_too_long_is_given_up() -> None:
    async def run() -> Ends:
        ends: Ends = []
        Shadows(timeout=0.01).begin(lambda: shadow_answer(asyncio.Event()), lambda *end: ends.append(end))
        await asyncio.sleep(0.1)
        return ends

    assert asyncio.run(run()) == [("timeout", None)]


def test_a_service_that_ends_cancels_its_shadows() -> None:
    async def run() -> Ends:
        ends: Ends = []
        shadows = Shadows()
        shadows.begin(lambda: shadow_answer(asyncio.Event()), lambda *end: ends.append(end))
        await settled()
        await shadows.close()
        return ends

    assert asyncio.run(run()) == []
