"""Which store: the server when QDRANT_URL is set, else the folder in the data directory."""

from __future__ import annotations

from pathlib import Path

from core.disk import PRIVATE
from core.index.edge.store import EdgeStore
from core.index.fingerprint import Fingerprint
from core.index.protocol import IndexStore
from core.settings import Settings, without_password


def embedded_root(settings: Settings) -> Path:
    """Return the folder of the embedded index."""
    return settings.data_dir / "index"


def open_store(settings: Settings, fingerprint: Fingerprint) -> IndexStore:
    """Return the store of this domain's index. No index is opened or made yet."""
    if settings.qdrant_url is None:
        root = embedded_root(settings)
        root.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        return EdgeStore(root, fingerprint)
    # Imports that take seconds, and that the embedded index does not need.
    from core.index.server.connection import connect
    from core.index.server.store import ServerStore

    client = connect(settings.qdrant_url, settings.qdrant_api_key, settings.qdrant_timeout_s)
    shown = without_password(settings.qdrant_url)
    return ServerStore(client, shown, f"groundwork-{settings.domain_dir.name}", fingerprint)
