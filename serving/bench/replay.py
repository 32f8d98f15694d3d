"""Recorded requests, JSON Lines: read, checked, and chosen for a replay at the times at which they came.

    {"timestamp": "2026-11-28T09:15:02.120Z", "messages": [{"role": "user", "content": "…"}], "answer_tokens": 212}
    {"timestamp": "2026-11-28T09:15:03.400Z", "prompt": "…", "max_tokens": 400}

    timestamp       when the request came: seconds (from any start), or date and time in ISO 8601 (UTC without a zone)
    messages        the messages as they were sent; or `prompt`, the text of one message of the user
    answer_tokens   the length of the recorded answer. The replayed one is forced to it (vLLM's `ignore_eos`), so that
                    the server has the same work; without it the model ends its answer
    max_tokens      the request's own limit for the answer
    id              any text; not used

The order of the lines does not matter. Not covered: tools, images, and waiting for an earlier answer: a request of a
conversation is sent at its time, also while the replayed answer before it is still being written.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import ConfigurationError
from core.types import Message, Role

LEAD_SECONDS = 10.0
"""The time before the first request. GuideLLM 0.8 counts from before its workers are ready: without it the requests of
the first seconds (2.2 s on two busy cores) are sent together."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request, `seconds` after the first one of its file."""

    seconds: float
    messages: tuple[Message, ...]
    answer_tokens: int | None
    max_tokens: int | None


@dataclass(frozen=True, slots=True)
class Recording:
    """Requests of a file, by rising time. `total` is the number that the file has."""

    file: Path
    requests: tuple[RecordedRequest, ...]
    total: int

    @property
    def seconds(self) -> float:
        """The time from the first request to the last."""
        return self.requests[-1].seconds

    def first(self, requests: int | None, seconds: float | None, speed: float = 1.0) -> Recording:
        """Return at most so many requests, those that are sent in so many seconds at this speed.

        Raises ConfigurationError where a number is not above 0.
        """
        for option, value in (("requests", requests), ("seconds", seconds), ("speed", speed)):
            if value is not None and not value > 0:
                raise ConfigurationError(f"--{option} is {value:g}; it must be above 0.")
        kept = self.requests if seconds is None else tuple(r for r in self.requests if r.seconds <= seconds * speed)
        return replace(self, requests=kept[:requests])

    def describe(self, speed: float) -> str:
        """Return what was sent, for a report."""
        part = "" if len(self.requests) == self.total else f" of {self.total:,}"
        forced = sum(request.answer_tokens is not None for request in self.requests)
        lengths = f"{forced:,} answers with their recorded length" if forced else "answers as the model ends them"
        return (
            f"{len(self.requests):,}{part} requests of {self.file.name}, recorded over {self.seconds:,.0f} s, "
            f"replayed at {speed:g} times the speed, {lengths}"
        )


class _Turn(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    role: Role
    content: str


_Tokens = Annotated[int, Field(ge=1)]


class _Line(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    timestamp: Annotated[float, Field(ge=0, allow_inf_nan=False)] | str
    messages: Annotated[list[_Turn], Field(min_length=1)] | None = None
    prompt: Annotated[str, Field(min_length=1)] | None = None
    answer_tokens: _Tokens | None = None
    max_tokens: _Tokens | None = None
    id: str | int | None = None

    @model_validator(mode="after")
    def _one_text(self) -> Self:
        if (self.messages is None) == (self.prompt is None):
            raise ValueError("write either 'messages' or 'prompt'")
        return self

    @property
    def sent(self) -> tuple[Message, ...]:
        if self.messages is None:
            return (Message("user", self.prompt or ""),)
        return tuple(Message(turn.role, turn.content) for turn in self.messages)


def read_recording(file: Path) -> Recording:
    """Read all requests of a file; empty lines are skipped.

    Raises ConfigurationError that names the file, the line, the field and what is wrong with it.
    """
    try:
        # Not splitlines: it also splits at characters that JSON allows inside a string (U+2028).
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"--replay: {file} cannot be read: {error}. Name a UTF-8 file of recorded requests."
        ) from error
    read = [(number, _parse(file, number, line)) for number, line in enumerate(lines, start=1) if line.strip()]
    if not read:
        raise ConfigurationError(f"--replay: {file} has no request. docs/measuring.md shows the form of a line.")
    _check_kinds(file, read)
    times = [_seconds(file, number, line.timestamp) for number, line in read]
    start = min(times)
    requests = (
        RecordedRequest(time - start, line.sent, line.answer_tokens, line.max_tokens)
        for time, (_, line) in zip(times, read, strict=True)
    )
    return Recording(file, tuple(sorted(requests, key=lambda request: request.seconds)), len(read))


def write_rows(file: Path, requests: tuple[RecordedRequest, ...], speed: float) -> None:
    """Write the rows that `serving.bench.source` sends, their times still as recorded."""
    lead = LEAD_SECONDS * speed
    rows = (asdict(replace(request, seconds=request.seconds + lead)) for request in requests)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _parse(file: Path, number: int, line: str) -> _Line:
    try:
        return _Line.model_validate_json(line)
    except ValidationError as error:
        raise ConfigurationError(
            f"--replay: {file}, line {number} is not a recorded request: {_first(error)}. "
            "docs/measuring.md shows the form of a line."
        ) from error


def _first(error: ValidationError) -> str:
    """Return the first fault in words, with its field and the value found."""
    found = error.errors(include_url=False)
    first = found[0]
    # Of a union pydantic names each alternative that it tried: the field is the first part.
    place = ".".join(str(part) for part in first["loc"] if not str(part).startswith(("float", "str", "list[", "int")))
    value = "" if first["type"] in ("missing", "json_invalid", "value_error") else f" (found {first['input']!r:.60})"
    words = first["msg"].removeprefix("Value error, ")
    return f"{f'{place}: ' if place else ''}{words}{value}"


def _check_kinds(file: Path, read: list[tuple[int, _Line]]) -> None:
    """Raise ConfigurationError where one timestamp is a number and another a date."""
    first_number, first = read[0]
    for number, line in read[1:]:
        if isinstance(line.timestamp, str) != isinstance(first.timestamp, str):
            raise ConfigurationError(
                f"--replay: {file}: the timestamp of line {first_number} is {first.timestamp!r}, that of line {number} "
                f"{line.timestamp!r}. Write seconds in all lines, or dates in all."
            )


def _seconds(file: Path, number: int, timestamp: float | str) -> float:
    if not isinstance(timestamp, str):
        return timestamp
    try:
        read = datetime.fromisoformat(timestamp)
    except ValueError as error:
        raise ConfigurationError(
            f"--replay: {file}, line {number}: the timestamp is {timestamp!r}; it must be seconds as a number, or a "
            "date and time in ISO 8601, as in 2026-11-28T09:15:02Z."
        ) from error
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
