"""Settings become a service. Nothing is loaded or connected before `Service.open`."""

from __future__ import annotations

from app.generate import connect_generator
from app.service import Service
from core.domain import load_domain
from core.embedding import load_embedder
from core.index import Bm25Encoder, open_home
from core.index.holder import hold_index
from core.index.open import embedded_root
from core.settings import Settings
from ingest.run import fingerprint_of


def build_service(settings: Settings, command: str, url: str | None = None) -> Service:
    """The service of these settings, holding the embedded index when there is one.

    `command` and `url` tell other processes who holds it, and where to hand over work. Raises IndexHeld and
    ConfigurationError.
    """
    domain = load_domain(settings.domain_dir)
    embedder = load_embedder(settings)
    sparse = Bm25Encoder(domain.language)
    held = hold_index(embedded_root(settings), command, url) if settings.qdrant_url is None else None
    return Service(
        settings=settings,
        domain=domain,
        embedder=embedder,
        sparse=sparse,
        home=open_home(settings, fingerprint_of(embedder, sparse)),
        generator=connect_generator(settings),
        held=held,
    )
