"""One vLLM process: started from its own environment, asked for its health, drained, ended.

vLLM is `python -m vllm.entrypoints.openai.api_server`, because the `vllm` command of the package for processors does
not start. It is told neither to count its users nor to ask a model hub, and its key travels in the environment, where
no list of processes shows it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from core.errors import ConfigurationError, ServingError
from serving.launch.command import DRAIN_SECONDS, LaunchPlan

_MODULE = ("-m", "vllm.entrypoints.openai.api_server")
_QUIET = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}
_POLL_SECONDS = 0.25
_KILL_SECONDS = 15.0
"""What vLLM takes to end after its last answer."""
_TAIL_LINES = 25
_KEY = "VLLM_API_KEY"
_PR_SET_PDEATHSIG = 1


_REPOSITORY = Path(__file__).resolve().parents[2]


def shown_python(plan: LaunchPlan, named: Path | None) -> Path:
    """What stands first in a command that is only printed; it need not exist here."""
    return named or _made(plan)


def find_python(plan: LaunchPlan, named: Path | None) -> Path:
    """The Python that has vLLM: the one that was named, else that of `make env-vllm-cpu` or `make env-vllm-cuda`.

    Raises ConfigurationError that says how to make or name one.
    """
    if named is not None:
        found = shutil.which(named)
        if found is None:
            raise ConfigurationError(f"--python is {named}, which is no program. Name a Python that has vLLM.")
        return Path(found).absolute()
    made = _made(plan)
    if not made.exists():
        target = "env-vllm-cpu" if plan.profile == "cpu" else "env-vllm-cuda"
        raise ConfigurationError(f"There is no {made}. Run: make {target}. Or name another Python with --python.")
    return made


def _made(plan: LaunchPlan) -> Path:
    return _REPOSITORY / (".venv-vllm-cpu" if plan.profile == "cpu" else ".venv-vllm-cuda") / "bin" / "python"


def command(python: Path) -> tuple[str, ...]:
    """What comes before the plan's arguments."""
    return (str(python), *_MODULE)


@dataclass(frozen=True, slots=True)
class Environment:
    """`python` of the environment in which vLLM is installed, `variables` of the process, `log` for what it says."""

    python: Path
    variables: Mapping[str, str]
    log: Path


def _end_with_parent() -> None:
    """Linux: when the supervisor is killed, vLLM is told to stop, in place of holding the port and the memory."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Server:
    """A vLLM process and its engine, which are one process group."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self._process = process
        self._url = url
        self._log = log

    @classmethod
    def start(cls, plan: LaunchPlan, key: str, environment: Environment) -> Server:
        """Start vLLM. It is not healthy yet. Raises ServingError when the environment's Python does not run."""
        # What belongs to this Python would be found by the other one.
        inherited = {name: value for name, value in environment.variables.items() if not name.startswith("PYTHON")}
        with environment.log.open("ab") as output:
            try:
                process = subprocess.Popen(  # noqa: S603
                    [*command(environment.python), *plan.arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**inherited, **_QUIET, _KEY: key},
                    # `-m` puts the working directory on the import path: elsewhere a folder named vllm could be found.
                    cwd=plan.request.folder.resolve(),
                    start_new_session=True,
                    preexec_fn=_end_with_parent,
                )
            except OSError as error:
                raise ServingError(
                    f"{environment.python} does not start ({error.strerror}). Name another with --python."
                ) from error
        return cls(process, plan.url, environment.log)

    @property
    def process_group(self) -> int:
        """The number of the group that vLLM and its engine are in."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status; None while it runs."""
        return self._process.poll()

    def is_healthy(self, seconds: float) -> bool:
        """Whether /health answers 200 within the time. vLLM answers 503 when its engine is dead."""
        try:
            return httpx2.get(f"{self._url}/health", timeout=seconds).is_success
        except httpx2.HTTPError:
            return False

    def tail(self) -> str:
        """The last lines that vLLM wrote."""
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:])

    def drain(self, hurry: Callable[[], bool]) -> None:
        """Let it finish what it answers, then end it; at once when `hurry` says so."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        end = time.monotonic() + DRAIN_SECONDS + _KILL_SECONDS
        while self._process.poll() is None and time.monotonic() < end and not hurry():
            time.sleep(_POLL_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End what is left of the group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process_group, signal.SIGKILL)
        self._process.wait()
