"""Parsers that do what a broken file makes a native library do. They are run in a sandbox, by import path."""

from __future__ import annotations

import os
import signal
import subprocess
import time

from core.errors import DocumentError
from ingest.parse import ParsedText, parse


def parser_by_content(content: bytes, name: str) -> ParsedText:
    """Do what the content says; anything else is parsed as usual."""
    match content.decode().split():
        case ["crash"]:
            os.kill(os.getpid(), signal.SIGSEGV)
        case ["abort"]:
            os.abort()
        case ["exit"]:
            os._exit(3)
        case ["allocate"]:
            return parse(b"x" * 1_000_000_000, name)
        case ["sleep"]:
            time.sleep(60)
        case ["sleep", "in", "a", "program"]:
            subprocess.run(["sleep", "61.5"], check=False)
        case ["fail"]:
            raise ValueError("an element has no parent")
        case ["refuse"]:
            raise DocumentError("it is encrypted; save it without a password")
        case ["pid"]:
            raise DocumentError(str(os.getpid()))
        case ["forge"]:
            return _Forged()  # type: ignore[return-value]
    return parse(content, name)


class _Forged:
    """Unpickled without a restriction, it would run a command."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)
