"""A model that is served beside the app: `groundwork model serve` as a process of its own, ended with the app."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import IO

from cli.options import model_folder
from core.errors import ConfigurationError
from core.settings import Settings
from serving.checkpoint.configuration import check_folder, read_configuration
from serving.environments import end_with_parent
from serving.get.folders import served_name
from serving.launch.stages import stage_of
from serving.launch.supervise import READY_AGAIN, STARTING
from serving.vllm import LOOPBACK, free_port

_PORT = 8001
_PROGRESS_SECONDS = 10.0
"""Between two lines about the same stage."""
_POLL_SECONDS = 0.5
_END_SECONDS = 20.0
"""For vLLM to end when it is asked to; no request is running then. It is asked again after these."""
_SIGNALLED = 128


@dataclass(frozen=True, slots=True)
class _Start:
    """Where the model is served: the address, the key and the name for the app, and vLLM's log."""

    folder: Path
    name: str
    port: int
    key: str
    log: Path


class ModelBeside:
    """The process that serves the model. It is starting until it says that it is ready, or ends."""

    def __init__(self, process: subprocess.Popen[str], start: _Start, report: Callable[[str], None]) -> None:
        self._process = process
        self._start = start
        self._report = report
        self._settled = threading.Event()
        self._ended = threading.Event()
        self._stopping = False
        self._began, self._logged = time.monotonic(), self._log_size()
        self._threads = [
            threading.Thread(target=each, daemon=True) for each in (self._follow, self._forward, self._progress)
        ]

    def is_starting(self) -> bool:
        """Return whether the model is still being loaded."""
        return not self._settled.is_set()

    def watch(self) -> None:
        """Begin to report the progress of the start, and later the end of the process."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the process, and vLLM with it."""
        self._stopping = True
        self._settle()
        for seconds in (_END_SECONDS, _END_SECONDS):
            self._process.terminate()
            try:
                self._process.wait(timeout=seconds)
                break
            except subprocess.TimeoutExpired:
                continue
        else:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join()

    def _follow(self) -> None:
        """Wait for the line with the app's variables, which means ready, and for the end of the process."""
        for _ in _lines(self._process.stdout):
            self._ready()
        status = self._process.wait()
        was_starting = self.is_starting()
        self._settle()
        if not self._stopping:
            when = " before it was ready" if was_starting else ""
            self._report(f"The model's server has ended{when} (status {status}). Answers are extractive from now on.")

    def _forward(self) -> None:
        """Report what the process reports, and follow vLLM where it has ended and is started again."""
        for line in _lines(self._process.stderr):
            self._report(line.rstrip())
            if line.startswith(STARTING) and not self.is_starting() and not self._stopping:
                self._began, self._logged = time.monotonic(), self._log_size()
                self._settled.clear()
            elif line.startswith(READY_AGAIN):
                self._ready()

    def _ready(self) -> None:
        if self.is_starting():
            self._settled.set()
            self._report(f"The model is ready after {self._seconds():.0f} s.")

    def _settle(self) -> None:
        """End the start, ready or not, for the last time."""
        self._settled.set()
        self._ended.set()

    def _progress(self) -> None:
        shown, reported = "", 0.0
        while not self._ended.wait(_POLL_SECONDS):
            if not self.is_starting():
                shown = ""
                continue
            stage = stage_of(self._log())
            if stage != shown or time.monotonic() - reported > _PROGRESS_SECONDS:
                shown, reported = stage, time.monotonic()
                self._report(f"The model is loading: {self._seconds():.0f} s, {stage}.")

    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _log_size(self) -> int:
        return self._start.log.stat().st_size if self._start.log.exists() else 0

    def _log(self) -> str:
        """Return what this start has written to vLLM's log, which earlier ones have written to as well."""
        try:
            with self._start.log.open("rb") as log:
                log.seek(self._logged)
                return log.read().decode("utf-8", errors="replace")
        except FileNotFoundError:
            return ""


@contextmanager
def served_beside(
    argument: str, settings: Settings, report: Callable[[str], None]
) -> Iterator[tuple[Settings, ModelBeside]]:
    """Serve a model for the length of a block; yield the settings that connect the app to it, and its process.

    `argument` is what the other commands take for a model. Raises ConfigurationError for one that is not on this
    machine, and where LLM_BASE_URL names another model's server. SIGTERM ends the block like Ctrl-C.
    """
    if settings.llm_base_url is not None:
        raise ConfigurationError(
            f"LLM_BASE_URL is {settings.llm_base_url}, and --model starts a model of its own. Unset the one or omit "
            "the other."
        )
    folder = model_folder(argument)
    check_folder(folder)
    read_configuration(folder)
    name = served_name(folder) or folder.resolve().name
    port = _free_port()
    key = settings.llm_api_key or f"local-{secrets.token_urlsafe(24)}"
    start = _Start(folder, name, port, key, settings.data_dir / f"vllm-{port}.log")
    connected = replace(
        settings, llm_base_url=f"http://{LOOPBACK}:{port}/v1", llm_api_key=start.key, llm_model=start.name
    )
    with _ended_by_sigterm():
        model = ModelBeside(_run(start, settings), start, report)
        try:
            model.watch()
            yield connected, model
        finally:
            model.stop()


def _run(start: _Start, settings: Settings) -> subprocess.Popen[str]:
    words = ("model", "serve", str(start.folder), "--port", str(start.port), "--name", start.name)
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "cli", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env={**os.environ, "LLM_API_KEY": start.key, "GROUNDWORK_DATA_DIR": str(settings.data_dir)},
        # Ctrl-C goes to all processes of a terminal's group; this one is ended after the app.
        start_new_session=True,
        preexec_fn=end_with_parent,
    )


def _free_port() -> int:
    """Return the usual port of a model where it is free, else another: its number is in the name of vLLM's log."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, _PORT))
        except OSError:
            return free_port()
    return _PORT


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM raise SystemExit, so that the model is ended before this process."""

    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        raise SystemExit(_SIGNALLED + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _lines(stream: IO[str] | None) -> Iterator[str]:
    assert stream is not None
    with stream:
        yield from stream
