"""GuideLLM's process: its own Python, offline, in a folder of its own, with the rows of `source`."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeAlias

from core.errors import ServingError
from serving.bench.rows import INTERRUPTED, STOPPED, STOPPED_BECAUSE
from serving.environments import REPOSITORY, python_of, variables

ReportProgress: TypeAlias = Callable[[str], None]
"""Called with a line of text when a rate has been measured."""

DEFAULT_PYTHON = python_of("bench")
WAS_INTERRUPTED = "it was interrupted"
"""The reason of a run that SIGINT or SIGTERM ended."""

_MODULE = ("-m", "serving.bench.source")
_REPORT_SECONDS = 60.0
"""The time that GuideLLM has for its report when it was asked to end. It took 1 to 5 s."""

_LOG = re.compile(r"^\S+ \S+\|(?P<level>\w+) *\|(?P<where>\S+) - (?P<text>.*)$")
_COMPLETED = re.compile(
    r"Benchmark (?P<number>\d+) \((?P<rate>[^)]+)\): completed \| elapsed=(?P<seconds>[\d.]+)s \| "
    r"successful=(?P<answered>\d+) errored=(?P<failed>\d+) incomplete=(?P<cut>\d+) \| requests/s=(?P<per_second>[\d.]+)"
)
_TAIL_LINES = 20


def run_guidellm(
    scenario: Mapping[str, Any],
    folder: Path,
    progress: ReportProgress,
    python: Path = DEFAULT_PYTHON,
    limit_seconds: float = float("inf"),
) -> str | None:
    """Run a scenario; the scenario names the report's file. Return why it ended early, None if it did not.

    It ends early where GuideLLM fails, at an interrupt (SIGINT, SIGTERM), and after `limit_seconds`; the report has
    what had been measured by then. `folder` is an empty one for the scenario, which contains the API key. Raises
    ServingError, with the end of its output, when GuideLLM ends without a report.
    """
    file = folder / "scenario.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(scenario), encoding="utf-8")
    with _terminated_as_interrupted(), _Process([str(python), *_MODULE, str(file), "--disable-console"], folder) as run:
        run.end_after(limit_seconds)
        run.follow(progress)
    file.unlink()
    return run.stopped_because()


class _Process:
    """GuideLLM, in a session of its own: a Ctrl-C of the terminal reaches this process only, which passes it on."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._asked_because: str | None = None
        self._timers: list[threading.Timer] = []
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            # GuideLLM reads a .env where it is started.
            cwd=folder,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for timer in self._timers:
            timer.cancel()
        self._kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def end_after(self, seconds: float) -> None:
        """Ask it to end after so many seconds."""
        if seconds < float("inf"):
            self._start_timer(seconds, partial(self._ask_to_end, f"it was not finished after {seconds:,.0f} s"))

    def follow(self, progress: ReportProgress) -> None:
        """Read its output to the end. At the first interrupt it is asked to end, a second one is raised."""
        try:
            self._read(progress)
        except KeyboardInterrupt:
            self._ask_to_end(WAS_INTERRUPTED)
            self._read(progress)

    def stopped_because(self) -> str | None:
        """Return why it ended early, None if it did not. Raises ServingError where it ended without a report."""
        status = self._process.returncode
        if status == 0:
            return None
        stated = [line for line in self._tail if line.startswith(STOPPED_BECAUSE)]
        if status == STOPPED and stated:
            found = stated[-1].removeprefix(STOPPED_BECAUSE)
            return self._asked_because or (WAS_INTERRUPTED if found == INTERRUPTED else found)
        asked = "" if self._asked_because is None else f" ({self._asked_because})"
        raise ServingError(
            f"GuideLLM ended with status {status} and without a report{asked}. The end of its output:\n"
            + "\n".join(self._tail)
        )

    def _read(self, progress: ReportProgress) -> None:
        for line in self._process.stdout or ():
            _follow(line.rstrip(), self._tail, progress)
        self._process.wait()

    def _ask_to_end(self, because: str) -> None:
        self._asked_because = because
        self._process.send_signal(signal.SIGINT)
        self._start_timer(_REPORT_SECONDS, self._kill)

    def _start_timer(self, seconds: float, action: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, action)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def _kill(self) -> None:
        """End it and its workers, if any are left."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Treat SIGTERM, as `timeout` and containers send it, like a Ctrl-C: what is finished is kept."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def describe(line: str) -> str | None:
    """Return a line of GuideLLM's log about a measured rate in words; None for any other line."""
    found = _COMPLETED.search(line)
    if found is None:
        return None
    lost = [f"{found[key]} {words}" for key, words in (("failed", "failed"), ("cut", "cut off")) if int(found[key])]
    return (
        f"{found['number']}. {found['rate']}: {', '.join([found['answered'] + ' answered', *lost])} "
        f"in {float(found['seconds']):.0f} s, {float(found['per_second']):.2f} a second"
    )


def _follow(line: str, tail: deque[str], progress: ReportProgress) -> None:
    logged = _LOG.match(line)
    if logged is None or logged["level"] not in ("DEBUG", "INFO"):
        tail.append(line)
    if (measured := describe(line)) is not None:
        progress(measured)


def _environment() -> dict[str, str]:
    """Return this process's variables for GuideLLM: with this package on the path, without settings of GuideLLM's."""
    return variables(
        {name: value for name, value in os.environ.items() if not name.startswith("GUIDELLM__")},
        PYTHONPATH=str(REPOSITORY),
        # Each worker is a process; more than half of the cores would take time from a server on the same machine.
        GUIDELLM__MAX_WORKER_PROCESSES=str(min(8, max(1, (os.cpu_count() or 1) // 2))),
    )
