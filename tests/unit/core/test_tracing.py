"""Spans around blocks and generators, with a tracer that only remembers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from core.tracing import NO_SPAN, current_span, stage, traced, within
from testing.passages import run
from testing.spans import RememberedSpan


async def three() -> AsyncGenerator[int, None]:
    for number in range(3):
        with stage("search"):
            pass
        yield number


def test_without_a_span_nothing_is_made_and_a_generator_is_returned_as_it_is() -> None:
    numbers = three()
    assert traced("generate", numbers) is numbers
    with stage("retrieve") as span:
        assert span is current_span() is NO_SPAN


def test_what_runs_in_a_stage_is_within_its_span_also_in_threads() -> None:
    log: list[str] = []

    async def work() -> None:
        with within(RememberedSpan("answer", log)), stage("retrieve"):
            await asyncio.to_thread(search)
        assert current_span() is NO_SPAN

    def search() -> None:
        with stage("encode"):
            pass

    run(work())
    assert log == ["answer > retrieve", "retrieve > encode", "encode ended", "retrieve ended", "answer ended"]


def test_a_generator_is_within_its_span_and_its_reader_is_not() -> None:
    log: list[str] = []

    async def work() -> None:
        with within(RememberedSpan("answer", log)) as answer:
            async for number in traced("generate", three()):
                assert current_span() is answer
                log.append(str(number))

    run(work())
    search = ["generate > search", "search ended"]
    assert log == ["answer > generate", *search, "0", *search, "1", *search, "2", "generate ended", "answer ended"]


def test_a_generator_that_is_closed_early_ends_its_span_as_cancelled() -> None:
    log: list[str] = []

    async def work() -> None:
        with within(RememberedSpan("answer", log)):
            async with aclosing(traced("generate", three())) as numbers:
                assert await anext(numbers) == 0

    run(work())
    assert log[-2:] == ["generate cancelled", "answer ended"]


def test_a_generator_may_be_closed_in_another_task_than_it_began_in() -> None:
    log: list[str] = []

    async def work() -> None:
        with within(RememberedSpan("answer", log)):
            numbers = traced("generate", three())
            await anext(numbers)
        await asyncio.create_task(close(numbers))

    async def close(numbers: AsyncGenerator[int, None]) -> None:
        await numbers.aclose()
        assert current_span() is NO_SPAN or current_span().is_recording

    run(work())
    assert log[-1] == "generate cancelled"


def test_a_task_that_is_cancelled_ends_its_spans_as_cancelled() -> None:
    log: list[str] = []

    async def work() -> None:
        with within(RememberedSpan("answer", log)), stage("retrieve"):
            await asyncio.sleep(60)

    async def cancel() -> None:
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(cancel())
    assert log == ["answer > retrieve", "retrieve cancelled", "answer cancelled"]


def test_an_error_ends_the_spans_with_its_class_and_without_its_message() -> None:
    log: list[str] = []

    with pytest.raises(ValueError, match="a text"), within(RememberedSpan("answer", log)), stage("retrieve"):
        raise ValueError("a text of the question")
    assert log == ["answer > retrieve", "retrieve ValueError", "answer ValueError"]
