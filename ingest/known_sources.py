"""Which sources a run reads: the named paths, else the domain's sources and the folders read before.

The folders that were ingested into a data directory are remembered there, in `sources.json`, so that a rebuild without
arguments reads them all again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from core.domain import Domain
from core.errors import ConfigurationError
from core.settings import Settings
from ingest.readers import ReaderSource
from ingest.sources import FolderSource, Source, sources_from_paths, uploads_source


def uploads_folder(settings: Settings) -> Path:
    """Return the folder of the documents that were uploaded over HTTP."""
    return settings.data_dir / "uploads"


def choose_sources(settings: Settings, domain: Domain, paths: Sequence[Path]) -> list[Source]:
    """Return the sources of the named paths.

    Without any: the domain's folders and readers, the folders read before that still exist, and the uploads. Raises
    ConfigurationError when there is nothing to read.
    """
    if paths:
        return list(sources_from_paths(paths))
    chosen = sources_of_domain(domain)
    chosen += [source for source in _read(_file(settings)) if source.root.exists()]
    if uploads_folder(settings).is_dir():
        chosen.append(uploads_source(uploads_folder(settings)))
    if not chosen:
        raise ConfigurationError(
            f"There is nothing to ingest: {domain.folder / 'domain.toml'} names no sources and no readers, and no "
            "folder was read before. Name one: groundwork ingest FOLDER"
        )
    return chosen


def sources_of_domain(domain: Domain) -> list[Source]:
    """Return the folders and the readers that domain.toml names.

    Their names in the index begin with the domain's name, so that a checkout elsewhere has the same ones. Raises
    ConfigurationError for a folder that does not exist, and for a reader with the name of a folder.
    """
    folders = [
        FolderSource(f"{domain.name}:{source.root.name}", source.root, source.prefix)
        for source in sources_from_paths(domain.sources)
    ]
    readers = [ReaderSource(f"{domain.name}:{reader.name}", reader, domain.folder) for reader in domain.readers]
    taken = {source.name for source in folders}
    for reader in readers:
        if reader.name in taken:
            raise ConfigurationError(
                f"{domain.folder / 'domain.toml'}: a folder and a reader are both named '{reader.settings.name}', so "
                "that each would remove the other's documents. Give the reader another name."
            )
    return [*folders, *readers]


def record_paths(settings: Settings, sources: Sequence[Source], *, forget_others: bool) -> None:
    """Add the sources that were named by path; with `forget_others` (after a rebuild) keep only these."""
    by_name = {} if forget_others else {source.name: source for source in _read(_file(settings))}
    folders = [source for source in sources if isinstance(source, FolderSource)]
    by_name |= {source.name: source for source in folders if source.name == str(source.root)}
    file = _file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"root": str(source.root), "prefix": source.prefix} for source in by_name.values()]
    aside = file.with_suffix(".new")
    aside.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    os.replace(aside, file)


def _file(settings: Settings) -> Path:
    return settings.data_dir / "sources.json"


def _read(file: Path) -> list[FolderSource]:
    if not file.is_file():
        return []
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return [FolderSource(row["root"], Path(row["root"]), row["prefix"]) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{file} is damaged ({error}). Delete it and name the folders once more.") from error
