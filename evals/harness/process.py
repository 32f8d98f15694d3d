"""lm-eval's process: its own Python, in the folder of the run, where its log is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError, ServingError
from evals.harness.request import Harness

_MODULE = ("-m", "evals.harness.worker")
_TAIL_LINES = 15
_OFFLINE = ("OfflineModeIsEnabled", "ConnectionError", "LocalEntryNotFoundError", "HfHubHTTPError")
"""Names of the errors with which the hub's libraries say that data is not on this machine, and cannot be fetched."""
_LONGEST_CAUSE = 300


def run_worker(harness: Harness, job: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Run a job; return lm-eval's results and samples. The folder gets its log.

    Raises ConfigurationError for a task that cannot be loaded, and ServingError, with the end of the log, for a run
    that failed.
    """
    files = folder / "job.json", folder / "lm-eval.json"
    files[0].write_text(json.dumps(dict(job)), encoding="utf-8")
    log = folder / "lm-eval.log"
    command = [str(harness.python), *_MODULE, *(file.name for file in files)]
    environment = {**harness.variables, "PYTHONPATH": str(harness.packages), "TOKENIZERS_PARALLELISM": "false"}
    with log.open("wb") as output:
        # A session of its own: a Ctrl-C of the terminal reaches this process, which ends it.
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if status != 0:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:]
        raise ServingError(f"lm-eval ended with status {status}. The end of its log ({log}):\n" + "\n".join(tail))
    result: dict[str, Any] = json.loads(files[1].read_text(encoding="utf-8"))
    if "failed" in result:
        raise ConfigurationError(explain(result["failed"]))
    return result


def explain(failed: Mapping[str, str]) -> str:
    """Say why a task could not be loaded, and what to do."""
    name, error, message = failed["task"], failed["error"], " ".join(failed["message"].split())
    cause = message if len(message) <= _LONGEST_CAUSE else f"{message[:_LONGEST_CAUSE].rstrip()}…"
    if error in _OFFLINE or "offline mode" in message.lower() or "on the hub" in message.lower():
        return (
            f"The task '{name}' needs a data set of the Hugging Face hub, which is not on this machine and was not "
            f"fetched ({cause}). Where the hub can be reached, run with --online once; the data is kept in HF_HOME, "
            "which can be copied to a machine without access."
        )
    if error in ("KeyError", "ValueError") and name in message:
        return (
            f"lm-eval has no task '{name}' ({cause}). Its tasks: .venv-harness/bin/lm-eval ls tasks; ours is "
            "'groundwork'."
        )
    return f"The task '{name}' cannot be loaded: {error}: {cause}"
