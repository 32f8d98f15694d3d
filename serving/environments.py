"""The environments of serving/envs, each made by `make env-NAME`: its Python, its processes and their variables.

vLLM, LLM Compressor and GuideLLM run there as processes of their own; none of them is imported here.
"""

from __future__ import annotations

import ctypes
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from core.errors import ServingError

REPOSITORY = Path(__file__).resolve().parents[1]
_OURS = ("PYTHON", "VIRTUAL_ENV")
_PR_SET_PDEATHSIG = 1
_QUIET = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}


def python_of(name: str) -> Path:
    """Return the Python of `make env-NAME`; it need not exist."""
    return REPOSITORY / f".venv-{name}" / "bin" / "python"


def check_python(python: Path, name: str, software: str, otherwise: str = "") -> None:
    """Raise ServingError with the command that makes an environment, if its Python does not exist."""
    if not python.exists():
        raise ServingError(f"{software}'s environment is missing ({python}). Run: make env-{name}{otherwise}")


def variables(inherited: Mapping[str, str], **more: str) -> dict[str, str]:
    """Return the inherited variables without those of this Python; then no telemetry, no model hub, and `more`."""
    kept = {name: value for name, value in inherited.items() if not name.startswith(_OURS)}
    return {**kept, **_QUIET, **more}


def end_with_parent() -> None:
    """Have this process sent SIGTERM when the one that started it ends, however it ends (Linux; elsewhere not).

    Called in the new process, first of all, or as `preexec_fn`: it must not keep a port, memory or a folder.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
