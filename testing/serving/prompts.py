"""Prompts as `groundwork model prompts` would write them, without an index."""

from __future__ import annotations

from collections.abc import Sequence

from core.prompts import Prompt
from core.types import Message


def make_prompts(
    count: int = 10, *, origin: str = "case", documents: Sequence[str] = (), answer: str | None = None
) -> list[Prompt]:
    """Return prompts with a question each."""
    return [
        Prompt(f"p{number}", origin, "", (Message("user", f"Question {number}?"),), tuple(documents), answer)
        for number in range(count)
    ]
