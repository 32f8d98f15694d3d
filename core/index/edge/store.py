"""Generations of an embedded index: folders `generation-0001`, … and a file `current` with the name of the one in use.

The file is replaced in one step. The generation before the current one stays, and is named in the second line of the
file: `groundwork ingest --rollback` goes back to it. Folders with other names, such as copies, are left alone.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from core.errors import IndexFault
from core.files import replace_text
from core.index.edge.index import EdgeIndex
from core.index.edge.shard import has_chunks
from core.index.fingerprint import Fingerprint
from core.index.protocol import Index

_PREFIX = "generation-"
_NAME = re.compile(rf"{_PREFIX}[0-9]{{4,}}")


class EdgeStore:
    """Generations as folders below `root`. The caller holds the root's lock (`core/index/lock.py`)."""

    def __init__(self, root: Path, fingerprint: Fingerprint) -> None:
        self._root = root
        self._fingerprint = fingerprint
        self._is_first = False

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
            self._check_nothing_is_lost()
            created = EdgeIndex.create(self._fresh(), self._fingerprint)
            self._switch_to(created.folder, None)
            return created
        return EdgeIndex.load(current, self._fingerprint)

    def begin_rebuild(self) -> Index:
        """See IndexStore. The first one has an empty current generation before it: none is written without one."""
        self._is_first = not self.exists()
        if self._is_first:
            self.open().close()
        return EdgeIndex.create(self._fresh(), self._fingerprint)

    def finish_rebuild(self, rebuilt: Index) -> None:
        """See IndexStore."""
        if not isinstance(rebuilt, EdgeIndex):
            raise TypeError(f"an EdgeStore switches to an EdgeIndex, not to a {type(rebuilt).__name__}")
        before = None if self._is_first else self._current()
        self._switch_to(rebuilt.folder, before)
        self._remove_others(rebuilt.folder, before)

    def abandon_rebuild(self, rebuilt: Index) -> None:
        """See IndexStore."""
        rebuilt.close()
        if self._is_first:
            self._pointer.unlink()
            self._remove_others()
        else:
            self._remove_others(self._current(), self._before())

    @property
    def is_shared(self) -> bool:
        """See IndexStore. No other process can hold the lock."""
        return False

    def is_current(self, index: Index) -> bool:
        """See IndexStore."""
        return isinstance(index, EdgeIndex) and index.folder == self._current()

    def roll_back(self) -> Index:
        """See IndexStore."""
        current, before = self._current(), self._before()
        if before is None:
            raise IndexFault(
                f"The index in {self._root} has no generation before the current one. A rebuild keeps one: groundwork "
                "ingest --rebuild"
            )
        index = EdgeIndex.load(before, self._fingerprint)
        self._switch_to(before, current)
        return index

    def _current(self) -> Path | None:
        names = self._named()
        if names is None:
            return None
        generations = {folder.name: folder for folder in self._generations()}
        if names[0] not in generations:
            raise IndexFault(
                f"{self._pointer} names '{names[0]}', which is no generation of this index. Delete {self._root} and "
                f"ingest again, or write one of these names into it: {', '.join(generations) or 'there is none'}."
            )
        return generations[names[0]]

    def _before(self) -> Path | None:
        """Return the generation to go back to: the one that is named, else the newest that is older than the current.

        A newer one that is not named is the remains of an interrupted rebuild.
        """
        current = self._current()
        if current is None:
            return None
        named = (self._named() or [])[1:]
        older = [folder for folder in self._generations() if _number(folder) < _number(current)]
        found = [folder for folder in self._generations() if folder.name in named and folder != current]
        return next(iter(found), None) or (older[-1] if older else None)

    def _check_nothing_is_lost(self) -> None:
        """Raise IndexFault where generations have chunks and none is current: the pointer was lost."""
        written = [folder.name for folder in self._generations() if has_chunks(folder)]
        if written:
            raise IndexFault(
                f"{self._pointer} is missing, and there are generations of this index with documents: "
                f"{', '.join(written)}. Write the name of one into it, or delete {self._root} and ingest again."
            )

    def _fresh(self) -> Path:
        """Return a folder that no generation has used; the remains of an interrupted rebuild are removed first."""
        self._remove_others(self._current(), self._before())
        kept = self._generations()
        number = _number(kept[-1]) + 1 if kept else 1
        return self._root / f"{_PREFIX}{number:04d}"

    def _remove_others(self, *kept: Path | None) -> None:
        for folder in self._generations():
            if folder not in kept:
                shutil.rmtree(folder)

    def _generations(self) -> list[Path]:
        """Return the folders of all generations, the oldest first."""
        found = [path for path in self._root.glob(f"{_PREFIX}*") if _NAME.fullmatch(path.name) and path.is_dir()]
        return sorted(found, key=_number)

    @property
    def _pointer(self) -> Path:
        return self._root / "current"

    def _named(self) -> list[str] | None:
        """Return the lines of the pointer, at least one; None where there is no pointer."""
        if not self._pointer.is_file():
            return None
        return self._pointer.read_text(encoding="utf-8", errors="replace").split() or [""]

    def _switch_to(self, folder: Path, before: Path | None) -> None:
        replace_text(self._pointer, "".join(f"{one.name}\n" for one in (folder, before) if one))


def _number(generation: Path) -> int:
    return int(generation.name.removeprefix(_PREFIX))
