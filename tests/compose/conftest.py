"""The images, built once, and a running project that the tests of a file share."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest

from testing.model_server import free_port
from tests.compose.stack import Stack, docker, without_registry

_LEAST = (2, 24)
"""Compose reads an optional env_file since 2.24."""


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """Fail every test with what to do where Docker or Compose is missing."""
    try:
        done = subprocess.run(["docker", "info"], capture_output=True, text=True)
        version = docker("compose", "version", "--short", check=False)
    except FileNotFoundError:
        pytest.fail("There is no docker command: https://docs.docker.com/engine/install/", pytrace=False)
    if done.returncode != 0:
        pytest.fail(f"Docker does not answer. Start it. It said: {done.stderr.strip()}", pytrace=False)
    numbers = tuple(int(part) for part in version.strip().lstrip("v").split("-")[0].split(".")[:2] if part.isdigit())
    if numbers < _LEAST:
        pytest.fail(f"Compose is {version.strip() or 'missing'}; 2.24 or later is needed.", pytrace=False)


@pytest.fixture(scope="session")
def images() -> None:
    """Build the project's images; Docker keeps what has not changed."""
    project = Stack("groundwork-test-build", 1)
    project.compose("build", "app", "model")
    if without_registry():
        project.compose("build", "qdrant", "postgres")


Start = Callable[..., Stack]


@pytest.fixture(scope="module")
def start(request: pytest.FixtureRequest, images: None) -> Iterator[Start]:
    """Make projects of a name, which are removed with their volumes when the file's tests are over."""
    made: list[Stack] = []

    def make(name: str, **settings: str) -> Stack:
        stack = Stack(f"groundwork-test-{name}", free_port(), **settings)
        stack.destroy()
        made.append(stack)
        return stack

    yield make
    for stack in made:
        stack.destroy()
