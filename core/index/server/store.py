"""Generations of an index on a Qdrant server: collections `groundwork-<domain>-0001` and an alias that is switched.

Beside each is a collection with its words, `groundwork-<domain>-0001-words`.

The generation before the current one stays, behind the alias `groundwork-<domain>-before`: `groundwork ingest
--rollback` goes back to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from qdrant_client import QdrantClient, models

from core.errors import IndexFault
from core.index.fingerprint import Fingerprint
from core.index.protocol import Index
from core.index.server.connection import Connection
from core.index.server.index import ServerIndex
from core.index.server.reads import chunks_under, words_collection


class ServerStore:
    """Generations as collections, the current one behind an alias."""

    def __init__(self, client: QdrantClient, url: str, alias: str, fingerprint: Fingerprint) -> None:
        self._client = client
        self._url = url
        self._connection = Connection(url)
        self._alias = alias
        self._fingerprint = fingerprint
        self._is_first = False

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
            self._check_nothing_is_lost()
            created = self._create()
            self._switch_to(created.collection, None)
            return created
        return ServerIndex.load(self._client, current, self._url, self._fingerprint)

    def begin_rebuild(self) -> Index:
        """See IndexStore. The first one has an empty current generation before it: none is written without one."""
        self._is_first = not self.exists()
        if self._is_first:
            self.open().close()
        return self._create()

    def _create(self) -> ServerIndex:
        self._remove_others(self._current(), self._before())
        kept = self._generations()
        number = _number(kept[-1]) + 1 if kept else 1
        return ServerIndex.create(self._client, f"{self._alias}-{number:04d}", self._url, self._fingerprint)

    def finish_rebuild(self, rebuilt: Index) -> None:
        """See IndexStore."""
        if not isinstance(rebuilt, ServerIndex):
            raise TypeError(f"a ServerStore switches to a ServerIndex, not to a {type(rebuilt).__name__}")
        before = None if self._is_first else self._current()
        self._switch_to(rebuilt.collection, before)
        self._remove_others(rebuilt.collection, before)

    def abandon_rebuild(self, rebuilt: Index) -> None:
        """See IndexStore."""
        rebuilt.close()
        if self._is_first:
            # Deleting a collection deletes its aliases.
            self._remove_others()
        else:
            self._remove_others(self._current(), self._before())

    @property
    def is_shared(self) -> bool:
        """See IndexStore."""
        return True

    def is_current(self, index: Index) -> bool:
        """See IndexStore."""
        return isinstance(index, ServerIndex) and index.collection == self._current()

    def roll_back(self) -> Index:
        """See IndexStore."""
        current, before = self._current(), self._before()
        if before is None:
            raise IndexFault(
                f"The index '{self._alias}' on {self._url} has no generation before the current one. A rebuild keeps "
                "one: groundwork ingest --rebuild"
            )
        index = ServerIndex.load(self._client, before, self._url, self._fingerprint)
        self._switch_to(before, current)
        return index

    def _check_nothing_is_lost(self) -> None:
        """Raise IndexFault where generations have chunks and none is current: a restored collection has no alias."""
        written = [name for name in self._generations() if self._has_chunks(name)]
        if written:
            raise IndexFault(
                f"{self._url} has no alias '{self._alias}', and there are generations of this index with documents: "
                f"{', '.join(written)}. Create the alias for one of them, or delete them and ingest again."
            )

    def _has_chunks(self, generation: str) -> bool:
        counted = self._connection.run(lambda: self._client.count(generation, count_filter=chunks_under(None)))
        return counted.count > 0

    def _switch_to(self, collection: str, before: str | None) -> None:
        """Point both aliases at their collections, in one request."""
        wanted = {self._alias: collection} | ({self._alias_before: before} if before else {})
        there = self._aliases()
        operations: list[models.AliasOperations] = [
            models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias))
            for alias in (self._alias, self._alias_before)
            if alias in there
        ]
        operations += [
            models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=name, alias_name=alias))
            for alias, name in wanted.items()
        ]
        self._connection.run(lambda: self._client.update_collection_aliases(operations))

    def _remove_others(self, *kept: str | None) -> None:
        for name in self._generations():
            if name not in kept:
                self._delete(name)

    def _delete(self, generation: str) -> None:
        for name in (words_collection(generation), generation):
            self._connection.run(lambda name=name: self._client.delete_collection(name))  # type: ignore[misc]

    @property
    def _alias_before(self) -> str:
        return f"{self._alias}-before"

    def _aliases(self) -> dict[str, str]:
        """Return the collections of all aliases on the server."""
        aliases = self._connection.run(self._client.get_aliases).aliases
        return {alias.alias_name: alias.collection_name for alias in aliases}

    def _current(self) -> str | None:
        return self._aliases().get(self._alias)

    def _before(self) -> str | None:
        """Return the generation to go back to: that of the alias, else the newest that is older than the current.

        A newer one without an alias is the remains of an interrupted rebuild.
        """
        current, named = self._current(), self._aliases().get(self._alias_before)
        if named is not None and named != current:
            return named
        older = [name for name in self._generations() if current is not None and _number(name) < _number(current)]
        return older[-1] if older else None

    def _generations(self) -> Sequence[str]:
        """Return the collections of all generations, the oldest first."""
        collections = self._connection.run(self._client.get_collections).collections
        names = [item.name for item in collections if item.name.startswith(f"{self._alias}-")]
        # What follows must be the number alone: `groundwork-support-2-0001` is another domain's.
        return sorted((name for name in names if name.removeprefix(f"{self._alias}-").isdecimal()), key=_number)


def _number(generation: str) -> int:
    return int(generation.rpartition("-")[2])
