"""The log of a process: one line for each event, for people or as JSON, with the ids of what it belongs to.

    2026-11-29T21:30:00.123Z WARNING answer-…: extractive answer, model unreachable: … [request_id=… answer_id=…]
    {"time": "2026-11-29T21:30:00.123Z", "level": "warning", "logger": "groundwork", "message": "…", "request_id": "…"}

The ids are those of the context of a task or thread: `asyncio.to_thread` and the threads of FastAPI inherit it, and the
jobs of the ingestion are given it. uvicorn's lines have the same form. Its lines about requests, without the query
string, are written as JSON only; people at a terminal need no line for every file of the page.

Not covered: what a crash of the interpreter writes, and the output of programs that parse files.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

LogFormat: TypeAlias = Literal["text", "json"]
IDS = ("request_id", "trace_id", "answer_id", "job_id")
"""The fields of a line that say what it belongs to; those that are not known are left out."""
FIELDS = ("time", "level", "logger", "message", *IDS, "method", "path", "status", "client", "exception")
"""All fields of a line as JSON. `method` to `client` are those of a request, `exception` is a traceback."""

_ACCESS = "uvicorn.access"
_PROBES = ("/health", "/ready", "/metrics")
"""Paths that a machine reads every few seconds. Their successes are not logged."""


@dataclass(slots=True)
class LogContext:
    """The ids of what is being done; "" where there is none. A request's answer id is set when it is known."""

    request_id: str = ""
    trace_id: str = ""
    answer_id: str = ""
    job_id: str = ""


_CONTEXT: ContextVar[LogContext | None] = ContextVar("log context", default=None)


def log_context() -> LogContext:
    """Return the ids of what runs here; what nobody reads where there are none."""
    return _CONTEXT.get() or LogContext()


def log_as(context: LogContext) -> None:
    """Give these ids to every line of this task or thread from now on, and of the tasks and threads that it starts."""
    _CONTEXT.set(context)


def configure_logging(form: LogFormat) -> None:
    """Write the log of this process to stderr, in one form for all libraries.

    As text: warnings and errors. As JSON: also information and requests.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    handler.addFilter(_is_shown)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in ("groundwork", _ACCESS):
        logging.getLogger(name).setLevel(logging.INFO if form == "json" else logging.WARNING)


class TextFormatter(logging.Formatter):
    """A line for people: time, level, message, ids; a traceback follows."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        ids = " ".join(f"{name}={value}" for name, value in _ids().items())
        line = f"{_time(record)} {record.levelname} {record.getMessage()}{f' [{ids}]' if ids else ''}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """A line for machines: one JSON object with the fields FIELDS."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        fields: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_ids(),
        }
        if record.name == _ACCESS:
            fields |= _request_fields(record)
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    """Return the time in UTC, as RFC 3339 writes it, with milliseconds."""
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z"


def _ids() -> dict[str, str]:
    context = log_context()
    return {name: value for name in IDS if (value := getattr(context, name))}


def _request_fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields of one of uvicorn's lines about a request, whose values are its arguments."""
    client, method, path, _, status = _access_values(record)
    return {
        "message": f"{method} {path} {status}",
        "method": method,
        "path": path,
        "status": status,
        # Without the port, which says nothing.
        "client": client.rpartition(":")[0],
    }


def _access_values(record: logging.LogRecord) -> tuple[str, str, str, str, int]:
    """Return client, method, path without the query string, version of HTTP and status."""
    client, method, path, version, status = record.args  # type: ignore[misc]
    return str(client), str(method), str(path).partition("?")[0], str(version), int(status)  # type: ignore[arg-type]


def _is_shown(record: logging.LogRecord) -> bool:
    """Whether a line is written: all but those of probes that succeed."""
    if record.name != _ACCESS:
        return True
    _, _, path, _, status = _access_values(record)
    return path not in _PROBES or status >= 400
