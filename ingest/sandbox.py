"""Parse files in a process that can be killed, with limits on memory and time: a bad file costs that file alone.

The process is started when the first file is parsed, and reused. When a parser crashes, needs too much memory or does
not end, the process is replaced, and the file has a DocumentError. Its answers are unpickled with nothing but our own
frozen values allowed, because a file that takes a parser over could write any answer.

Not covered: what a parser that was taken over may read or send; it has the rights of the user.
"""

from __future__ import annotations

import dataclasses
import io
import logging
import pickle
import resource
import signal
import threading
from enum import Enum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeAlias

from core.errors import DocumentError
from ingest.child import Child
from ingest.parse import ParsedText, Parser, parse

MEMORY_BYTES = 2_000_000_000
"""Of a parser, above what the process has before the first file. Chosen: the largest text that is read, of 100 MB,
takes less than half of it, and a machine with 4 GB can grant it."""
TIMEOUT_SECONDS = 120.0
"""For one file. Chosen: OCR of a hundred scanned pages takes about as long."""
_GRACE_SECONDS = 10
"""After which a process that still parses ends itself, should its parent not have killed it."""
_RETIRED_SHARE = 4
"""A process that kept more than this part of its memory after a file is replaced: libraries leak."""

_log = logging.getLogger("groundwork")
_Answer: TypeAlias = tuple[ParsedText | DocumentError | None, bool]
"""The result, None for a lack of memory; and whether the process should be replaced."""


class SandboxedParser:
    """A Parser whose files are parsed in a process of its own by another Parser, which must be picklable.

    It may be called from several threads, one after the other. `close` ends the process.
    """

    def __init__(
        self, parser: Parser = parse, *, memory_bytes: int = MEMORY_BYTES, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self._parser = parser
        self._memory_bytes = memory_bytes
        self._timeout_seconds = timeout_seconds
        self._child: Child | None = None
        self._lock = threading.Lock()

    def __call__(self, content: bytes, name: str) -> ParsedText:
        """Parse one file in the process. Raises DocumentError, also when the process had to be killed."""
        with self._lock:
            result = self._parsed(content, name)
        if isinstance(result, DocumentError):
            raise result
        return result

    def close(self) -> None:
        """End the process; the next file starts another."""
        with self._lock:
            self._drop()

    def _parsed(self, content: bytes, name: str) -> ParsedText | DocumentError:
        try:
            child = self._started()
            child.connection.send_bytes(name.encode(errors="surrogateescape"))
            child.connection.send_bytes(content)
            if not child.connection.poll(self._timeout_seconds):
                self._drop()
                return DocumentError(
                    f"it was not read within {self._timeout_seconds:g} s; split it, or save it in another format"
                )
            result, retired = _restricted_load(child.connection.recv_bytes())
        except (EOFError, OSError):
            ended = self._child
            if ended is None:
                raise
            self._child = None
            return DocumentError(_crash(ended.end(), self._memory_bytes))
        except pickle.UnpicklingError as error:
            self._drop()
            return DocumentError(f"the parser's answer could not be used: {error}")
        if retired:
            self._drop()
        return result if result is not None else DocumentError(_out_of_memory(self._memory_bytes))

    def _started(self) -> Child:
        if self._child is None or not self._child.is_alive:
            self._drop()
            self._child = Child.start(_parse_files)
            self._child.connection.send((self._parser, self._memory_bytes, self._timeout_seconds))
            # Its start is no part of the time for a file.
            self._child.connection.recv_bytes()
        return self._child

    def _drop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None


def _out_of_memory(limit: int) -> str:
    return f"it needs more than {limit / 1e9:g} GB of memory to be read; split it, or save it in another format"


def _crash(how: str, limit: int) -> str:
    """Return the reason of a file whose parser ended its process. Libraries abort when they get no more memory."""
    if "SIGABRT" in how:
        return f"the parser crashed ({how}), perhaps because it needed more than {limit / 1e9:g} GB of memory"
    if "SIGKILL" in how:
        return f"the parser was killed ({how}), perhaps because the machine has no more memory"
    return f"the parser crashed ({how}); save it in another format"


def _parse_files(connection: Connection) -> None:
    """Run in the child: parse file after file, until the parent closes the connection."""
    # The parent is trusted; it is the one that started this process.
    parser, memory_bytes, timeout_seconds = pickle.loads(connection.recv_bytes())  # noqa: S301
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Data, and not the address space: allocators reserve gigabytes of addresses on machines with many cores.
    limit = _data_bytes() + memory_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    # The default action ends the process even while native code keeps Python's lock.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    connection.send_bytes(b"ready")
    while True:
        name = connection.recv_bytes().decode(errors="surrogateescape")
        content = connection.recv_bytes()
        signal.alarm(int(timeout_seconds) + _GRACE_SECONDS)
        try:
            result = _result(parser, content, name)
            del content
            grown = _data_bytes() - (limit - memory_bytes)
            answer = pickle.dumps((result, grown > memory_bytes // _RETIRED_SHARE))
            del result
        except MemoryError:
            answer = pickle.dumps((None, True))
        connection.send_bytes(answer)
        signal.alarm(0)


def _result(parser: Parser, content: bytes, name: str) -> ParsedText | DocumentError:
    try:
        return parser(content, name)
    except DocumentError as error:
        # Without its cause, which may be of any class.
        return type(error)(error.reason)
    except MemoryError:
        raise
    except Exception as error:
        _log.warning("the parser failed on a file: %s", name, exc_info=error)
        return DocumentError(f"the parser failed ({type(error).__name__}: {error}); save it in another format")


def _data_bytes() -> int:
    """Return the private memory of this process; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
    except FileNotFoundError:
        return 0
    return pages * resource.getpagesize()


class _RestrictedUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name) if module == "core.errors" or module.startswith("ingest.") else None
        if isinstance(found, type) and (
            dataclasses.is_dataclass(found) or issubclass(found, DocumentError) or issubclass(found, Enum)
        ):
            return found
        raise pickle.UnpicklingError(f"it contains {module}.{name}, which is no part of a parsed text")


def _restricted_load(answer: bytes) -> _Answer:
    result, retired = _RestrictedUnpickler(io.BytesIO(answer)).load()
    if result is not None and not isinstance(result, ParsedText | DocumentError):
        raise pickle.UnpicklingError(f"it is a {type(result).__name__}")
    return result, bool(retired)
