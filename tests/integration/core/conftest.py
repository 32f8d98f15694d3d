"""One place for each backend; every index that a test opens is closed after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.index import Index
from testing.builders import hash_fingerprint
from testing.stores import BACKENDS, Place, place


@pytest.fixture(params=BACKENDS)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def index(where: Place) -> Iterator[Index]:
    opened = where.store(hash_fingerprint()).open()
    yield opened
    opened.close()
