"""A file that makes its parser crash, hang or fill the memory costs that file alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.errors import DocumentError, UnsupportedDocument
from ingest.parse import parse
from ingest.sandbox import SandboxedParser
from testing.bad_parsers import parser_by_content
from testing.builders import REPOSITORY

PAGE = b"# Leave\n\nEvery colleague has 25 days.\n"


@pytest.fixture(scope="module")
def parser() -> Iterator[SandboxedParser]:
    made = SandboxedParser(parser_by_content, memory_bytes=300_000_000, timeout_seconds=3)
    yield made
    made.close()


def reason(parser: SandboxedParser, content: bytes) -> str:
    with pytest.raises(DocumentError) as raised:
        parser(content, "page.md")
    return raised.value.reason


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[:1]
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int) -> bool:
    for _ in range(250):
        if not is_running(pid):
            return True
        time.sleep(0.02)
    return False


def test_a_file_is_read_as_without_the_sandbox(parser: SandboxedParser) -> None:
    assert parser(PAGE, "page.md") == parse(PAGE, "page.md")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"crash", "the parser crashed (signal 11, SIGSEGV)"),
        (b"abort", "perhaps because it needed more than 0.3 GB of memory"),
        (b"exit", "the parser crashed (exit code 3)"),
        (b"allocate", "it needs more than 0.3 GB of memory"),
        (b"sleep", "it was not read within 3 s"),
        (b"fail", "the parser failed (ValueError: an element has no parent)"),
        (b"refuse", "it is encrypted; save it without a password"),
        (b"forge", "no part of a parsed text"),
    ],
)
def test_a_bad_file_has_a_reason_and_the_next_one_is_read(parser: SandboxedParser, content: bytes, says: str) -> None:
    assert says in reason(parser, content)
    assert parser(PAGE, "page.md") == parse(PAGE, "page.md")


def test_an_unsupported_kind_is_still_a_skipped_file(parser: SandboxedParser) -> None:
    with pytest.raises(UnsupportedDocument, match="not read"):
        parser(PAGE, "page.exe")


def test_many_files_share_a_process_and_a_crash_begins_another(parser: SandboxedParser) -> None:
    first = reason(parser, b"pid")
    assert reason(parser, b"pid") == first
    reason(parser, b"crash")
    assert reason(parser, b"pid") != first


def test_a_program_that_the_parser_started_ends_with_it(parser: SandboxedParser) -> None:
    reason(parser, b"sleep in a program")
    end = time.monotonic() + 10
    while sleeping_programs() and time.monotonic() < end:
        time.sleep(0.05)
    assert not sleeping_programs()


def sleeping_programs() -> list[Path]:
    """Return the files of the processes that the parser started. One that was killed goes a moment later."""
    found: list[Path] = []
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        file = Path(f"/proc/{pid}/cmdline")
        with suppress(OSError):
            if file.read_bytes() == b"sleep\x0061.5\x00":
                found.append(file)
    return found


def test_closing_ends_the_process(parser: SandboxedParser) -> None:
    pid = int(reason(parser, b"pid"))
    parser.close()
    assert not is_running(pid)


def test_the_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    # Without a guard around the main part, as a user writes it.
    script.write_text(
        "import time\n"
        "from core.errors import DocumentError\n"
        "from ingest.sandbox import SandboxedParser\n"
        "from testing.bad_parsers import parser_by_content\n"
        "try:\n    SandboxedParser(parser_by_content)(b'pid', 'page.md')\n"
        "except DocumentError as error:\n    print(error, flush=True)\n"
        "time.sleep(60)\n",
        encoding="utf-8",
    )
    command = [sys.executable, str(script)]
    with subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert is_running(pid)
        process.send_signal(signal.SIGKILL)
    assert wait_until_gone(pid)
