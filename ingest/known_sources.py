"""Which folders were ingested into this data directory, so that a rebuild without arguments reads them all again."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from core.domain import Domain
from core.errors import ConfigurationError
from core.settings import Settings
from ingest.sources import Source, sources_from_paths, sources_of_domain, uploads_source


def uploads_folder(settings: Settings) -> Path:
    """Where documents that came in over HTTP are kept."""
    return settings.data_dir / "uploads"


def choose_sources(settings: Settings, domain: Domain, paths: Sequence[Path]) -> list[Source]:
    """The named paths; without any, the domain's sources, the folders read before that still exist, and the uploads.

    Raises ConfigurationError when there is nothing to read.
    """
    if paths:
        return sources_from_paths(paths)
    chosen = sources_of_domain(domain) if domain.sources else []
    chosen += [source for source in _read(_file(settings)) if source.root.exists()]
    if uploads_folder(settings).is_dir():
        chosen.append(uploads_source(uploads_folder(settings)))
    if not chosen:
        raise ConfigurationError(
            f"There is nothing to ingest: {domain.folder / 'domain.toml'} names no sources, and no folder was read "
            "before. Name one: groundwork ingest FOLDER"
        )
    return chosen


def record_paths(settings: Settings, sources: Sequence[Source], *, forget_others: bool) -> None:
    """Add the sources that were named by path; with `forget_others` (after a rebuild) keep only these."""
    by_name = {} if forget_others else {source.name: source for source in _read(_file(settings))}
    by_name |= {source.name: source for source in sources if source.name == str(source.root)}
    file = _file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"root": str(source.root), "prefix": source.prefix} for source in by_name.values()]
    aside = file.with_suffix(".new")
    aside.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    os.replace(aside, file)


def _file(settings: Settings) -> Path:
    return settings.data_dir / "sources.json"


def _read(file: Path) -> list[Source]:
    if not file.is_file():
        return []
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return [Source(row["root"], Path(row["root"]), row["prefix"]) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{file} is damaged ({error}). Delete it and name the folders once more.") from error
