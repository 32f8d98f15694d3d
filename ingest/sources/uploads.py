"""The documents that came in over HTTP, as a source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.sources.files import FileItem
from ingest.sources.folder import FolderSource
from ingest.sources.paths import UPLOADS
from ingest.sources.source import SourceItem


@dataclass(frozen=True, slots=True)
class UploadedFiles:
    """Some of the uploads: those of one request. The others are neither read nor removed.

    `files` are ids, each with the path at which the content is kept: that of the document in `folder`, or another one
    for a new version that has not been read yet.
    """

    folder: Path
    files: tuple[tuple[str, Path], ...]

    @property
    def name(self) -> str:
        """See Source."""
        return UPLOADS

    @property
    def keeps_last(self) -> bool:
        """See Source."""
        return False

    def items(self) -> list[FileItem]:
        """Return the files that have not been deleted since, ordered by id."""
        found = [
            FileItem(path, document_id, kept_as=self.folder / document_id.removeprefix(f"{UPLOADS}/"))
            for document_id, path in self.files
            if path.is_file()
        ]
        return sorted(found, key=lambda item: item.document_id)

    def lists(self, _: str, /) -> bool:
        """See Source. A document is removed by deleting it, not by a run that does not find its file."""
        return False

    def item(self, document_id: str, /) -> SourceItem | None:
        """See Source."""
        return uploads_source(self.folder).item(document_id)


def uploads_source(folder: Path) -> FolderSource:
    """Return the source of the documents that were uploaded over HTTP."""
    return FolderSource(UPLOADS, folder, f"{UPLOADS}/")
