"""Reports to the command that started this, as lines of stdout."""

from __future__ import annotations

import json

SIGN = "groundwork:"


def note(text: str) -> None:
    """Say what was decided or found, in a sentence."""
    _send({"note": text})


def progress(done: int, total: int) -> None:
    """Report how many steps are done."""
    _send({"done": done, "total": total})


def _send(values: dict[str, object]) -> None:
    print(SIGN + json.dumps(values, ensure_ascii=False), flush=True)
