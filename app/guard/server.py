"""The process of the guard: listen, and serve until it is stopped."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import uvicorn

from app.guard.check import Threads
from app.guard.forward import Upstream
from app.guard.metrics import GuardMetrics
from app.guard.proxy import GuardProxy
from app.guard.settings import GuardSettings
from core.listener import open_listener, shown_url
from core.settings import without_password

_KEEP_ALIVE_SECONDS = 30
_SHUTDOWN_SECONDS = 2
_SWITCH_SECONDS = 0.0005
"""After which a checking thread gives the interpreter up to the event loop that waits for it; Python's own is 0.005."""


def run_guard(settings: GuardSettings, announce: Callable[[str], None]) -> None:
    """Serve until the process is stopped. The log must have been configured.

    Raises ConfigurationError where the port is taken.
    """
    listener = open_listener(settings.host, settings.port, "GROUNDWORK_GUARD_PORT")
    sys.setswitchinterval(_SWITCH_SECONDS)
    # One thread of each kind: a second one would compete with the event loop for the interpreter.
    with ThreadPoolExecutor(1, "check") as usual, ThreadPoolExecutor(1, "long-check") as long:
        proxy = GuardProxy(settings, Upstream(settings), GuardMetrics(), Threads(usual, long))
        config = uvicorn.Config(
            proxy,
            # Its loggers write what and how `configure_logging` has set.
            log_config=None,
            server_header=False,
            # The upstream's own date passes.
            date_header=False,
            proxy_headers=False,
            ws="none",
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
        server = uvicorn.Server(config)
        # What is loaded by now lives as long as the process: a collection need not look at it again.
        gc.collect()
        gc.freeze()
        url = shown_url(settings.host, settings.port)
        announce(f"The guard is at {url}/v1, before {without_password(settings.upstream)}, policy {settings.policy}")
        server.run(sockets=[listener])
