"""Keep vLLM running: start it, warm it up, watch it, restart it when it dies, let it finish its requests when stopped.

A first start that fails is not repeated: the cause is the checkpoint, a flag or the machine. After a later death it is
restarted after 1, 2, 4 … seconds, at most five times in a row; the count starts again after ten minutes of running.
"""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from core.errors import ConfigurationError, ServingError
from serving.launch.flags import DRAIN_SECONDS
from serving.launch.result import LaunchPlan
from serving.launch.warm_up import WarmUp, warm_up
from serving.vllm import END_SECONDS, Environment, Server

_POLL_SECONDS = 0.25

STARTING = "Starting vLLM"
READY_AGAIN = "vLLM is ready again"
"""How lines of progress begin when vLLM is started, the first time or again, and when it answers after that."""


@dataclass(frozen=True, slots=True)
class Patience:
    """When to restart and when to give up; times in seconds.

    restarts  at most, in a row
    pause     before the first restart; doubled each time
    stable    after running this long, a death counts as the first in a row
    silent    /health may fail for this long
    every     between two requests to /health, each of which may take `answer`
    start     to load and compile a large model
    """

    restarts: int = 5
    pause: float = 1.0
    stable: float = 600.0
    silent: float = 60.0
    every: float = 5.0
    answer: float = 10.0
    start: float = 1800.0


class Stop:
    """Whether stopping was requested. A second request means: at once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._times = 0

    def request(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Request to stop; usable as a signal handler."""
        del number, frame
        self._times += 1
        self._event.set()

    @property
    def requested(self) -> bool:
        """Whether it was requested once or more."""
        return self._event.is_set()

    @property
    def hurried(self) -> bool:
        """Whether it was requested more than once."""
        return self._times > 1

    def wait(self, seconds: float) -> bool:
        """Wait for the seconds or the request, and return whether it was requested."""
        return self._event.wait(seconds)


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Yield a Stop that SIGTERM and SIGINT request, for the length of a block."""
    stop = Stop()
    before = {number: signal.signal(number, stop.request) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def supervise(
    plan: LaunchPlan,
    key: str,
    environment: Environment,
    stop: Stop,
    report: Callable[[str], None],
    announce: Callable[[WarmUp], None],
    patience: Patience = Patience(),
) -> None:
    """Serve until `stop` is requested. `report` is called with lines of progress, `announce` once, when vLLM is ready.

    Raises ConfigurationError for a port that is taken, ServingError with vLLM's last lines when it gives up.
    """
    _check_port(plan)
    failures, announced = 0, False
    while True:
        report(f"{STARTING}; its log is {environment.log}")
        server = Server.start(environment, plan.request.folder, plan.url, plan.arguments, key)
        began = time.monotonic()
        try:
            measured = _until_ready(server, plan, key, stop, report, patience)
            if measured is not None:
                if not announced:
                    announced = True
                    announce(measured)
                else:
                    report(READY_AGAIN)
                _watch(server, stop, patience, report)
            if stop.requested:
                report("Stopping: running requests are finished first. Repeat to stop at once.")
                server.drain(DRAIN_SECONDS + END_SECONDS, lambda: stop.hurried)
                return
        finally:
            server.kill()
        failures = 1 if time.monotonic() - began > patience.stable else failures + 1
        ended = f"vLLM ended (status {server.status})"
        if not announced or failures > patience.restarts:
            why = f" {failures} times in a row" if announced else " before it was ready"
            cause = server.cause()
            raise ServingError(f"{ended}{why}: {cause}\nThe last lines of {environment.log}:\n{server.tail()}")
        pause = patience.pause * 2 ** (failures - 1)
        report(f"{ended}. Starting it again in {pause:g} s ({failures} of {patience.restarts}).")
        if stop.wait(pause):
            return


def _until_ready(
    server: Server, plan: LaunchPlan, key: str, stop: Stop, report: Callable[[str], None], patience: Patience
) -> WarmUp | None:
    """Wait until vLLM is healthy, and warm it up; None when it ended before, or stopping was requested."""
    end = time.monotonic() + patience.start
    while server.status is None and not stop.wait(_POLL_SECONDS):
        if server.is_healthy(patience.answer):
            report("vLLM is up; warming it up")
            try:
                return warm_up(plan.url, key, plan.request.served_name, plan.request.prompt_tokens)
            except ServingError as error:
                report(str(error))
                return None
        if time.monotonic() > end:
            report(f"vLLM did not answer /health within {patience.start:g} s")
            return None
    return None


def _watch(server: Server, stop: Stop, patience: Patience, report: Callable[[str], None]) -> None:
    """Return when vLLM has ended or no longer answers, or when stopping was requested."""
    answered = asked = time.monotonic()
    while server.status is None and not stop.wait(min(_POLL_SECONDS, patience.every)):
        if time.monotonic() - asked < patience.every:
            continue
        asked = time.monotonic()
        if server.is_healthy(patience.answer):
            answered = time.monotonic()
        elif time.monotonic() - answered > patience.silent:
            report(f"vLLM has not answered /health for {patience.silent:g} s")
            return


def _check_port(plan: LaunchPlan) -> None:
    """Refuse a port in use: another program's server on it would be mistaken for vLLM."""
    host = plan.request.host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, plan.request.port))
        except OSError as error:
            raise ConfigurationError(
                f"Port {plan.request.port} on {host} cannot be used: {error.strerror}. Choose another with --port."
            ) from error
