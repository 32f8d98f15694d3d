"""An application on a real socket, in a thread of this process: a service's start without that of a process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

_START_SECONDS = 30.0


@contextmanager
def listening(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve an application until the end of the block; give its address. Without a port, one that is free."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", port))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="listening")
        thread.start()
        try:
            deadline = time.monotonic() + _START_SECONDS
            while not server.started:
                assert thread.is_alive(), "the application did not start"
                assert time.monotonic() < deadline, "the application does not start"
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
