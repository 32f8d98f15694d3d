"""Programs that the preflight asks about themselves."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

_SECONDS = 15.0


@dataclass(frozen=True)
class Output:
    """What a program printed. `failed`: it is not there, ended with an error, or did not end in time."""

    text: str
    failed: bool


def ask(command: Sequence[str]) -> Output:
    """Run a program and return what it prints; of one that fails, what it says about it."""
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
        )
    except OSError as error:
        return Output(str(error), failed=True)
    except subprocess.TimeoutExpired:
        return Output(f"{command[0]} did not answer within {_SECONDS:.0f} seconds", failed=True)
    if done.returncode != 0:
        return Output((done.stderr or done.stdout).strip(), failed=True)
    return Output(done.stdout.strip(), failed=False)
