"""Keep vLLM running: start it, warm it up, watch it, start it again when it dies, let it finish when told to stop.

A first start that fails is not tried again: the cause is the checkpoint, a flag or the machine. Later deaths are
answered with a restart after 1, 2, 4 … seconds, at most five times in a row; a server that stood for ten minutes begins
anew.
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
from serving.launch.command import DRAIN_SECONDS, LaunchPlan
from serving.launch.warm_up import Warmth, warm_up
from serving.vllm import END_SECONDS, LOOPBACK, Environment, Server

_POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Patience:
    """When to start anew and when to give up; times in seconds.

    restarts  in a row
    pause     before the first; doubled each time
    stood     after this long a death is the first in a row
    silent    /health may fail for this long
    every     between two questions to /health, each of which may take `answer`
    start     to load and compile a large model
    """

    restarts: int = 5
    pause: float = 1.0
    stood: float = 600.0
    silent: float = 60.0
    every: float = 5.0
    answer: float = 10.0
    start: float = 1800.0


class Stop:
    """Whether somebody asked to stop. A second time means: now."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._times = 0

    def ask(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Ask, as a signal handler does."""
        del number, frame
        self._times += 1
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Once or more."""
        return self._asked.is_set()

    @property
    def hurried(self) -> bool:
        """More than once."""
        return self._times > 1

    def wait(self, seconds: float) -> bool:
        """Wait, but not after it was asked; whether it was."""
        return self._asked.wait(seconds)


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """A Stop that SIGTERM and SIGINT ask, for the length of a block."""
    stop = Stop()
    before = {number: signal.signal(number, stop.ask) for number in (signal.SIGTERM, signal.SIGINT)}
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
    tell: Callable[[str], None],
    announce: Callable[[Warmth], None],
    patience: Patience = Patience(),
) -> None:
    """Serve until `stop` is asked. `tell` takes lines of progress, `announce` is called once, when it is ready.

    Raises ConfigurationError for a port that is taken, ServingError with vLLM's last lines when it gives up.
    """
    _check_port(plan)
    failures, announced = 0, False
    while True:
        tell(f"Starting vLLM; its log is {environment.log}")
        server = Server.start(environment, plan.request.folder, plan.url, plan.arguments, key)
        began = time.monotonic()
        try:
            warmth = _until_ready(server, plan, key, stop, tell, patience)
            if warmth is not None:
                if not announced:
                    announced = True
                    announce(warmth)
                _watch(server, stop, patience, tell)
            if stop.asked:
                tell("Stopping: what is being answered is finished first. Once more to stop at once.")
                server.drain(DRAIN_SECONDS + END_SECONDS, lambda: stop.hurried)
                return
        finally:
            server.kill()
        failures = 1 if time.monotonic() - began > patience.stood else failures + 1
        ended = f"vLLM ended (status {server.status})"
        if not announced or failures > patience.restarts:
            why = f" {failures} times in a row" if announced else " before it was ready"
            raise ServingError(f"{ended}{why}. The last lines of {environment.log}:\n{server.tail()}")
        pause = patience.pause * 2 ** (failures - 1)
        tell(f"{ended}. Starting it again in {pause:g} s ({failures} of {patience.restarts}).")
        if stop.wait(pause):
            return


def _until_ready(
    server: Server, plan: LaunchPlan, key: str, stop: Stop, tell: Callable[[str], None], patience: Patience
) -> Warmth | None:
    """Healthy and warm; None when it ended before, or somebody asked to stop."""
    end = time.monotonic() + patience.start
    while server.status is None and not stop.wait(_POLL_SECONDS):
        if server.is_healthy(patience.answer):
            tell("vLLM is up; warming it up")
            try:
                return warm_up(plan.url, key, plan.request.served_name, plan.request.prompt_tokens)
            except ServingError as error:
                tell(str(error))
                return None
        if time.monotonic() > end:
            tell(f"vLLM did not answer /health within {patience.start:g} s")
            return None
    return None


def _watch(server: Server, stop: Stop, patience: Patience, tell: Callable[[str], None]) -> None:
    """Return when it has ended, does not answer any more, or somebody asked to stop."""
    answered = asked = time.monotonic()
    while server.status is None and not stop.wait(min(_POLL_SECONDS, patience.every)):
        if time.monotonic() - asked < patience.every:
            continue
        asked = time.monotonic()
        if server.is_healthy(patience.answer):
            answered = time.monotonic()
        elif time.monotonic() - answered > patience.silent:
            tell(f"vLLM has not answered /health for {patience.silent:g} s")
            return


def _check_port(plan: LaunchPlan) -> None:
    """A server of somebody else's on the port would be taken for vLLM."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, plan.request.port))
        except OSError as error:
            raise ConfigurationError(
                f"Port {plan.request.port} on {LOOPBACK} cannot be used: {error.strerror}. Choose another with --port."
            ) from error
