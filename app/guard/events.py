"""Server-sent events as bytes: where each one ends, what its data is, and how it is written.

An event is passed on byte for byte unless something is added to it. Lines end with LF or CRLF.

Not covered: lines that end with CR alone, which no server of this API writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from core.errors import UpstreamFault

_END = re.compile(rb"\r?\n\r?\n")
_DATA = re.compile(rb"^data:[ ]?(.*?)\r?$", re.MULTILINE)
_LONGEST = 16 << 20
"""Bytes of one event. Chosen: more than any chunk has; what is longer is no stream of events."""
DONE = b"[DONE]"


class EventReader:
    """Divides the bytes of a stream into events, however they arrive."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the events that are complete now, each with the blank line that ends it.

        Raises UpstreamFault where an event is longer than any that a server of this API sends.
        """
        # An end that the last piece has begun is found as well.
        searched = max(0, len(self._rest) - 3)
        self._rest += data
        start = 0
        while found := _END.search(self._rest, max(searched, start)):
            yield self._rest[start : found.end()]
            start = found.end()
        self._rest = self._rest[start:]
        if len(self._rest) > _LONGEST:
            raise UpstreamFault(f"The upstream sent an event of more than {_LONGEST >> 20} MB.")

    def end(self) -> bytes:
        """Return what is left: an event without its end, where the stream was cut off."""
        rest, self._rest = self._rest, b""
        return rest


def data_of(event: bytes) -> bytes | None:
    """Return the data of an event; None for a comment and for an event without data."""
    lines = _DATA.findall(event)
    return b"\n".join(lines) if lines else None


def event_of(value: Any) -> bytes:
    """Return an event with a JSON value as its data."""
    return b"data: " + written(value) + b"\n\n"


def written(value: Any) -> bytes:
    """Return a value as JSON, in ASCII: half a character that a server has cut in two cannot be written in UTF-8."""
    return json.dumps(value, separators=(",", ":")).encode()


def with_field(text: bytes, name: str, value: Any) -> bytes:
    """Return a JSON object, or an event whose data it is, with one more field, and every other byte as it was.

    The last brace of the text must be that of the object, which must have a field.
    """
    end = text.rindex(b"}")
    return text[:end] + b',"' + name.encode() + b'":' + written(value) + text[end:]
