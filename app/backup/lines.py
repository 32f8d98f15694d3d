"""Lines of JSON in members of a bounded size: what does not fit into memory as a whole is written piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from app.backup.archive import Member, member_of

_MEMBER_BYTES = 8_000_000
"""After which another member begins. Chosen: the size of a member has to be known before its content is written."""


def line_members(prefix: str, values: Iterable[Any], first: Any = None) -> Iterator[Member]:
    """Yield members `<prefix>-000001.jsonl`, … with a value on each line; `first` is the first line of each of them.

    With `first` there is one member at least.
    """
    number = 1
    head = [] if first is None else [_line(first)]
    lines, size = list(head), 0
    for value in values:
        line = _line(value)
        lines.append(line)
        size += len(line)
        if size >= _MEMBER_BYTES:
            yield member_of(_name(prefix, number), b"".join(lines))
            number, lines, size = number + 1, list(head), 0
    if size or (head and number == 1):
        yield member_of(_name(prefix, number), b"".join(lines))


def read_lines(content: Iterable[bytes]) -> list[Any]:
    """Return the values of a member. Raises ValueError for lines that are no JSON."""
    return [json.loads(line) for line in b"".join(content).split(b"\n") if line]


def _line(value: Any) -> bytes:
    # Without ensure_ascii a lone surrogate could not be written.
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def _name(prefix: str, number: int) -> str:
    return f"{prefix}-{number:06d}.jsonl"
