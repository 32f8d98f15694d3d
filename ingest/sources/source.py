"""What a source of documents is: it lists its items, and each item has the id of its document and can be read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A document as its source gives it, before it is parsed.

    The ending of `file_name` decides how `content` is parsed. `title` and `url` are what the source knows about the
    document; None where it knows nothing. Who may read it: `sidecar` is the content of the permissions file beside a
    file, `groups` what a reader says, as it says it (`ingest/permissions.py`).
    """

    content: bytes
    file_name: str
    title: str | None = None
    url: str | None = None
    sidecar: bytes | None = None
    groups: Any = None

    @property
    def content_hash(self) -> str:
        """Return the SHA-256 of everything that is embedded: the content, and the title where the source gives one."""
        title = f"{self.title}\0".encode() if self.title else b""
        return hashlib.sha256(title + self.content).hexdigest()


class SourceItem(Protocol):
    """One document of a source, not read yet."""

    @property
    def document_id(self) -> str:
        """Return the id that the document has in the index."""
        ...

    def read(self) -> RawDocument:
        """Return the document. Raises DocumentError when it cannot be read, UnsupportedDocument when it is skipped."""
        ...


class Source(Protocol):
    """Documents that belong together: a run removes from the index what a source no longer lists."""

    @property
    def name(self) -> str:
        """Return what identifies the source in the index."""
        ...

    @property
    def keeps_last(self) -> bool:
        """Whether a run keeps the documents where all of them have vanished: the disk may not be mounted."""
        ...

    def items(self) -> Sequence[SourceItem]:
        """Return the items, ordered by id; ids are unique.

        Raises SourceUnavailable when the documents cannot be listed now (the run goes on without this source), and
        ConfigurationError when the source is set up wrongly (the run ends before it changes anything).
        """
        ...

    def lists(self, document_id: str, /) -> bool:
        """Whether `items` would contain a document of this source with this id: where it does not, it has vanished."""
        ...

    def item(self, document_id: str, /) -> SourceItem | None:
        """Return the item of a document of this source that `items` did not list; None when there is none."""
        ...
