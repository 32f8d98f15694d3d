"""Answers are kept before they are complete, and a database that takes none stops no answer."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from app.answers.record import AnswerRecord
from app.answers.recorder import Recorder
from app.service.metrics import Metrics
from core.errors import DatabaseFault
from testing.answers import kept_answer


@dataclass
class Store:
    """Keeps the ids that are written, by transaction; fails or waits as a test says."""

    written: list[list[str]] = field(default_factory=list)
    fault: Exception | None = None
    open: threading.Event = field(default_factory=threading.Event)
    refused: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.open.set()

    def write(self, records: Sequence[AnswerRecord]) -> None:
        self.open.wait(10)
        ids = [record.answer_id for record in records]
        if self.refused & set(ids):
            raise ValueError("a number is too large")
        if self.fault is not None:
            raise self.fault
        if ids:
            self.written.append(ids)

    @property
    def ids(self) -> set[str]:
        return {one for ids in self.written for one in ids}


def _outcome(metrics: Metrics, outcome: str) -> float:
    name = f'groundwork_answer_records_total{{outcome="{outcome}"}}'
    lines = [line for line in metrics.exposition().decode().splitlines() if line.startswith(name)]
    return float(lines[0].rpartition(" ")[2]) if lines else 0.0


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _record(recorder: Recorder, *ids: str) -> list[bool]:
    async def all_at_once() -> list[bool]:
        return list(await asyncio.gather(*(recorder.record(kept_answer(one)) for one in ids)))

    return asyncio.run(all_at_once())


def test_an_answer_is_written_when_it_is_said_to_be() -> None:
    store, metrics = Store(), Metrics()
    recorder = Recorder(store.write, metrics)

    assert _record(recorder, "answer-1") == [True]

    assert store.written == [["answer-1"]]
    assert _outcome(metrics, "written") == 1
    recorder.close()


def test_answers_that_wait_are_written_in_one_transaction() -> None:
    store = Store()
    recorder = Recorder(store.write, Metrics())
    store.open.clear()
    threading.Timer(0.2, store.open.set).start()

    assert all(_record(recorder, *(f"answer-{number}" for number in range(50))))

    assert len(store.written) <= 2
    assert len(store.ids) == 50
    recorder.close()


def test_a_database_that_is_down_delays_no_answer_and_gets_it_later(caplog: pytest.LogCaptureFixture) -> None:
    store, metrics = Store(fault=DatabaseFault("The database is locked.")), Metrics()
    recorder = Recorder(store.write, metrics)

    with caplog.at_level(logging.WARNING):
        assert _record(recorder, "answer-1") == [False]
        began = time.monotonic()
        assert _record(recorder, "answer-2", "answer-3") == [False, False]
        assert time.monotonic() - began < 0.2
        store.fault = None
        _until(lambda: store.ids == {"answer-1", "answer-2", "answer-3"})
        _until(lambda: _outcome(metrics, "late") == 3)
        assert _record(recorder, "answer-4") == [True]

    assert "not recorded for now: The database is locked." in caplog.text
    assert "recorded again" in caplog.text
    recorder.close()


def test_a_database_that_never_answers_delays_one_answer_a_little_and_the_next_not_at_all() -> None:
    store, metrics = Store(), Metrics()
    store.open.clear()
    recorder = Recorder(store.write, metrics, patience=0.2)

    assert _record(recorder, "answer-1") == [False]
    began = time.monotonic()
    assert _record(recorder, "answer-2") == [False]
    assert time.monotonic() - began < 0.15

    store.open.set()
    _until(lambda: store.ids == {"answer-1", "answer-2"})
    recorder.close()


def test_only_so_many_answers_wait_and_what_is_lost_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    store, metrics = Store(fault=DatabaseFault("disk full")), Metrics()
    recorder = Recorder(store.write, metrics, most_waiting=2)
    with caplog.at_level(logging.ERROR):
        _record(recorder, *(f"answer-{number}" for number in range(1, 10)))
        assert _outcome(metrics, "lost") >= 5
        recorder.close()
    _until(lambda: _outcome(metrics, "lost") == 9)
    assert "answer-9 is not kept" in caplog.text
    assert "leave" not in caplog.text


def test_one_answer_that_cannot_be_written_takes_no_other_with_it() -> None:
    store, metrics = Store(refused=frozenset({"answer-2"})), Metrics()
    recorder = Recorder(store.write, metrics)
    store.open.clear()
    threading.Timer(0.2, store.open.set).start()

    assert _record(recorder, "answer-1", "answer-2", "answer-3") == [True, False, True]

    assert _outcome(metrics, "lost") == 1
    recorder.close()


def test_closing_writes_what_waits() -> None:
    store = Store()
    recorder = Recorder(store.write, Metrics(), patience=0.01)
    store.open.clear()
    assert _record(recorder, "answer-1", "answer-2") == [False, False]
    threading.Timer(0.1, store.open.set).start()
    recorder.close()
    assert store.ids == {"answer-1", "answer-2"}
