"""A job from its file to its result: seconds, memory and versions beside what the compression reports."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import time
from importlib.metadata import version
from pathlib import Path

from .calibrated import compress_calibrated
from .data_free import compress_data_free
from .layers import PACKAGES

PR_SET_PDEATHSIG = 1


def run_job(file: Path) -> None:
    """Do the job, and write its result."""
    job = json.loads(file.read_text(encoding="utf-8"))
    die_with_parent(job["parent"])
    began = time.monotonic()
    about = compress_data_free(job) if job["samples"] is None else compress_calibrated(job)
    result = {
        **about,
        "seconds": round(time.monotonic() - began, 1),
        "peak_memory_bytes": peak_memory(),
        "versions": {name: version(name) for name in PACKAGES},
    }
    Path(job["result"]).write_text(json.dumps(result), encoding="utf-8")


def peak_memory() -> int:
    """Return the largest memory of this process so far, in bytes."""
    # On Linux ru_maxrss includes the parent's memory when it started this process; VmHWM begins at the start.
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def die_with_parent(parent: int) -> None:
    """End with the command that started this (Linux; elsewhere an orphan runs to its end, in the temporary folder)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The command that started this has ended.")
