"""Settings of every test, and the category that each test has: its folder, and `long`."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from testing.properties import RANDOM

# What other work on the machine slows down is no failure.
_PATIENT = settings(settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples in each run, so that a change fails only for what it did.
settings.register_profile("groundwork", _PATIENT, max_examples=50, derandomize=True)
settings.register_profile(RANDOM, _PATIENT, max_examples=1000)
settings.load_profile("groundwork")
# A command that a shell starts in the background ignores Ctrl-C, and so would every command that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

TESTS = Path(__file__).parent
FOLDERS = ("unit", "integration", "browser", "serving", "compose")
"""The categories, each a folder under `tests` and a marker."""
SHARING_VLLM = (
    "test_app_on_vllm.py",
    "test_bench.py",
    "test_distill_run.py",
    "test_gate.py",
    "test_guard.py",
    "test_vllm_server.py",
)
"""The files of `serving` that share one vLLM."""
FIRST = (
    "serving/test_compress.py",
    "integration/app",
    "serving/vllm_server",
    "serving/test_launch.py",
    "browser",
    "integration/cli",
)
"""The longest groups of tests, in the order in which parallel workers begin them; all others come last."""
MEMORY = Path("/dev/shm")
"""Linux' file system in memory."""
NEEDED_BYTES = 12 << 30
"""Of it and of the machine's free memory, for all temporary files of the tests: 8 GB were seen, 0.4 for each index."""


def pytest_configure() -> None:
    """Keep the libraries that ask a model hub from asking, before a test imports them: no test downloads a model."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    _keep_temporary_files_in_memory()


def _keep_temporary_files_in_memory() -> None:
    """Put temporary files into memory where it has the space, unless TMPDIR is set.

    Indexes and databases wait for the disk at every write, so that they survive a power failure; a test's need not.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return
    found = os.statvfs(MEMORY)
    # vLLM runs what it compiles from there.
    is_executable = not found.f_flag & os.ST_NOEXEC
    free = min(found.f_bavail * found.f_frsize, _available_memory())
    if is_executable and os.access(MEMORY, os.W_OK) and free >= NEEDED_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _available_memory() -> int:
    """Return the bytes that Linux can give to programs without swapping."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    (kibibytes,) = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
    return int(kibibytes) * 1024


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give the tests of one group to one worker, in order, because they share servers.

    Not `--dist loadgroup`: pytest-xdist 3.8 marks the group in `item._nodeid`, which pytest 9.2 does not read, so that
    every test was a group of its own (findings/pytest-xdist-ignores-groups.sh).
    """
    from xdist.scheduler import LoadScopeScheduling

    class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return _group_of(config.rootpath / nodeid.partition("::")[0])

    return GroupScheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its category, and begin with the longest groups.

    A test that kills the shared vLLM is the last of its group. Raises pytest.UsageError for a test outside these
    folders.
    """
    for item in items:
        item.add_marker(category_of(item.path))
    items.sort(key=lambda item: (_turn(_group_of(item.path)), "doomed_vllm_server" in _fixtures(item)))


def category_of(file: Path) -> str:
    """Return the category of the tests in a file.

    Raises pytest.UsageError when the file is in none of the folders that have one.
    """
    parts = file.relative_to(TESTS).parts if file.is_relative_to(TESTS) else ()
    if len(parts) < 2 or parts[0] not in FOLDERS:
        raise pytest.UsageError(f"{file} has no category: move it into a folder of tests/: {', '.join(FOLDERS)}")
    return parts[0]


def _group_of(file: Path) -> str:
    """Return the name of the group whose tests share servers; for a unit test it is its file."""
    category, *folders, name = file.relative_to(TESTS).parts
    if category == "browser":
        return category
    if category == "integration":
        return "/".join((category, *folders[:1]))
    if category == "serving" and name in SHARING_VLLM:
        return f"{category}/vllm_server"
    return "/".join((category, *folders, name))


def _fixtures(item: pytest.Item) -> tuple[str, ...]:
    return tuple(getattr(item, "fixturenames", ()))


def _turn(group: str) -> int:
    return FIRST.index(group) if group in FIRST else len(FIRST)
