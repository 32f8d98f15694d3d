"""Generations of an embedded index: folders `generation-0001`, … and a file `current` with the name of the one in use.

The file is replaced in one step. The generation before the current one stays. To go back to it, write its name into
`current` while no process holds the index.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from core.errors import IndexFault
from core.index.edge import EdgeIndex
from core.index.fingerprint import Fingerprint
from core.index.protocol import Index

_PREFIX = "generation-"


class EdgeStore:
    """Generations as folders below `root`. The caller holds the root's lock (`core/index/lock.py`)."""

    def __init__(self, root: Path, fingerprint: Fingerprint) -> None:
        self._root = root
        self._fingerprint = fingerprint

    @property
    def place(self) -> str:
        """Return the folder."""
        return str(self._root)

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
            created = EdgeIndex.create(self._fresh(), self._fingerprint)
            self._switch_to(created)
            return created
        return EdgeIndex.load(current, self._fingerprint)

    def begin_rebuild(self) -> Index:
        """See IndexStore."""
        return EdgeIndex.create(self._fresh(), self._fingerprint)

    def finish_rebuild(self, rebuilt: Index) -> None:
        """See IndexStore."""
        if not isinstance(rebuilt, EdgeIndex):
            raise TypeError(f"an EdgeStore switches to an EdgeIndex, not to a {type(rebuilt).__name__}")
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
        name = pointer.read_text(encoding="utf-8", errors="replace").strip()
        generations = {folder.name: folder for folder in self._generations()}
        if name not in generations:
            raise IndexFault(
                f"{pointer} names '{name}', which is no generation of this index. Delete {self._root} and ingest "
                f"again, or write one of these names into it: {', '.join(generations) or 'there is none'}."
            )
        return generations[name]

    def _fresh(self) -> Path:
        """Return a folder that no generation has used; the remains of an interrupted rebuild are removed first."""
        current = self._current()
        generations = self._generations()
        for folder in generations:
            if current is None or folder.name > current.name:
                shutil.rmtree(folder)
        number = int(current.name.removeprefix(_PREFIX)) + 1 if current else 1
        return self._root / f"{_PREFIX}{number:04d}"

    def _generations(self) -> list[Path]:
        return sorted(path for path in self._root.glob(f"{_PREFIX}*") if path.is_dir())

    def _switch_to(self, index: EdgeIndex) -> None:
        aside = self._root / "current.new"
        aside.write_text(index.folder.name + "\n", encoding="utf-8")
        os.replace(aside, self._root / "current")
