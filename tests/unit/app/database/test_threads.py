"""Calls that may never return keep neither others nor the end of the process."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from app.database.threads import DaemonThreads


def test_a_call_returns_its_result_or_raises_its_error() -> None:
    threads = DaemonThreads(1, "test")
    assert threads.submit(lambda: 3).result(5) == 3
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 // 0).result(5)
    threads.close()


def test_a_call_that_is_cancelled_while_it_waits_is_not_run() -> None:
    threads = DaemonThreads(1, "test")
    free = threading.Event()
    busy = threads.submit(lambda: free.wait(5))
    ran: list[int] = []
    waiting = threads.submit(lambda: ran.append(1))
    assert waiting.cancel()
    free.set()
    assert busy.result(5)
    assert threads.submit(lambda: ran).result(5) == []
    threads.close()


def test_a_process_ends_while_a_call_never_returns() -> None:
    script = (
        "import time; from app.database.threads import DaemonThreads; "
        "threads = DaemonThreads(1, 'test'); threads.submit(lambda: time.sleep(600)); threads.close()"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=30, check=False).returncode == 0
