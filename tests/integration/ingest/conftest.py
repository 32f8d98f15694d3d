"""A folder to ingest, and an embedded index to ingest it into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.index import Index
from core.index.edge.store import EdgeStore
from testing.builders import hash_fingerprint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "handbook"
    made.mkdir()
    return made


@pytest.fixture
def store(tmp_path: Path) -> EdgeStore:
    root = tmp_path / "index"
    root.mkdir()
    return EdgeStore(root, hash_fingerprint())


@pytest.fixture
def index(store: EdgeStore) -> Iterator[Index]:
    opened = store.open()
    yield opened
    opened.close()
