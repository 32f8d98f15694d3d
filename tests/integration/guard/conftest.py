"""Guards in processes of their own, before a scripted upstream: one for each policy, and one with a key."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from testing.guard import RunningGuard, running_guard
from testing.model_server import ModelServer, running_model_server

KEY, UPSTREAM_KEY = "caller-s3cret-1", "upstream-s3cret-2"


@pytest.fixture(scope="session")
def _one_upstream() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture
def upstream(_one_upstream: ModelServer) -> ModelServer:
    _one_upstream.reset()
    return _one_upstream


@pytest.fixture(scope="session")
def guard(_one_upstream: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGuard]:
    """The guard as it is without options, but for a small limit on requests and a short timeout."""
    log = tmp_path_factory.mktemp("guard") / "log"
    with running_guard(_one_upstream.url, log, "--timeout", "1", "--max-body-mb", "1") as running:
        yield running


@pytest.fixture(scope="session")
def strict(_one_upstream: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGuard]:
    """A guard that withholds, asks for a key, and shows the upstream another one."""
    folder = tmp_path_factory.mktemp("strict")
    (folder / "key").write_text(UPSTREAM_KEY, encoding="utf-8")
    env = {
        **os.environ,
        "GROUNDWORK_GUARD_KEY": KEY,
        "GROUNDWORK_GUARD_UPSTREAM_KEY_FILE": str(folder / "key"),
        "GROUNDWORK_GUARD_POLICY": "withhold",
        "GROUNDWORK_GUARD_MARKS": "### KB...### END",
        "GROUNDWORK_LOG_FORMAT": "json",
    }
    with running_guard(_one_upstream.url, folder / "log", env=env) as running:
        yield running
