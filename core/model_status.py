"""What the programs that get and serve a model say of it in a file, for the time in which its server takes no requests.

`groundwork model get` and `groundwork model serve` write the file with `--status`; the app reads it (LLM_STATUS_FILE),
and so knows a model that is being loaded from one that cannot be had, with the reason. Where the server answers, the
file does not matter.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from core.files import replace_text

State: TypeAlias = Literal["loading", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """`detail` is how far a start is, or why it has failed, in sentences for people."""

    state: State
    detail: str


def write_model_status(file: Path, status: ModelStatus) -> None:
    """Write the status in place of the one before, whole. Raises OSError."""
    replace_text(file, json.dumps(asdict(status), ensure_ascii=False) + "\n")


def read_model_status(file: Path) -> ModelStatus | None:
    """Return the status; None where nothing has written one yet. A file that has something else is a failed status."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        return ModelStatus("failed", f"LLM_STATUS_FILE {file} cannot be read: {error}")
    match found:
        case {"state": str(state), "detail": str(detail)} if state in get_args(State):
            return ModelStatus(state, detail)  # type: ignore[arg-type]
    return ModelStatus("failed", f"LLM_STATUS_FILE {file} has no status of a model, but: {str(found)[:200]}")
