"""Index stores of every backend, made for one test and removed after it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qdrant_client import QdrantClient, models

from core.index import Fingerprint, IndexStore
from core.index.edge.store import EdgeStore
from core.index.server.connection import connect
from core.index.server.reads import words_collection
from core.index.server.store import ServerStore
from testing.qdrant_http import running_qdrant

BACKENDS = ["edge", "memory", "http", *(["server"] if os.environ.get("QDRANT_URL") else [])]
"""Qdrant Edge; the local mode of qdrant-client, called like a server; a server over HTTP whose engine is Qdrant Edge
(`testing/qdrant_http.py`); and a real server if QDRANT_URL is set."""

LOCAL_MODE = "ignore:Payload indexes have no effect in the local Qdrant:UserWarning"
"""The warning that qdrant-client gives for every payload index in its local mode."""


@dataclass(frozen=True)
class Place:
    """The place of one test's index.

    store           opens the store
    generations     lists its generations
    forget_current  loses what says which is the current one
    """

    store: Callable[[Fingerprint], IndexStore]
    generations: Callable[[], list[str]]
    forget_current: Callable[[], None]


@contextmanager
def place(backend: str, folder: Path) -> Iterator[Place]:
    """Give an empty place of a backend; remove it after the block."""
    if backend == "edge":
        yield Place(
            lambda fingerprint: EdgeStore(folder, fingerprint),
            lambda: sorted(path.name for path in folder.glob("generation-*")),
            (folder / "current").unlink,
        )
        return
    if backend == "http":
        with running_qdrant(folder) as server:
            client = connect(server.url, None, read_s=30)
            with _on_server(client, server.url) as made:
                yield made
        return
    url = os.environ["QDRANT_URL"] if backend == "server" else ":memory:"
    key = os.environ.get("QDRANT_API_KEY") if backend == "server" else None
    client = QdrantClient(url=url, api_key=key) if backend == "server" else QdrantClient(":memory:")
    with _on_server(client, url) as made:
        yield made


@contextmanager
def _on_server(client: QdrantClient, url: str) -> Iterator[Place]:
    alias = f"groundwork-test-{uuid.uuid4().hex}"

    def collections() -> list[str]:
        return [item.name for item in client.get_collections().collections if item.name.startswith(alias)]

    def generations() -> list[str]:
        """List the generations, each of which has a collection of words beside it, and no other has."""
        names = set(collections())
        words = {name for name in names if name.endswith("-words")}
        assert words == {words_collection(name) for name in names - words}
        return sorted(names - words)

    def forget_current() -> None:
        forgotten = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias))
        client.update_collection_aliases([forgotten])

    try:
        yield Place(lambda fingerprint: ServerStore(client, url, alias, fingerprint), generations, forget_current)
    finally:
        for name in collections():
            client.delete_collection(name)
        client.close()
