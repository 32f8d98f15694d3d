"""The server process: lock the index, listen at once, load in the background."""

from __future__ import annotations

import gc
import socket
import sys
from collections.abc import Callable, Sequence

import uvicorn

from app.access.report import access_report
from app.api import create_app
from app.api.guards.proxies import BehindProxies
from app.api.portal.files import PORTAL, portal_folder
from app.api.widget.files import INTERFACE
from app.service.bootstrap import build_service
from app.service.documents.jobs import Job
from app.service.release import describe_release
from app.service.widget.report import widget_report
from core.listener import open_listener, shown_url
from core.settings import Settings

_KEEP_ALIVE_SECONDS = 30
_SHUTDOWN_SECONDS = 2
"""For requests that are being answered when the service is stopped. Chosen: it ends within 5 s, jobs included."""
_SWITCH_SECONDS = 0.001
"""After which a thread that computes gives the interpreter up to one that waits for it; Python's own is 0.005. The
event loop gives it up with every packet that it sends, and waits so long to have it back: beside two threads that
compute, 20 packets took 80 ms at p95 with Python's value, and 35 ms with this one."""


def run_server(
    settings: Settings, announce: Callable[[str], None], model_is_starting: Callable[[], bool] = lambda: False
) -> None:
    """Serve until the process is stopped.

    Raises IndexLocked, and ConfigurationError where the access mode does not protect the service or the port is taken.

    The log must have been configured. `model_is_starting` returns whether the model's server is still being started:
    answers are extractive until then.
    """
    settings.check_exposure()
    url = shown_url(settings.host, settings.port)
    listener = open_listener(settings.host, settings.port, "GROUNDWORK_PORT")
    service = build_service(settings, "groundwork serve", url, model_is_starting)
    release = [describe_release(service.release)] if service.release is not None else []
    portal = [f"The portal is at {url}{PORTAL}/"] if portal_folder(service.domain) is not None else []
    lines = [*portal, *release, *access_report(settings), *widget_report(service, interface_built=INTERFACE.is_dir())]
    sys.setswitchinterval(_SWITCH_SECONDS)
    service.open_in_background(opened=_exempt_from_collection)
    config = uvicorn.Config(
        BehindProxies(create_app(service), settings.trusted_proxies),
        # Its loggers write what and how `configure_logging` has set.
        log_config=None,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        # `BehindProxies` reads them.
        proxy_headers=False,
    )
    for line in (f"Groundwork is at {url}", *lines):
        announce(line)
    _Server(config, lambda: announce_unfinished(service.unfinished_jobs, announce)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Calls `ended` when everything is closed. After that uvicorn raises the signal that stopped it once more."""

    def __init__(self, config: uvicorn.Config, ended: Callable[[], None]) -> None:
        super().__init__(config)
        self._ended = ended

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        self._ended()


def announce_unfinished(jobs: Sequence[Job], announce: Callable[[str], None]) -> None:
    """Announce what the jobs that were stopped have done, and how the rest is done. Nothing where there are none."""
    if not jobs:
        return
    running = next((job.progress for job in jobs if job.progress is not None), None)
    done = f"{running.summary}. " if running is not None else ""
    waiting = sum(job.status == "queued" for job in jobs)
    others = f"{waiting} more waited. " if waiting else ""
    announce(
        f"Stopped an ingestion: {done}{others}What was written stays. The next ingestion of the same documents goes on "
        "from there: groundwork ingest"
    )


def _exempt_from_collection() -> None:
    """Exempt everything that is loaded by now from the cyclic garbage collection.

    It lives as long as the process, and a full collection of half a million objects (most of them torch's) takes a
    quarter of a second, in which no stream moves.
    """
    gc.collect()
    gc.freeze()
