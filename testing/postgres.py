"""A private PostgreSQL server in a temporary folder, of the binaries that Debian's package postgresql installs.

It listens on a Unix socket in the folder and on a free port of 127.0.0.1, and trusts every local user.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from testing.model_server import free_port

MISSING_POSTGRES = "Tests of the database need PostgreSQL. Install it: apt-get install postgresql"
_BINARIES = Path("/usr/lib/postgresql")
_OWNERS = ("postgres", "nobody")
"""The users that run the server in place of root, for whom PostgreSQL refuses to start."""
_START_SECONDS = 30.0
_QUICK = ("fsync=off", "max_connections=200", "shared_buffers=32MB")
"""A test's server need not survive a power failure."""


def postgres_binaries() -> Path | None:
    """Return the folder of the newest server's binaries; None where none is installed."""
    found = [folder.parent for folder in _BINARIES.glob("*/bin/initdb")]
    return max(found, key=lambda folder: float(folder.parent.name)) if found else None


@dataclass
class Postgres:
    """A server over a folder that `initdb` has made. `as_user` is the beginning of the command that runs it."""

    binaries: Path
    folder: Path
    port: int
    as_user: Sequence[str]
    _process: subprocess.Popen[bytes] | None = None
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}", *_QUICK]
        arguments = [part for option in options for part in ("-c", option)]
        command = [*self.as_user, str(self.binaries / "postgres"), "-D", str(self.folder / "data"), *arguments]
        log = self.folder / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=out)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(psycopg.OperationalError):
                self.execute("SELECT 1")
                return
            time.sleep(0.02)
        raise AssertionError(f"PostgreSQL did not start: {log.read_text(encoding='utf-8')}")

    def kill(self) -> None:
        """End the server without a clean shutdown: what was not committed is lost, and connections break."""
        if self._process is None:
            return
        # A stopped process would not receive it.
        self._signal_all(signal.SIGCONT)
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=30)
        self._process = None

    def pause(self) -> None:
        """Stop every process of the server where it is: connections stay open, and nothing is answered."""
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Let the server go on after `pause`."""
        self._signal_all(signal.SIGCONT)

    def create(self) -> str:
        """Create an empty database; return its URL."""
        name = f"test_{next(self._names)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://groundwork@127.0.0.1:{self.port}/{name}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Execute a statement outside of a transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._process is not None, "the server does not run"
        # Each connection has a process of its own.
        main = self._process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split()
        for pid in (main, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a server until the end of the block."""
    binaries = postgres_binaries()
    assert binaries is not None, MISSING_POSTGRES
    folder = Path(tempfile.mkdtemp(prefix="groundwork-postgres-"))
    try:
        as_user = _as_owner(folder)
        initdb = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "groundwork", "-A", "trust"]
        initdb += ["--encoding", "UTF8", "--locale", "C", "--no-sync"]
        made = subprocess.run([*as_user, *initdb], capture_output=True, check=False)
        assert made.returncode == 0, made.stderr.decode()
        server = Postgres(binaries, folder, free_port(), as_user)
        server.start()
        try:
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_owner(folder: Path) -> list[str]:
    """Return the beginning of a command that runs as a user who may run PostgreSQL, and give that user the folder."""
    if os.geteuid() != 0:
        return []
    owner = next(name for name in _OWNERS if _exists(name))
    shutil.chown(folder, owner)
    return ["setpriv", f"--reuid={owner}", f"--regid={pwd.getpwnam(owner).pw_gid}", "--clear-groups"]


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
