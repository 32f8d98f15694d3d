"""A folder to ingest, and an embedded index to ingest it into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.index import Index
from core.index.edge_store import EmbeddedHome
from testing.builders import hash_fingerprint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "handbook"
    made.mkdir()
    return made


@pytest.fixture
def home(tmp_path: Path) -> EmbeddedHome:
    root = tmp_path / "index"
    root.mkdir()
    return EmbeddedHome(root, hash_fingerprint())


@pytest.fixture
def index(home: EmbeddedHome) -> Iterator[Index]:
    opened = home.open()
    yield opened
    opened.close()
