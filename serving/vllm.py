"""One vLLM process: started from its own environment, asked for its health, drained, ended.

vLLM is `python -m vllm.entrypoints.openai.api_server`, because the `vllm` command of the package for processors does
not start. Its telemetry is off, it does not contact a model hub, and it gets its key through the environment, where no
list of processes shows it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import httpx2

from core.errors import ConfigurationError, ServingError
from serving.environments import check_python, end_with_parent, python_of, variables
from serving.vllm_log import find_cause

LOOPBACK = "127.0.0.1"
Hardware: TypeAlias = Literal["cpu", "cuda"]
END_SECONDS = 15.0
"""The time that vLLM needs to end after its last answer."""
_MODULE = ("-m", "vllm.entrypoints.openai.api_server")
_START_SECONDS = 900.0
"""Loading a large model from a slow disk takes minutes; a tiny one is ready in 30 s."""
_POLL_SECONDS = 0.25
_HEALTH_SECONDS = 5.0
_TAIL_LINES = 25
_KEY = "VLLM_API_KEY"
_PLUGINS, _PLUGIN = Path(__file__).resolve().parent / "vllm_plugin", "groundwork"
"""A folder on vLLM's import path, in which it finds the plugin of this name."""
_ALLOWED = "VLLM_PLUGINS"
"""The variable with the names of the plugins that vLLM runs, separated by commas; all, where it is not set."""


def shown_python(hardware: Hardware, named: Path | None) -> Path:
    """Return the Python for a command that is only printed; it need not exist here."""
    return named or python_of(f"vllm-{hardware}")


def find_python(hardware: Hardware, named: Path | None) -> Path:
    """Return the Python that has vLLM: the named one, else that of `make env-vllm-cpu` or `make env-vllm-cuda`.

    Raises ConfigurationError for a name that is not a program, ServingError with the command that makes one.
    """
    if named is not None:
        found = shutil.which(named)
        if found is None:
            raise ConfigurationError(f"--python is {named}, which is not a program. Name a Python that has vLLM.")
        return Path(found).absolute()
    made = python_of(f"vllm-{hardware}")
    check_python(made, f"vllm-{hardware}", "vLLM", ". Or name another Python with --python.")
    return made


def command(python: Path) -> tuple[str, ...]:
    """Return the words before the server's arguments."""
    return (str(python), *_MODULE)


@dataclass(frozen=True, slots=True)
class Environment:
    """The Python of the environment with vLLM, the variables of the process, and the file for its output."""

    python: Path
    variables: Mapping[str, str]
    log: Path


class Server:
    """A vLLM process and its engine, which are one process group. `url` is where it listens."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path, written: int) -> None:
        """`written` are the bytes of the log from servers before this one."""
        self._process = process
        self._log = log
        self._written = written
        self.url = url

    @classmethod
    def start(
        cls, environment: Environment, folder: Path, url: str, arguments: Sequence[str], key: str | None = None
    ) -> Server:
        """Start vLLM in `folder`, without waiting for it. Raises ServingError when the Python does not run."""
        given = variables(environment.variables, VLLM_NO_USAGE_STATS="1", PYTHONPATH=str(_PLUGINS))
        if (named := given.get(_ALLOWED)) is not None:
            given[_ALLOWED] = ",".join(dict.fromkeys((*filter(None, named.split(",")), _PLUGIN)))
        given.pop(_KEY, None)
        with environment.log.open("ab") as output:
            written = os.fstat(output.fileno()).st_size
            try:
                process = subprocess.Popen(  # noqa: S603
                    [*command(environment.python), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=given | ({} if key is None else {_KEY: key}),
                    # `-m` puts the working directory on the import path: another one might contain a folder named vllm.
                    cwd=folder.resolve(),
                    start_new_session=True,
                    preexec_fn=end_with_parent,
                )
            except OSError as error:
                raise ServingError(
                    f"{environment.python} does not start ({error.strerror}). Name another with --python."
                ) from error
        return cls(process, url, environment.log, written)

    @property
    def process_group(self) -> int:
        """The id of the process group of vLLM and its engine."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status; None while it runs."""
        return self._process.poll()

    def is_healthy(self, seconds: float = _HEALTH_SECONDS) -> bool:
        """Return whether /health answers 200 within the time. vLLM answers 503 when its engine is dead."""
        try:
            # Plain HTTP needs no certificates. Loading them takes a tenth of a second of processor time, which becomes
            # seconds where vLLM keeps every core busy.
            return httpx2.get(f"{self.url}/health", timeout=seconds, verify=False, trust_env=False).is_success
        except httpx2.HTTPError:
            return False

    def wait_until_healthy(self, seconds: float) -> None:
        """Wait. Raises ServingError with cause and last lines of the log when it ends or is not healthy in time."""
        end = time.monotonic() + seconds
        while not self.is_healthy():
            if self.status is not None:
                raise ServingError(f"vLLM ended with status {self.status}: {self.cause()}\n{self._last_lines()}")
            if time.monotonic() > end:
                raise ServingError(f"vLLM was not healthy after {seconds:.0f} s.\n{self._last_lines()}")
            time.sleep(_POLL_SECONDS)

    def cause(self) -> str:
        """Return the first error in the log: later ones are of the processes that waited for the failed one."""
        return find_cause(self._read_log())

    def tail(self) -> str:
        """Return the last lines that vLLM wrote."""
        return "\n".join(self._read_log().splitlines()[-_TAIL_LINES:])

    def drain(self, seconds: float, hurry: Callable[[], bool] = lambda: False) -> None:
        """Let it finish its requests, then end it: after the time in any case, at once when `hurry` returns True."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        end = time.monotonic() + seconds
        while self.status is None and time.monotonic() < end and not hurry():
            time.sleep(_POLL_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End all processes of the group. A second call does nothing."""
        with suppress(ProcessLookupError):
            os.killpg(self.process_group, signal.SIGKILL)
        self._process.wait()

    def _read_log(self) -> str:
        return self._log.read_bytes()[self._written :].decode("utf-8", errors="replace")

    def _last_lines(self) -> str:
        return f"The last lines of {self._log}:\n{self.tail()}"


@contextmanager
def served(
    checkpoint: Path, log: Path, flags: Sequence[str], python: Path, seconds: float = _START_SECONDS
) -> Iterator[Server]:
    """Serve a checkpoint on the processor for the length of a block, on a free port of this machine.

    Raises ServingError when the environment is missing, and when vLLM ends or is not healthy within the seconds.
    """
    check_python(python, "vllm-cpu", "vLLM")
    port = free_port()
    arguments = ("--model", str(checkpoint.absolute()), "--host", LOOPBACK, "--port", str(port), *flags)
    log.write_bytes(b"")
    server = Server.start(Environment(python, os.environ, log), checkpoint, f"http://{LOOPBACK}:{port}", arguments)
    try:
        try:
            server.wait_until_healthy(seconds)
        except ServingError as error:
            raise ServingError(f"{checkpoint} could not be served. {error}") from error
        yield server
    finally:
        server.drain(END_SECONDS)


def free_port() -> int:
    """Return a port of this machine that no process listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port
