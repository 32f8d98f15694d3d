"""GuideLLM's process: its own Python, offline, in a folder of its own, with our rows."""

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
"""Called with a line when a rate has been measured."""

DEFAULT_PYTHON = python_of("bench")

_LOG = re.compile(r"^\S+ \S+\|(?P<level>\w+) *\|(?P<where>\S+) - (?P<words>.*)$")
_COMPLETED = re.compile(
    r"Benchmark (?P<number>\d+) \((?P<rate>[^)]+)\): completed \| elapsed=(?P<seconds>[\d.]+)s \| "
    r"successful=(?P<answered>\d+) errored=(?P<failed>\d+) incomplete=(?P<cut>\d+) \| requests/s=(?P<per_second>[\d.]+)"
)
_TAIL_LINES = 20


def run_guidellm(
    scenario: Mapping[str, Any], folder: Path, progress: ReportProgress, python: Path = DEFAULT_PYTHON
) -> None:
    """Run a scenario to its end; the report is where the scenario says.

    `folder` is an empty one for the scenario, which holds the API key. Raises ServingError when GuideLLM is missing or
    fails, with the end of what it wrote.
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
            f"GuideLLM ended with status {process.returncode}. The end of what it wrote:\n" + "\n".join(tail)
        )


def describe(line: str) -> str | None:
    """What a line of GuideLLM's log says of a rate that has been measured; None for any other line."""
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
    if (words := describe(line)) is not None:
        progress(words)


def _environment() -> dict[str, str]:
    """This process's, as a foreign environment needs them; our own package is found, and no setting of GuideLLM's."""
    return variables(
        {name: value for name, value in os.environ.items() if not name.startswith("GUIDELLM__")},
        PYTHONPATH=str(REPOSITORY),
        # Each worker is a process; more of them than half of the processors would take time from a server beside them.
        GUIDELLM__MAX_WORKER_PROCESSES=str(min(8, max(1, (os.cpu_count() or 1) // 2))),
    )
