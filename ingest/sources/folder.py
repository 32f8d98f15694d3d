"""A folder, or a single file, as a source. The members of ZIP archives in it are documents (`archives.py`).

Hidden files and folders (a leading dot) are left out, and so are permissions files, which belong to the file beside
them; one without such a file fails. What a domain excludes from its folders is left out as well. Links out of the
folder, links to folders, pipes and devices are not opened, and are reported.

Not covered: a link to a folder inside the source, whose files are listed where they are.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import SourceUnavailable
from ingest.patterns import id_pattern
from ingest.sources.archives import ArchiveItem, RefusedArchive, archive_items, is_archive, is_listable
from ingest.sources.files import FileItem, problem_of, visible_files
from ingest.sources.sidecars import sidecars_among


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder, or a single file. `prefix` is put before the ids of its documents.

    `part` restricts a run to a folder or file below the root, as a relative path with slashes: the documents elsewhere
    in the folder are neither read nor removed. The ids are the same with and without it.

    `exclude` are patterns of ids (`ingest/patterns.py`) whose files are no items of the source.
    """

    name: str
    root: Path
    prefix: str = ""
    part: str = ""
    exclude: tuple[str, ...] = ()

    @property
    def keeps_last(self) -> bool:
        """See Source."""
        return True

    def items(self) -> list[FileItem | ArchiveItem | RefusedArchive]:
        """Return the files, ordered by id. Raises SourceUnavailable and ConfigurationError; see Source."""
        if not self.root.exists():
            raise SourceUnavailable(f"{self.root} does not exist; mount its disk, or move it back")
        if self.root.is_file():
            return self._of_file(self.root, self.root.name, None)
        begin = self.root / self.part
        files = [begin] if begin.is_file() else [*visible_files(begin)]
        root = self.root.resolve()
        sidecars = set(sidecars_among([str(path) for path in files]).values())
        relative_paths = ((path, path.relative_to(self.root).as_posix()) for path in files if str(path) not in sidecars)
        found = [item for path, relative in relative_paths for item in self._of_file(path, relative, root)]
        return sorted(found, key=lambda item: item.document_id)

    def lists(self, document_id: str, /) -> bool:
        """See Source."""
        below = self.prefix + self.part
        if self.part and document_id != below and not document_id.startswith(f"{below}/"):
            return False
        archive = self._archive_of(document_id.removeprefix(self.prefix))
        return archive is None or is_listable(archive[0])

    def item(self, document_id: str, /) -> FileItem | ArchiveItem | RefusedArchive | None:
        """See Source."""
        relative = document_id.removeprefix(self.prefix)
        if self._excludes(relative):
            return None
        archive = self._archive_of(relative)
        if archive is not None:
            members = archive_items(archive[0], self.prefix + archive[1])
            return next((item for item in members if item.document_id == document_id), None)
        if self.root.is_file():
            return self._item(self.root, relative) if relative == self.root.name else None
        path = self.root / relative
        return self._item(path, relative, self.root.resolve()) if path.is_file() else None

    def path_of(self, document_id: str) -> Path | None:
        """Return the file of a document of this source; None where there is none that `items` would list.

        The id may come from an index that somebody else wrote: a path that leads out of the folder, through a link or
        dots, is none.
        """
        root = Path(os.path.realpath(self.root))
        parts = PurePosixPath(document_id.removeprefix(self.prefix)).parts
        if not document_id.startswith(self.prefix) or any(part[0] in "./" or "\0" in part for part in parts):
            return None
        item = self.item(document_id)
        if not isinstance(item, FileItem) or item.problem:
            return None
        real = Path(os.path.realpath(item.path))
        return real if real == root or real.is_relative_to(root) else None

    def _of_file(self, path: Path, relative: str, root: Path | None) -> list[FileItem | ArchiveItem | RefusedArchive]:
        """Return the item of a file, or the members of an archive, without what is excluded."""
        if self._excludes(relative):
            return []
        item = self._item(path, relative, root)
        if item.problem or not is_archive(relative):
            return [item]
        members = archive_items(path, item.document_id)
        return [one for one in members if not self._excludes(one.document_id.removeprefix(self.prefix))]

    def _archive_of(self, relative: str) -> tuple[Path, str] | None:
        """Return the archive in which a document is, and its path relative to the root; None for a file."""
        if self.root.is_file():
            is_member = is_archive(self.root.name) and relative.startswith(f"{self.root.name}/")
            return (self.root, self.root.name) if is_member else None
        for above in PurePosixPath(relative).parents:
            if is_archive(above.name) and (self.root / above).is_file():
                return self.root / above, str(above)
        return None

    def _excludes(self, relative: str) -> bool:
        return any(id_pattern(path).fullmatch(self.prefix + relative) for path in self.exclude)

    def _item(self, path: Path, relative: str, root: Path | None = None) -> FileItem:
        try:
            relative.encode()
        except UnicodeEncodeError:
            readable = relative.encode(errors="surrogateescape").decode(errors="replace")
            return FileItem(path, self.prefix + readable, "its name is not valid UTF-8; rename it")
        try:
            problem = problem_of(path, root)
        except OSError:
            # Reading the file reports the reason.
            problem = None
        return FileItem(path, self.prefix + relative, problem)
