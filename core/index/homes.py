"""Where generations of an index live, and how one takes over from another.

Embedded: `<data>/index/generation-0001/` and a file `current` with the name of the one in use, replaced in one step.
Server: collections `groundwork-<domain>-0001` and an alias `groundwork-<domain>`, switched in one request.

The generation before the current one stays. To go back to it: write its name into `current` (with no process
holding the index), or point the alias at it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from qdrant_client import QdrantClient, models

from core.errors import IndexFault
from core.index.edge import EdgeIndex
from core.index.fingerprint import Fingerprint
from core.index.protocol import Index
from core.index.server import ServerIndex, reach

_PREFIX = "generation-"


class EmbeddedHome:
    """Generations as folders below `root`. The caller holds the root's lock (`core/index/holder.py`)."""

    def __init__(self, root: Path, fingerprint: Fingerprint) -> None:
        self._root = root
        self._fingerprint = fingerprint

    @property
    def place(self) -> str:
        """The folder."""
        return str(self._root)

    def open(self) -> Index:
        """See IndexHome."""
        current = self._current()
        if current is None:
            created = EdgeIndex.create(self._fresh(), self._fingerprint)
            self._switch_to(created)
            return created
        return EdgeIndex.load(current, self._fingerprint)

    def begin_rebuild(self) -> Index:
        """See IndexHome."""
        return EdgeIndex.create(self._fresh(), self._fingerprint)

    def finish_rebuild(self, rebuilt: Index) -> None:
        """See IndexHome."""
        if not isinstance(rebuilt, EdgeIndex):
            raise TypeError(f"an EmbeddedHome switches to an EdgeIndex, not to a {type(rebuilt).__name__}")
        before = self._current()
        self._switch_to(rebuilt)
        keep = {rebuilt.folder, before}
        for folder in self._generations():
            if folder not in keep:
                shutil.rmtree(folder)

    def _current(self) -> Path | None:
        pointer = self._root / "current"
        if not pointer.is_file():
            return None
        folder = self._root / pointer.read_text(encoding="utf-8").strip()
        if not folder.is_dir():
            raise IndexFault(
                f"{pointer} names {folder.name}, which does not exist. Delete {self._root} and ingest again, "
                f"or write one of these names into it: {[path.name for path in self._generations()]}."
            )
        return folder

    def _fresh(self) -> Path:
        """A folder that no generation has used; what an interrupted rebuild left is removed first."""
        current = self._current()
        generations = self._generations()
        for folder in generations:
            if current is None or folder.name > current.name:
                shutil.rmtree(folder)
        number = _number(current.name) + 1 if current else 1
        return self._root / f"{_PREFIX}{number:04d}"

    def _generations(self) -> list[Path]:
        return sorted(path for path in self._root.glob(f"{_PREFIX}*") if path.is_dir())

    def _switch_to(self, index: EdgeIndex) -> None:
        aside = self._root / "current.new"
        aside.write_text(index.folder.name + "\n", encoding="utf-8")
        os.replace(aside, self._root / "current")


class ServerHome:
    """Generations as collections, the current one behind an alias."""

    def __init__(self, client: QdrantClient, url: str, alias: str, fingerprint: Fingerprint) -> None:
        self._client = client
        self._url = url
        self._alias = alias
        self._fingerprint = fingerprint

    @property
    def place(self) -> str:
        """The server's URL."""
        return self._url

    def open(self) -> Index:
        """See IndexHome."""
        current = self._current()
        if current is None:
            created = self.begin_rebuild()
            self.finish_rebuild(created)
            return created
        return ServerIndex.load(self._client, current, self._url, self._fingerprint)

    def begin_rebuild(self) -> Index:
        """See IndexHome."""
        current = self._current()
        for name in self._generations():
            if current is None or name > current:
                reach(self._url, lambda name=name: self._client.delete_collection(name))  # type: ignore[misc]
        number = _number(current) + 1 if current else 1
        return ServerIndex.create(self._client, f"{self._alias}-{number:04d}", self._url, self._fingerprint)

    def finish_rebuild(self, rebuilt: Index) -> None:
        """See IndexHome."""
        if not isinstance(rebuilt, ServerIndex):
            raise TypeError(f"a ServerHome switches to a ServerIndex, not to a {type(rebuilt).__name__}")
        before = self._current()
        create = models.CreateAliasOperation(
            create_alias=models.CreateAlias(collection_name=rebuilt.collection, alias_name=self._alias)
        )
        delete = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=self._alias))
        operations: list[models.AliasOperations] = [delete, create] if before else [create]
        reach(self._url, lambda: self._client.update_collection_aliases(operations))
        for name in self._generations():
            if name not in (rebuilt.collection, before):
                reach(self._url, lambda name=name: self._client.delete_collection(name))  # type: ignore[misc]

    def _current(self) -> str | None:
        aliases = reach(self._url, self._client.get_aliases).aliases
        return next((alias.collection_name for alias in aliases if alias.alias_name == self._alias), None)

    def _generations(self) -> Sequence[str]:
        collections = reach(self._url, self._client.get_collections).collections
        return sorted(
            item.name
            for item in collections
            if item.name.startswith(f"{self._alias}-") and item.name.rpartition("-")[2].isdigit()
        )


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])
