"""Real commands in their own processes, with an embedder that needs no loading.

`ingested` is an environment whose index contains the pages, `own` a copy of it for a test that changes something, `env`
an environment without an index.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.handbook import write_domain
from testing.hash_embedding_server import running_embedding_server
from testing.processes import Ended, environment, groundwork


@pytest.fixture(scope="session")
def embedding_url() -> Iterator[str]:
    with running_embedding_server() as server:
        yield server.url


@pytest.fixture
def env(tmp_path: Path, embedding_url: str) -> dict[str, str]:
    """A new domain, and a data directory that does not exist yet."""
    return fresh(tmp_path, embedding_url)


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory, embedding_url: str) -> tuple[dict[str, str], Ended]:
    environment_of_run = fresh(tmp_path_factory.mktemp("ingested"), embedding_url)
    return environment_of_run, groundwork("ingest", "--json", env=environment_of_run)


@pytest.fixture(scope="session")
def ingested(first_run: tuple[dict[str, str], Ended]) -> dict[str, str]:
    env, done = first_run
    assert done.code == 0, done.err
    return env


@pytest.fixture
def own(ingested: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A copy of `ingested` that a test may change."""
    return copied(ingested, tmp_path)


def copied(ingested: dict[str, str], folder: Path) -> dict[str, str]:
    """Copy domain and data directory to a folder; return the environment with the copies."""
    env = dict(ingested)
    for name, place in (("GROUNDWORK_DATA_DIR", "data"), ("GROUNDWORK_DOMAIN", "team")):
        shutil.copytree(ingested[name], folder / place)
        env[name] = str(folder / place)
    return env


def fresh(folder: Path, embedding_url: str) -> dict[str, str]:
    domain = write_domain(folder / "team", refuse_below=0.0)
    return environment(folder / "data", domain, EMBEDDING_BASE_URL=embedding_url, EMBEDDING_MODEL="hash")
