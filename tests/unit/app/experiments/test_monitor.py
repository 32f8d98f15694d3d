"""The thread beside the answers keeps outcomes, knows the stops, and survives a database that does not answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from app.experiments.assignment import Layout, relaid
from app.experiments.guard_rails import Breach, Stop
from app.experiments.monitor import Monitor
from app.experiments.outcomes import Outcome
from app.experiments.state import State
from app.service.metrics import Metrics
from core.errors import DatabaseFault
from core.experiments import Arm, Experiment
from core.recipe import Recipe

NOW = datetime(2026, 12, 2, tzinfo=UTC)
EXPERIMENT = Experiment("wider", date(2026, 12, 1), date(2026, 12, 14), (Arm("top-10", 500_000, Recipe(top_k=10)),))
STOP = Stop("top-10", NOW, Breach("flagged", 0.4, 0.2, 60))


def outcome(number: int) -> Outcome:
    return Outcome(f"answer-{number}", "wider", "top-10", "unit", NOW, None, False, False, True, False, 1.0)


@dataclass
class FakeDatabase:
    """Keeps what it is given; `down`: answers nothing."""

    kept: list[Outcome] = field(default_factory=list)
    stops: dict[str, Stop] = field(default_factory=dict)
    layouts_read: int = 0
    down: bool = False

    def exchange(self, outcomes: Sequence[Outcome], running: Experiment | None, layout: Layout, now: datetime) -> State:
        if self.down:
            raise DatabaseFault("The database does not answer.")
        self.kept += outcomes
        if running is None:
            return State()
        self.layouts_read += not layout
        return State(running, layout or relaid((), running.shares), dict(self.stops))


def monitor_of(database: FakeDatabase, now: datetime = NOW, metrics: Metrics | None = None) -> Monitor:
    return Monitor([EXPERIMENT], database.exchange, metrics or Metrics(), lambda: now)


def test_until_the_database_was_read_nothing_runs() -> None:
    monitor = monitor_of(FakeDatabase())
    assert monitor.state == State()
    monitor.work()
    assert monitor.state.experiment is EXPERIMENT


def test_before_its_start_an_experiment_does_not_run() -> None:
    monitor = monitor_of(FakeDatabase(), datetime(2026, 11, 30, tzinfo=UTC))
    monitor.work()
    assert monitor.state == State()


def test_outcomes_are_written_once_and_the_layout_is_read_once() -> None:
    database = FakeDatabase()
    monitor = monitor_of(database)
    for number in range(3):
        monitor.add(outcome(number))
    for _ in range(3):
        monitor.work()
    assert database.kept == [outcome(number) for number in range(3)]
    assert database.layouts_read == 1


def test_outcomes_wait_for_a_database_that_does_not_answer(caplog: pytest.LogCaptureFixture) -> None:
    database = FakeDatabase(down=True)
    monitor = monitor_of(database)
    monitor.add(outcome(1))
    monitor.work()
    monitor.add(outcome(2))
    monitor.work()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    database.down = False
    monitor.work()
    assert database.kept == [outcome(1), outcome(2)]


def test_an_outage_keeps_the_state_that_was_known() -> None:
    database = FakeDatabase(stops={"top-10": STOP})
    monitor = monitor_of(database)
    monitor.work()
    database.down = True
    monitor.work()
    assert monitor.state.stops == {"top-10": STOP}


def test_the_newest_ten_thousand_outcomes_wait_and_the_others_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    database, metrics = FakeDatabase(down=True), Metrics()
    monitor = monitor_of(database, metrics=metrics)
    for number in range(10_005):
        monitor.add(outcome(number))
    monitor.work()
    database.down = False
    monitor.work()
    assert len(database.kept) == 10_000
    assert database.kept[0] == outcome(5)
    assert b"groundwork_experiment_outcomes_lost_total 5.0" in metrics.exposition()


def test_a_stop_is_logged_with_its_reason_and_counted_once(caplog: pytest.LogCaptureFixture) -> None:
    database, metrics = FakeDatabase(), Metrics()
    monitor = monitor_of(database, metrics=metrics)
    monitor.work()
    database.stops["top-10"] = STOP
    monitor.work()
    monitor.work()
    (line,) = [record.getMessage() for record in caplog.records]
    assert "the arm wider/top-10 was stopped at 2026-12-02 00:00 UTC" in line
    assert "flagged is 0.4 over its latest 60 answers that count, and the limit is 0.2" in line
    assert b'groundwork_experiment_arm_stopped{arm="wider/top-10",guard_rail="flagged"} 1.0' in metrics.exposition()


def test_a_restarted_process_knows_what_was_stopped() -> None:
    monitor = monitor_of(FakeDatabase(stops={"top-10": STOP}))
    monitor.work()
    assert monitor.state.stops == {"top-10": STOP}


def test_the_thread_writes_soon_and_what_waits_when_it_is_closed() -> None:
    database = FakeDatabase()
    monitor = monitor_of(database)
    monitor.start()
    monitor.add(outcome(1))
    deadline = time.monotonic() + 5.0
    while not database.kept and time.monotonic() < deadline:
        time.sleep(0.01)
    assert database.kept == [outcome(1)]
    monitor.add(outcome(2))
    monitor.close()
    assert database.kept == [outcome(1), outcome(2)]


def test_a_monitor_that_was_not_started_can_be_closed() -> None:
    monitor_of(FakeDatabase()).close()
    Monitor([], FakeDatabase().exchange, Metrics()).start()
