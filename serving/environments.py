"""The environments of serving/envs, each made by `make env-NAME`: its Python, and the variables of its processes.

vLLM, LLM Compressor and GuideLLM run there as processes of their own; none of them is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.errors import ServingError

REPOSITORY = Path(__file__).resolve().parents[1]
_OURS = ("PYTHON", "VIRTUAL_ENV")
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
