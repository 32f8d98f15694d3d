"""When a question is not sent to the model: vLLM's counters, a clock, and what is expected of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

import pytest

from app.service.load import (
    NOT_VLLM_SECONDS,
    POLL_SECONDS,
    STALE_SECONDS,
    Load,
    Sample,
    metrics_url,
    poll_load,
    read_sample,
    watch_load,
)
from core.domain import Overload
from core.errors import Overloaded
from testing.model_server import Busy, running_model_server

ONE_SECOND = Overload(ttft_ms=1000)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def sample(at: float, waiting: float, first_tokens: float) -> Sample:
    return Sample(at, waiting, first_tokens, prefill_seconds=0.0, prefills=0.0)


def load_after(clock: Clock, samples: Iterable[tuple[float, float, float]]) -> Load:
    """Each: seconds since the one before, requests waiting, first tokens so far."""
    load = Load(clock)
    for seconds, waiting, first_tokens in samples:
        clock.now += seconds
        load.record(sample(clock.now, waiting, first_tokens))
    return load


def test_a_queue_is_as_long_as_its_requests_divided_by_the_first_tokens_a_second() -> None:
    load = load_after(Clock(), [(0, 4, 0), (1, 4, 2), (1, 6, 4)])
    assert load.expected_seconds() == pytest.approx(6 / 2)


def test_few_first_tokens_without_a_queue_are_not_a_slow_model() -> None:
    """Few first tokens a second are few questions, as long as nobody waits."""
    load = load_after(Clock(), [(1, 0, 0), (1, 0, 1), (1, 0, 1), (1, 0, 2)])
    assert load.expected_seconds() == 0
    load.admit(ONE_SECOND)


def test_the_time_to_read_a_prompt_is_added() -> None:
    clock = Clock()
    load = Load(clock)
    for first_tokens in (10, 20):
        load.record(Sample(clock.now, 5, first_tokens, prefill_seconds=7.5, prefills=10))
        clock.now += 1
    assert load.expected_seconds() == pytest.approx(5 / 10 + 0.75)
    with pytest.raises(Overloaded):
        load.admit(ONE_SECOND)


def test_a_model_that_is_slow_but_idle_is_asked() -> None:
    clock = Clock()
    load = Load(clock)
    load.record(Sample(clock.now, 0, 10, prefill_seconds=150.0, prefills=10))
    assert load.expected_seconds() == pytest.approx(15)
    load.admit(ONE_SECOND)


def test_after_an_overload_a_few_questions_at_once_are_admitted() -> None:
    load = load_after(Clock(), [(0, 4, 0), (1, 4, 1), (1, 0, 5)])
    for _ in range(5):
        load.admit(ONE_SECOND)


def test_questions_that_were_sent_since_the_last_reading_wait_too() -> None:
    load = load_after(Clock(), [(0, 1, 0), (1, 1, 10)])
    for _ in range(10):
        load.admit(ONE_SECOND)
    with pytest.raises(Overloaded, match="more than 1 s"):
        load.admit(ONE_SECOND)


def test_the_pause_that_is_asked_for_is_what_the_queue_is_too_long() -> None:
    load = load_after(Clock(), [(0, 30, 0), (1, 30, 2)])
    with pytest.raises(Overloaded) as raised:
        load.admit(ONE_SECOND)
    assert (raised.value.status, raised.value.code, raised.value.retry_after) == (503, "overloaded", 14)


def test_what_a_busy_model_did_is_remembered_for_the_next_rush() -> None:
    load = load_after(Clock(), [(0, 4, 0), (1, 4, 2), (1, 0, 6), (1, 20, 6)])
    assert load.expected_seconds() == pytest.approx(20 / 2)


def test_a_queue_that_does_not_move_has_an_expected_wait_of_its_age() -> None:
    load = load_after(Clock(), [(0, 1, 5), *[(1, 1, 5)] * 30])
    assert load.expected_seconds() == pytest.approx(30)


def test_old_counters_are_ignored() -> None:
    clock = Clock()
    load = load_after(clock, [(0, 30, 0), (1, 30, 2)])
    clock.now += STALE_SECONDS + 0.1
    assert load.expected_seconds() is None
    load.admit(ONE_SECOND)


def test_the_counters_of_a_server_that_is_down_are_dropped() -> None:
    load = load_after(Clock(), [(0, 30, 0), (1, 30, 2)])
    load.record(None)
    assert load.expected_seconds() is None
    load.admit(ONE_SECOND)


def test_a_server_that_restarted_is_a_new_one() -> None:
    load = load_after(Clock(), [(0, 30, 100), (1, 30, 102), (1, 3, 0)])
    assert load.expected_seconds() == 0


def test_the_counters_of_all_engines_are_added() -> None:
    text = Busy(waiting=3, begun=2.0, reading=0.5).exposition(10.0).decode()
    second = text.replace('engine="0"', 'engine="1"')
    lines = [line for line in (text + second).splitlines() if not line.startswith("#")]
    assert read_sample("\n".join([*lines, ""]), 7.0) == Sample(7.0, 6, 40, 20.0, 40)


@pytest.mark.parametrize("text", ["", "{}", "<html>busy</html>", "vllm:num_requests_waiting{", "process_open_fds 3\n"])
def test_text_without_vllms_counters_gives_no_sample(text: str) -> None:
    assert read_sample(text, 0.0) is None


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("http://127.0.0.1:8001/v1", "http://127.0.0.1:8001/metrics"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001/metrics"),
        ("https://models.example/a/v1", "https://models.example/a/metrics"),
    ],
)
def test_the_counters_are_beside_the_api(base_url: str, url: str) -> None:
    assert metrics_url(base_url) == url


def test_a_server_without_counters_is_seldom_asked_and_one_that_is_down_often() -> None:
    pauses: list[float] = []
    watched(Load(), [None, "{}", Busy(waiting=0).exposition(1.0).decode()], lambda _: None, pauses.append)
    assert pauses == [POLL_SECONDS, NOT_VLLM_SECONDS, POLL_SECONDS]


def test_a_server_that_is_too_busy_to_return_its_counters_is_not_taken_for_down() -> None:
    reports: list[float | None] = []
    clock = Clock()
    load = load_after(clock, [(0, 30, 0), (1, 30, 2)])
    clock.now += 1
    watched(load, [TimeoutError()], reports.append, lambda _: None)
    assert reports == [pytest.approx(15)]
    clock.now += STALE_SECONDS
    watched(load, [TimeoutError()], reports.append, lambda _: None)
    assert reports[1:] == [None]


@pytest.mark.parametrize(
    ("busy", "asked"),
    [
        (Busy(waiting=0, begun=2.0, reading=0.5), ["/metrics/"]),
        (Busy(waiting=0, begun=2.0, reading=0.5, by_name=False), ["/metrics/", "/metrics"]),
    ],
)
def test_a_server_is_asked_for_its_few_counters_and_for_all_where_it_does_not_choose(
    busy: Busy, asked: list[str]
) -> None:
    reports: list[float | None] = []

    def report(expected: float | None) -> None:
        reports.append(expected)
        raise asyncio.CancelledError

    with running_model_server() as server:
        server.busy = busy
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(watch_load(Load(), server.url, report))
        assert reports == [pytest.approx(0.5)]
        assert server.counted == asked


def watched(
    load: Load,
    readings: Sequence[str | TimeoutError | None],
    report: Callable[[float | None], None],
    paused: Callable[[float], None],
) -> None:
    """Watch until the readings are at an end."""
    left = iter(readings)

    async def read() -> str | None:
        try:
            reading = next(left)
        except StopIteration:
            raise asyncio.CancelledError from None
        if isinstance(reading, TimeoutError):
            raise reading
        return reading

    async def sleep(seconds: float) -> None:
        paused(seconds)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(poll_load(load, read, report, sleep))
