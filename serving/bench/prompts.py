"""The prompts of a run: a JSONL, one object a line, as the app rendered them.

    {"id": "start-01", "from": "case", "question": "…", "messages": [{"role": "system", "content": "…"}, …],
     "documents": ["start/first-day.md"], "answer": "…"}

Only `messages` are sent; `from` ("case" or "passage") is counted in the report.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Prompts:
    """How many distinct prompts a file has, their characters, and where they come from.

    `first` are the messages of the first prompt.
    """

    file: Path
    count: int
    sources: Mapping[str, int]
    median_characters: int
    first: tuple[Mapping[str, str], ...]

    def words(self) -> str:
        """What was sent, for a report."""
        sources = " and ".join(f"{count} from a {name}" for name, count in sorted(self.sources.items()))
        return f"{self.count} distinct prompts ({sources}), {self.median_characters:,} characters in the median"


def read_prompts(file: Path) -> Prompts:
    """Check a file and count. Raises ConfigurationError with the line, what was found and the mend."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"--prompts: {file} cannot be read: {error}. Name a JSONL file, or leave --prompts out."
        ) from error
    rows = [_row(f"{file}, line {number}", line) for number, line in enumerate(lines, start=1)]
    if not rows:
        raise ConfigurationError(f"--prompts: {file} is empty. A benchmark needs at least one prompt.")
    if repeated := len(rows) - len({json.dumps(row["messages"]) for row in rows}):
        raise ConfigurationError(
            f"--prompts: {file} has {repeated} prompts that another line has already. Keep one of each: a server "
            "remembers what it has read, and a repeated prompt is not measured as a new one would be."
        )
    lengths = sorted(sum(len(message["content"]) for message in row["messages"]) for row in rows)
    return Prompts(
        file=file,
        count=len(rows),
        sources=Counter(str(row.get("from", "unknown")) for row in rows),
        median_characters=lengths[len(lengths) // 2],
        first=tuple(rows[0]["messages"]),
    )


def _row(where: str, line: str) -> dict[str, Any]:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        raise ConfigurationError(f"--prompts: {where} is no JSON: {error}. Write one object a line.") from error
    messages = row.get("messages") if isinstance(row, dict) else None
    if not isinstance(messages, list) or not messages or not all(map(_is_message, messages)):
        raise ConfigurationError(
            f'--prompts: {where} has no "messages", a list of {{"role": …, "content": …}}. Add them.'
        )
    return dict(row)


def _is_message(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in ("role", "content"))
