"""Settings of every test, and the category that each test has: its folder, and `long`."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# What other work on the machine slows down is no failure.
settings.register_profile("groundwork", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("groundwork")
# A command that a shell starts in the background ignores Ctrl-C, and so would every command that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

TESTS = Path(__file__).parent
FOLDERS = ("unit", "integration", "browser", "serving")
"""The categories, each a folder under `tests` and a marker."""
FIRST = (
    "serving/test_compress.py",
    "integration/app",
    "serving/vllm_server",
    "serving/test_launch.py",
    "browser",
    "integration/cli",
)
"""The longest groups of tests, in the order in which parallel workers begin them; all others come last."""


def pytest_configure() -> None:
    """Keep the libraries that ask a model hub from asking, before a test imports them: no test downloads a model."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its category and its group, and begin with the longest groups.

    Tests of one group run in the same worker, in order, because they share servers; one that kills the shared vLLM is
    the last of its group. Raises pytest.UsageError for a test outside the four folders.
    """
    for item in items:
        item.add_marker(category_of(item.path))
        item.add_marker(pytest.mark.xdist_group(_group_of(item)))
    items.sort(key=lambda item: (_turn(_group_of(item)), "doomed_vllm_server" in _fixtures(item)))


def category_of(file: Path) -> str:
    """Return the category of the tests in a file.

    Raises pytest.UsageError when the file is in none of the folders that have one.
    """
    parts = file.relative_to(TESTS).parts if file.is_relative_to(TESTS) else ()
    if len(parts) < 2 or parts[0] not in FOLDERS:
        raise pytest.UsageError(f"{file} has no category: move it into a folder of tests/: {', '.join(FOLDERS)}")
    return parts[0]


def _group_of(item: pytest.Item) -> str:
    """Return the name of the group whose tests share servers; for a unit test it is its file."""
    category, *folders, name = item.path.relative_to(TESTS).parts
    if category == "browser":
        return category
    if category == "integration":
        return "/".join((category, *folders[:1]))
    if "vllm_server" in _fixtures(item):
        return f"{category}/vllm_server"
    return "/".join((category, *folders, name))


def _fixtures(item: pytest.Item) -> tuple[str, ...]:
    return tuple(getattr(item, "fixturenames", ()))


def _turn(group: str) -> int:
    return FIRST.index(group) if group in FIRST else len(FIRST)
