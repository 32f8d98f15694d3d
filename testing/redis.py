"""A real Redis server for a test: Debian's `redis-server`, without files, on a port of its own."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from testing.components import report_missing
from testing.model_server import free_port

_SECONDS = 10.0


@dataclass
class RedisServer:
    """A server that runs. `stop` and `go_on` let it hang and wake up."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        """Its URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """Let it take connections and answer nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def running_redis(port: int | None = None) -> Iterator[RedisServer]:
    """Run a server for the length of a block. Skips the test where Redis is not installed, except in CI."""
    command = shutil.which("redis-server")
    if command is None:
        report_missing("redis-server is missing: apt-get install redis-server")
    port = port or free_port()
    process = subprocess.Popen(
        [command, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
        cwd="/",
    )
    server = RedisServer(process, port)
    try:
        _wait(server)
        yield server
    finally:
        server.go_on()
        process.kill()
        process.wait()


def _wait(server: RedisServer) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline or server.process.poll() is not None:
                raise
        time.sleep(0.02)
