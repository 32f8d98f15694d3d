"""Run a function in a Python process of its own, and talk to it over a connection.

The process is started as a new interpreter, and not by multiprocessing: a script that uses Groundwork needs no guard
around its main part. It is in a session of its own, so that Ctrl-C in the terminal reaches the parent alone and that
it is killed with the programs that it started. When the parent ends, however it ends, the child ends too: a thread
waits for the end of its standard input, which only the parent holds open.

Not covered: a child that keeps Python's lock in native code while its parent is killed; it ends after that call.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

_START = "import sys; sys.path[:] = sys.argv[4:]; from ingest.child import _main; _main(*sys.argv[1:4])"
_END_SECONDS = 5.0
_NICENESS = 8
"""Chosen: with 5, questions kept 80% of their speed on two cores. With 19, beside programs that kept all processors
busy, an ingestion of 40 documents had not begun to embed after 90 s."""


class Child:
    """A process that runs `target(connection)`, a function of a module, and ends when that returns."""

    def __init__(self, process: subprocess.Popen[bytes], connection: Connection) -> None:
        self._process = process
        self.connection = connection

    @classmethod
    def start(cls, target: Callable[[Connection], None]) -> Child:
        """Start the process. It finds modules where this one does."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603  # the interpreter itself, and no input of a user
                [
                    *(sys.executable, "-P", "-c", _START),
                    *(str(theirs.fileno()), target.__module__, target.__qualname__),
                    *(path for path in sys.path if path),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        return cls(process, Connection(ours.detach()))

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process at once, and the programs that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._close()

    def end(self) -> str:
        """Wait for the end of a process whose connection is closed; return how it ended: "signal 11, SIGSEGV".

        One that does not end by itself is killed.
        """
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._close()
        code = self._process.returncode
        return f"exit code {code}" if code >= 0 else f"signal {-code}, {signal.Signals(-code).name}"

    def _close(self) -> None:
        self.connection.close()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()


def lower_priority() -> None:
    """Give this process a sixth of the weight of others where they compete for a processor."""
    os.nice(_NICENESS)
    _weigh_session()


def _weigh_session() -> None:
    """Give the process's session its priority, too.

    Linux shares processors out among sessions first (sched_autogroup), and a child has a session of its own.
    """
    # Systems without automatic groups do not have the file.
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(os.nice(0)), encoding="ascii")


def _main(descriptor: str, module: str, function: str) -> None:
    """Run in the child."""
    # A traceback of the interpreter would follow the parent's own line about the interruption.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _weigh_session()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    connection = Connection(int(descriptor))
    target = getattr(importlib.import_module(module), function)
    # The parent closes the connection when it needs no more.
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        target(connection)


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)
