"""A service on a Qdrant server answers from the generation that another process makes the current one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.service.documents import library as module
from app.service.documents.library import Library
from app.service.metrics import Metrics
from core.domain import load_domain
from core.embedding import Embedder
from core.index import Bm25Encoder
from core.index.server.connection import connect
from core.index.server.store import ServerStore
from core.permissions import EVERYTHING
from core.settings import Settings
from ingest.parse import parse
from ingest.process import IngestionHere
from ingest.run import Stages, fingerprint_of
from testing.handbook import PAGES, write_domain
from testing.hash_embedder import HashEmbedder
from testing.qdrant_http import running_qdrant

_LONGEST_SECONDS = 20.0


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Library]]:
    """Make the library of one more process on the same server, with a data directory of its own."""
    monkeypatch.setattr(module, "_FOLLOW_SECONDS", 0.1)
    domain = load_domain(write_domain(tmp_path / "team"))
    made: list[Library] = []

    with running_qdrant(tmp_path / "qdrant") as server:

        def library(embedder: Embedder | None = None) -> Library:
            embedder, sparse = embedder or HashEmbedder(64), Bm25Encoder(domain.language)
            settings = Settings(data_dir=tmp_path / f"data{len(made)}", domain_dir=domain.folder)
            store = ServerStore(
                connect(server.url, None, 10),
                server.url,
                "groundwork-team",
                fingerprint_of(embedder, sparse, domain.identity),
            )
            ingestion = IngestionHere(Stages(parse, embedder, sparse, domain.permissions))
            made.append(Library(settings, domain, embedder, sparse, store, ingestion, Metrics()))
            return made[-1]

        yield library
        for one in made:
            one.close()


def rebuild(library: Library, folder: Path, **pages: str) -> None:
    folder.mkdir()
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    library.ingest([folder], rebuilding=True, progress=lambda _: None)


def wait_for(ids: set[str], library: Library) -> None:
    deadline = time.monotonic() + _LONGEST_SECONDS
    while (found := {row.id for row in library.documents(EVERYTHING)}) != ids:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def test_a_service_follows_a_rebuild_and_a_rollback_of_another_process(
    process: Callable[..., Library], tmp_path: Path
) -> None:
    other = process()
    other.open()
    other.ingest([], rebuilding=False, progress=lambda _: None)
    service, opened = process(), threading.Event()
    service.open_in_background(opened.set)
    assert opened.wait(_LONGEST_SECONDS)
    wait_for(set(PAGES), service)

    rebuild(other, tmp_path / "new", garden="The roof garden.")
    wait_for({"garden.md"}, service)
    other.roll_back()
    wait_for(set(PAGES), service)


def test_a_generation_of_another_embedder_is_not_followed_and_the_one_before_answers_on(
    process: Callable[..., Library], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service, opened = process(), threading.Event()
    service.open_in_background(opened.set)
    assert opened.wait(_LONGEST_SECONDS)
    service.ingest([], rebuilding=False, progress=lambda _: None)

    rebuild(process(HashEmbedder(32)), tmp_path / "new", garden="The roof garden.")
    deadline = time.monotonic() + _LONGEST_SECONDS
    while "cannot be opened" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.05)

    assert "groundwork ingest --rebuild" in caplog.text
    wait_for(set(PAGES), service)
