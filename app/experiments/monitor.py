"""Keep the outcomes of answers, stop arms that are over a limit, and know which are stopped.

All of it happens in one thread of its own, so that no answer waits for the database. Outcomes wait in memory for half a
second at most while the database answers; a process that is killed loses those. While the database does not answer,
they wait for it, the newest 10,000 of them; the others are counted as lost.

Stopped arms and layouts are read from the database every few seconds, so that a restarted process and other processes
on the same database know them. Until they have been read for the first time, no unit gets an arm.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from app.experiments.assignment import Layout
from app.experiments.outcomes import Outcome
from app.experiments.state import State, running_at, stop_line
from app.service.metrics import Metrics
from core.errors import DatabaseFault
from core.experiments import Experiment

Clock: TypeAlias = Callable[[], datetime]
Exchange: TypeAlias = Callable[[Sequence[Outcome], Experiment | None, Layout, datetime], State]
"""Writes outcomes and returns the state, as `app.experiments.records.exchange` does. Raises DatabaseFault."""
_WRITE_SECONDS = 0.5
_READ_SECONDS = 5.0
_MOST_WAITING = 10_000
_CLOSING_SECONDS = 2.0
_log = logging.getLogger("groundwork")


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


class Monitor:
    """The thread beside the answers. `state` is replaced as a whole, so that any thread may read it."""

    def __init__(
        self, experiments: Sequence[Experiment], exchange: Exchange, metrics: Metrics, now: Clock = utc_now
    ) -> None:
        self.state = State()
        self._experiments = experiments
        self._exchange = exchange
        self._metrics = metrics
        self._now = now
        self._waiting: deque[Outcome] = deque()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="experiments", daemon=True)
        self._has_failed = False

    def start(self) -> None:
        """Start the thread, where there are experiments."""
        if self._experiments:
            self._thread.start()

    def close(self) -> None:
        """Write what waits, and end the thread; after two seconds without waiting for it."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_CLOSING_SECONDS)

    def add(self, outcome: Outcome) -> None:
        """Take an outcome, to be written soon. Any thread may call it; it does not block."""
        self._waiting.append(outcome)
        self._wake.set()

    def work(self) -> None:
        """Write the outcomes that wait, read the state, and stop the arms that are over a limit. Blocks.

        A database that does not answer is logged once; the work is done at a later call.
        """
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            state = self._exchanged(batch)
        except DatabaseFault as error:
            self._waiting.extendleft(reversed(batch))
            self._drop_oldest()
            if not self._has_failed:
                _log.error("experiments: outcomes of answers wait in memory, and no arm is stopped: %s", error)
            self._has_failed = True
        else:
            self._has_failed = False
            self._report(state)
            self.state = state

    def _run(self) -> None:
        while not self._closing.is_set():
            self.work()
            if self._wake.wait(_READ_SECONDS):
                # More outcomes than the first may come; they are written together.
                self._closing.wait(_WRITE_SECONDS)
                self._wake.clear()
        self.work()

    def _exchanged(self, batch: Sequence[Outcome]) -> State:
        now = self._now()
        running = running_at(self._experiments, now)
        layout = self.state.layout if self.state.experiment is running else ()
        return self._exchange(batch, running, layout, now)

    def _report(self, state: State) -> None:
        """Log and count the stops that are new to this process."""
        if state.experiment is None:
            return
        known = self.state.stops if self.state.experiment is state.experiment else {}
        for name in state.stops.keys() - known.keys():
            label, stop = state.experiment.label(name), state.stops[name]
            _log.warning("experiments: %s", stop_line(label, stop))
            self._metrics.arm_stopped(label, stop.breach.guard_rail)

    def _drop_oldest(self) -> None:
        lost = max(0, len(self._waiting) - _MOST_WAITING)
        for _ in range(lost):
            self._waiting.popleft()
        self._metrics.outcomes_lost(lost)
