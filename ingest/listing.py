"""List the items of the sources of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.errors import SourceUnavailable
from core.types import DocumentRecord
from ingest.sources import Source, SourceItem


@dataclass(frozen=True, slots=True)
class Listing:
    """The items of all sources, the sources that could be listed, and those that could not, each with the reason."""

    items: tuple[tuple[Source, SourceItem], ...]
    listed: tuple[Source, ...]
    unavailable: tuple[tuple[Source, str], ...]

    def vanished(self, source: Source, records: Iterable[DocumentRecord]) -> list[DocumentRecord]:
        """Return the records of the source's documents that it lists no more."""
        seen = {item.document_id for _, item in self.items}
        return [
            record
            for record in records
            if record.source == source.name and record.id not in seen and source.lists(record.id)
        ]


def list_items(sources: Sequence[Source]) -> Listing:
    """Return the items of all sources; one that cannot be listed is named with the reason."""
    items: list[tuple[Source, SourceItem]] = []
    listed: list[Source] = []
    unavailable: list[tuple[Source, str]] = []
    for source in sources:
        try:
            items += [(source, item) for item in source.items()]
            listed.append(source)
        except SourceUnavailable as error:
            unavailable.append((source, error.reason))
    return Listing(tuple(items), tuple(listed), tuple(unavailable))
