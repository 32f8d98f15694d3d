"""GuideLLM's process: its own Python, offline, in a folder of its own, with the rows of `source`."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from core.errors import ServingError
from serving.environments import REPOSITORY, check_python, python_of, variables

ReportProgress: TypeAlias = Callable[[str], None]
"""Called with a line of text when a rate has been measured."""

DEFAULT_PYTHON = python_of("bench")

_LOG = re.compile(r"^\S+ \S+\|(?P<level>\w+) *\|(?P<where>\S+) - (?P<text>.*)$")
_COMPLETED = re.compile(
    r"Benchmark (?P<number>\d+) \((?P<rate>[^)]+)\): completed \| elapsed=(?P<seconds>[\d.]+)s \| "
    r"successful=(?P<answered>\d+) errored=(?P<failed>\d+) incomplete=(?P<cut>\d+) \| requests/s=(?P<per_second>[\d.]+)"
)
_TAIL_LINES = 20


def run_guidellm(
    scenario: Mapping[str, Any], folder: Path, progress: ReportProgress, python: Path = DEFAULT_PYTHON
) -> None:
    """Run a scenario to its end; the scenario names the report's file.

    `folder` is an empty one for the scenario, which contains the API key. Raises ServingError when GuideLLM is missing
    or fails, with the end of its output.
    """
    check_python(python, "bench", "GuideLLM")
    file = folder / "scenario.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(scenario), encoding="utf-8")
    command = [str(python), "-m", "serving.bench.source", str(file), "--disable-console"]
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    with subprocess.Popen(  # noqa: S603 - our own module
        command,
        # GuideLLM reads a .env where it is started.
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            for line in process.stdout or ():
                _follow(line.rstrip(), tail, progress)
        except BaseException:
            process.terminate()
            raise
    file.unlink()
    if process.returncode:
        raise ServingError(
            f"GuideLLM ended with status {process.returncode}. The end of its output:\n" + "\n".join(tail)
        )


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
