"""A service inside the process: the real index and jobs, with the embedder that needs no model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app.answer.generated.llm.protocol import LLMClient
from app.service.service import Service
from core.access import AccessSettings
from core.domain import load_domain
from core.embedding import Embedder
from core.index import Bm25Encoder
from core.index.edge.store import EdgeStore
from core.index.lock import lock_index
from core.settings import Settings
from core.tracing import NO_TRACER, Tracer
from ingest.parse import parse
from ingest.process import IngestionHere
from ingest.run import Stages, fingerprint_of
from testing.handbook import PAGES, ignore_progress, write_domain
from testing.hash_embedder import HashEmbedder


def make_service(
    folder: Path,
    *,
    language: str = "english",
    refuse_below: float = 0.3,
    locked: bool = False,
    url: str | None = None,
    llm: LLMClient | None = None,
    more: str = "",
    tracer: Tracer = NO_TRACER,
    pages: Mapping[str, str] = PAGES,
    embedder: Embedder | None = None,
    sparse: Bm25Encoder | None = None,
    access: AccessSettings | None = None,
    trusted_proxies: tuple[str, ...] = (),
) -> Service:
    """A service over the handbook, not opened yet; with `locked` it holds the lock on its index.

    `more` is added to its domain.toml.
    """
    domain = load_domain(
        write_domain(folder / "team", language=language, refuse_below=refuse_below, pages=pages, more=more)
    )
    settings = Settings(
        data_dir=folder / "data",
        domain_dir=domain.folder,
        trusted_proxies=trusted_proxies,
        access=access or AccessSettings(),
    )
    embedder, sparse = embedder or HashEmbedder(64), sparse or Bm25Encoder(domain.language)
    root = settings.data_dir / "index"
    root.mkdir(parents=True, exist_ok=True)
    store = EdgeStore(root, fingerprint_of(embedder, sparse, domain.identity))
    lock = lock_index(root, "a test", url) if locked else None
    ingestion = IngestionHere(Stages(parse, embedder, sparse, domain.permissions))
    return Service(settings, domain, embedder, sparse, store, ingestion, llm, lock, tracer=tracer)


@contextmanager
def open_service(
    folder: Path,
    *,
    refuse_below: float = 0.3,
    llm: LLMClient | None = None,
    more: str = "",
    access: AccessSettings | None = None,
    trusted_proxies: tuple[str, ...] = (),
    tracer: Tracer = NO_TRACER,
) -> Iterator[Service]:
    """A service that is open, locked, and has ingested the handbook, for the length of a block."""
    service = make_service(
        folder,
        refuse_below=refuse_below,
        locked=True,
        url="http://127.0.0.1:1",
        llm=llm,
        more=more,
        access=access,
        tracer=tracer,
        trusted_proxies=trusted_proxies,
    )
    try:
        service.open()
        service.library.ingest([], rebuilding=False, progress=ignore_progress)
        yield service
    finally:
        service.close()
