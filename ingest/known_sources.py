"""What was ingested into a data directory, and for which domain.

`sources.json` lists the folders that were named on the command line, so that a run without arguments reads them all
again; `uploads/` has the documents that came in over HTTP. Both belong to one domain, which `sources.json` names.
One document is one document: a path inside a known folder is read as a part of it, a folder takes over what was
named by a path inside it, and one that contains a folder of domain.toml is refused.
Another domain is refused, with either backend of the index; a rebuild for it takes the data directory over, unless
there are uploads.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.disk import PRIVATE
from core.domain import Domain
from core.errors import ConfigurationError, DomainMismatch, SourceUnavailable
from core.files import replace_text
from core.settings import Settings
from ingest.sources import (
    FolderSource,
    Source,
    absolute,
    forget_command,
    is_listed_below,
    sources_from_paths,
    uploads_source,
)
from ingest.sources.named import check_apart
from ingest.sources.readers import ReaderSource
from ingest.sources.web.page_cache import PageCache
from ingest.sources.web.url_list import UrlListSource

_log = logging.getLogger("groundwork")


@dataclass(frozen=True, slots=True)
class _Known:
    """The content of `sources.json`; `domain` is None where none was recorded yet."""

    domain: str | None = None
    sources: tuple[FolderSource, ...] = ()


def uploads_folder(settings: Settings) -> Path:
    """Return where documents that came in over HTTP are kept."""
    return settings.data_dir / "uploads"


def open_uploads(settings: Settings, domain: Domain) -> Path:
    """Return the folder of the uploads, made and recorded as this domain's. Raises DomainMismatch."""
    check_domain(settings, domain)
    uploads_folder(settings).mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    known = _read(_file(settings))
    if known.domain is None:
        _write(settings, domain, known.sources)
    return uploads_folder(settings)


def check_domain(settings: Settings, domain: Domain) -> None:
    """Raise DomainMismatch when the data directory belongs to another domain. One without a record is accepted."""
    owner = _other_owner(settings, domain)
    if owner is not None:
        raise DomainMismatch(
            f"The uploads and folders of the data directory {settings.data_dir} belong to the domain '{owner}', but "
            f"GROUNDWORK_DOMAIN names '{domain.identity}'. Set GROUNDWORK_DATA_DIR to a directory of its own, set "
            "GROUNDWORK_DOMAIN back, or replace everything with: groundwork ingest --rebuild"
        )


def choose_sources(
    settings: Settings, domain: Domain, paths: Sequence[Path], *, rebuilding: bool = False
) -> list[Source]:
    """Return the named paths; without any, the domain's sources, the folders read before, and the uploads.

    A path inside a known folder is returned as a part of that folder. Raises ConfigurationError when there is nothing
    to read and for a path that contains a known folder, and DomainMismatch when the data directory belongs to another
    domain. With `rebuilding`, only the other domain's uploads are refused; its folders are left out; and
    SourceUnavailable is raised for a folder read before that has no files now.
    """
    remembered = _remembered(settings, domain, rebuilding=rebuilding)
    uploads = uploads_source(uploads_folder(settings))
    if paths:
        # A rebuild begins without the folders that were read before.
        known = [*_folders_of_domain(domain), uploads, *(() if rebuilding else remembered)]
        return [_within_known(source, known) for source in sources_from_paths(paths)]
    if rebuilding:
        _check_filled(remembered)
    chosen = [*sources_of_domain(domain), *_url_lists(settings, domain), *remembered]
    if uploads.root.is_dir():
        chosen.append(uploads)
    if not chosen:
        raise ConfigurationError(
            f"There is nothing to ingest: {domain.folder / 'domain.toml'} names no sources, readers or URL lists, and "
            "no folder was read before. Name one: groundwork ingest FOLDER"
        )
    return chosen


def missing_sources(settings: Settings, domain: Domain) -> list[FolderSource]:
    """Return the folders of the domain and of earlier runs that do not exist now: their documents stay in the index."""
    known = [*_folders_of_domain(domain), *_read(_file(settings)).sources]
    return [source for source in known if not source.root.exists()]


def named_source(settings: Settings, names: Iterable[str], wanted: str) -> str:
    """Return which of the sources of an index, `names`, or of the folders read before is meant by a name or a path.

    Raises ConfigurationError for a name that no source has.
    """
    known = {*names, *(source.name for source in _read(_file(settings)).sources)}
    real = os.path.realpath(wanted)
    found = wanted if wanted in known else next((name for name in known if os.path.realpath(name) == real), None)
    if found is None:
        raise ConfigurationError(
            f"There is no source '{wanted}'. The sources are: {', '.join(sorted(known)) or 'none'}."
        )
    return found


def folder_of(settings: Settings, domain: Domain, name: str) -> FolderSource | None:
    """Return the source with this name in the index: the uploads, or a folder of the domain or of an earlier run.

    None for a reader, and for a folder that was read on another machine. The folder may not exist.
    """
    uploads = uploads_source(uploads_folder(settings))
    known = [uploads, *_folders_of_domain(domain), *_read(_file(settings)).sources]
    return next((source for source in known if source.name == name), None)


def forget_source(settings: Settings, domain: Domain, name: str) -> None:
    """Remove a source from the folders that were read before; delete the pages that were fetched for a URL list."""
    known = _read(_file(settings)).sources
    if any(source.name == name for source in known):
        _write(settings, domain, [source for source in known if source.name != name])
    for folder in _pages(settings).glob("*"):
        if name == f"{domain.name}:{folder.name}":
            PageCache(folder).keep_only(())


def moved_source(settings: Settings, domain: Domain, old: str, new: Path) -> FolderSource:
    """Return the folder `new` as the source that takes the documents of the source `old` over, with the same ids.

    Raises ConfigurationError for a folder that is no source of its own, or is the same one.
    """
    (found,) = choose_sources(settings, domain, [new])
    if not isinstance(found, FolderSource) or found.part:
        raise ConfigurationError(
            f"{new} is a part of the source '{found.name}'. Ingest that, which embeds nothing again, and remove the "
            f"old source: {forget_command(old)}"
        )
    if found.name == old:
        raise ConfigurationError(f"{new} is the source '{old}' already: it has not moved.")
    before = next((source for source in _read(_file(settings)).sources if source.name == old), None)
    return replace(found, prefix=before.prefix) if before is not None and found.name == str(found.root) else found


def record_moved(settings: Settings, domain: Domain, old: str, new: FolderSource) -> None:
    """Put a source in the place of the one whose documents it has taken over."""
    others = [source for source in _read(_file(settings)).sources if source.name not in (old, new.name)]
    _write(settings, domain, [*others, *([new] if new.name == str(new.root) else [])])


def absorbed(settings: Settings, sources: Sequence[Source]) -> list[tuple[str, str]]:
    """Return the sources that were named by a path inside one of these, each with the name of that one."""
    return [
        (inner.name, outer.name)
        for outer in sources
        if isinstance(outer, FolderSource)
        for inner in _read(_file(settings)).sources
        if inner.name != outer.name and is_listed_below(inner.root, outer.root)
    ]


def sources_of_domain(domain: Domain) -> list[Source]:
    """Return the folders and the readers that domain.toml names.

    Their names in the index begin with the domain's name, so that a checkout elsewhere has the same ones. Raises
    ConfigurationError for a folder that does not exist, and for a reader with the name of a folder.
    """
    sources_from_paths(domain.sources)
    check_apart(domain.sources)
    folders = _folders_of_domain(domain)
    readers = [ReaderSource(f"{domain.name}:{reader.name}", reader, domain.folder) for reader in domain.readers]
    taken = {source.name for source in folders}
    for reader in readers:
        if reader.name in taken:
            raise ConfigurationError(
                f"{domain.folder / 'domain.toml'}: a folder and a reader are both named '{reader.settings.name}', so "
                "that each would remove the other's documents. Give the reader another name."
            )
    return [*folders, *readers]


def record_paths(settings: Settings, domain: Domain, sources: Sequence[Source], *, forget_others: bool) -> None:
    """Add the sources that were named by path; with `forget_others` (after a rebuild) keep only these."""
    known = () if forget_others else _read(_file(settings)).sources
    by_name = {source.name: source for source in known}
    for name, _ in absorbed(settings, sources):
        by_name.pop(name, None)
    folders = [source for source in sources if isinstance(source, FolderSource)]
    by_name |= {source.name: replace(source, part="") for source in folders if source.name == str(source.root)}
    _write(settings, domain, list(by_name.values()))


def _folders_of_domain(domain: Domain) -> list[FolderSource]:
    """The folders that domain.toml names, whether they exist or not."""
    several = len(domain.sources) > 1
    return [
        FolderSource(
            f"{domain.name}:{root.name}",
            root,
            f"{root.name}/" if several and not root.is_file() else "",
            exclude=domain.exclude,
        )
        for root in map(absolute, domain.sources)
    ]


def _url_lists(settings: Settings, domain: Domain) -> list[UrlListSource]:
    """Return the URL lists of domain.toml. Raises ConfigurationError for one with the name of a folder."""
    folders = {source.name for source in _folders_of_domain(domain)}
    for one in domain.url_lists:
        if f"{domain.name}:{one.name}" in folders:
            raise ConfigurationError(
                f"{domain.folder / 'domain.toml'}: a folder and a URL list are both named '{one.name}', so that each "
                "would remove the other's documents. Give the list another name."
            )
    return [
        UrlListSource(f"{domain.name}:{one.name}", one, domain.folder, _pages(settings) / one.name)
        for one in domain.url_lists
    ]


def _pages(settings: Settings) -> Path:
    """What was fetched for URL lists, in a folder each."""
    return settings.data_dir / "pages"


def _check_filled(remembered: Sequence[FolderSource]) -> None:
    """Raise SourceUnavailable for an empty folder: a rebuild cannot see that it had documents, as a run does."""
    for source in remembered:
        if source.root.exists() and not source.items():
            raise SourceUnavailable(
                f"The index was not rebuilt, because {source.root}, which was read before, has no files now: its disk "
                f"may not be mounted. If it is empty for good, remove its documents: {forget_command(source.name)}"
            )


def _within_known(source: FolderSource, known: Sequence[FolderSource]) -> FolderSource:
    """Return the source, or the known one that has its documents. Raises ConfigurationError for one around a known."""
    for other in known:
        real, other_real = os.path.realpath(source.root), os.path.realpath(other.root)
        if real == other_real and source.name != other.name:
            return other
        if is_listed_below(source.root, other.root):
            part = os.path.relpath(real, other_real).replace(os.sep, "/")
            _log.warning("%s is in %s: read as a part of that source", source.root, other.root)
            return replace(other, part=part)
        if other.name != str(other.root) and other.root.exists() and is_listed_below(other.root, source.root):
            raise ConfigurationError(_contains(source, other))
    return source


def _contains(source: FolderSource, other: FolderSource) -> str:
    return (
        f"{source.root} contains {other.root}, which is the source '{other.name}' already: its documents would be in "
        "the index twice. Name another folder."
    )


def _remembered(settings: Settings, domain: Domain, *, rebuilding: bool) -> Sequence[FolderSource]:
    """The folders that were read before for this domain."""
    owner = _other_owner(settings, domain)
    if owner is None:
        return _read(_file(settings)).sources
    if not rebuilding:
        check_domain(settings, domain)
    uploads = uploads_source(uploads_folder(settings)).items() if uploads_folder(settings).is_dir() else []
    if uploads:
        raise DomainMismatch(
            f"{uploads_folder(settings)} has {len(uploads)} uploaded document(s) of the domain '{owner}', which a "
            f"rebuild for '{domain.identity}' would mix with its own. Set GROUNDWORK_DATA_DIR to a directory of its "
            "own, or move them to another folder."
        )
    for source in _read(_file(settings)).sources:
        _log.warning("%s was read for the domain '%s'; '%s' forgets it", source.root, owner, domain.identity)
    return ()


def _other_owner(settings: Settings, domain: Domain) -> str | None:
    """The domain that the data directory belongs to, unless it is this one or none."""
    owner = _read(_file(settings)).domain
    return None if owner == domain.identity else owner


def _file(settings: Settings) -> Path:
    return settings.data_dir / "sources.json"


def _read(file: Path) -> _Known:
    if not file.is_file():
        return _Known()
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        # Before domains were recorded, the file was the list alone.
        domain, rows = (None, content) if isinstance(content, list) else (str(content["domain"]), content["sources"])
        return _Known(domain, tuple(FolderSource(row["root"], Path(row["root"]), row["prefix"]) for row in rows))
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{file} is damaged ({error}). Delete it and name the folders once more.") from error


def _write(settings: Settings, domain: Domain, sources: Sequence[FolderSource]) -> None:
    file = _file(settings)
    if file.is_file() and _read(file).domain is None:
        _log.warning("%s had no record of its domain; from now on it belongs to '%s'", file.parent, domain.identity)
    rows = [{"root": str(source.root), "prefix": source.prefix} for source in sources]
    replace_text(file, json.dumps({"domain": domain.identity, "sources": rows}, indent=2) + "\n")
