"""Generations of an index on a Qdrant server: collections `groundwork-<domain>-0001` and an alias that is switched.

Beside each is a collection with its words, `groundwork-<domain>-0001-words`.

The generation before the current one stays. To go back to it, point the alias `groundwork-<domain>` at it.
"""

from __future__ import annotations

from collections.abc import Sequence

from qdrant_client import QdrantClient, models

from core.index.connection import Connection
from core.index.fingerprint import Fingerprint
from core.index.protocol import Index
from core.index.server import ServerIndex
from core.index.server_reads import words_collection


class ServerStore:
    """Generations as collections, the current one behind an alias."""

    def __init__(self, client: QdrantClient, url: str, alias: str, fingerprint: Fingerprint) -> None:
        self._client = client
        self._url = url
        self._connection = Connection(url)
        self._alias = alias
        self._fingerprint = fingerprint

    @property
    def place(self) -> str:
        """Return the URL of the server."""
        return self._url

    @property
    def fingerprint(self) -> Fingerprint:
        """See IndexStore."""
        return self._fingerprint

    def exists(self) -> bool:
        """See IndexStore."""
        return self._current() is not None

    def open(self) -> Index:
        """See IndexStore."""
        current = self._current()
        if current is None:
            created = self.begin_rebuild()
            self.finish_rebuild(created)
            return created
        return ServerIndex.load(self._client, current, self._url, self._fingerprint)

    def begin_rebuild(self) -> Index:
        """See IndexStore."""
        current = self._current()
        for name in self._generations():
            if current is None or name > current:
                self._delete(name)
        number = int(current.rpartition("-")[2]) + 1 if current else 1
        return ServerIndex.create(self._client, f"{self._alias}-{number:04d}", self._url, self._fingerprint)

    def finish_rebuild(self, rebuilt: Index) -> None:
        """See IndexStore."""
        if not isinstance(rebuilt, ServerIndex):
            raise TypeError(f"a ServerStore switches to a ServerIndex, not to a {type(rebuilt).__name__}")
        before = self._current()
        create = models.CreateAliasOperation(
            create_alias=models.CreateAlias(collection_name=rebuilt.collection, alias_name=self._alias)
        )
        delete = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=self._alias))
        operations: list[models.AliasOperations] = [delete, create] if before else [create]
        self._connection.run(lambda: self._client.update_collection_aliases(operations))
        for name in self._generations():
            if name not in (rebuilt.collection, before):
                self._delete(name)

    def _delete(self, generation: str) -> None:
        for name in (words_collection(generation), generation):
            self._connection.run(lambda name=name: self._client.delete_collection(name))  # type: ignore[misc]

    def _current(self) -> str | None:
        aliases = self._connection.run(self._client.get_aliases).aliases
        return next((alias.collection_name for alias in aliases if alias.alias_name == self._alias), None)

    def _generations(self) -> Sequence[str]:
        collections = self._connection.run(self._client.get_collections).collections
        return sorted(
            item.name
            for item in collections
            # What follows must be the number alone: `groundwork-support-2-0001` is another domain's.
            if item.name.startswith(f"{self._alias}-") and item.name.removeprefix(f"{self._alias}-").isdecimal()
        )
