"""Read server-sent events of the chat API: what a client of a stream does, without a client library."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

_PREFIX = "data: "


def read_data(lines: Iterable[str]) -> Iterator[str]:
    """Give the data of each event; comments and blank lines are skipped."""
    return (line.removeprefix(_PREFIX) for line in lines if line.startswith(_PREFIX))


def read_chunks(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Give the JSON object of each event, without the final `[DONE]`."""
    return (json.loads(data) for data in read_data(lines) if data.startswith("{"))
