"""Restore a backup into an empty place, or in place of what is there: all of it, or nothing.

A restore checks the whole file, prepares index, database and files aside, and then switches to them, one after the
other. Until it switches, an error or the end of the process leaves everything as it was. If the process ends while it
switches, the data directory cannot be used until the restore is done again (`core/restoring.py`).

Not covered: services on other machines that use the same Qdrant server and hold no connection to the database while
the restore looks; they answer from the generation before until they are restarted.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

from app.backup.archive import CHECKSUMS, DATA, DATABASE, HEADER, INDEX, Checked, Header, check_archive, read_members
from app.backup.data_files import ASIDE, SQLITE_ENDINGS, not_kept, replaced_entries
from app.backup.lines import read_lines
from app.backup.points import point_from_json
from app.backup.rows import Tables, revision_of
from app.database import Database, database_url
from app.database.database import sqlite_file_url
from core.disk import PRIVATE, check_free
from core.domain import Domain, load_domain
from core.embedding import load_embedder
from core.errors import BackupFault, DomainMismatch, FingerprintMismatch
from core.index import Bm25Encoder, Index, IndexStore, open_store
from core.index.lock import lock_index
from core.index.open import embedded_root
from core.restoring import STAGING, UNFINISHED
from core.settings import Settings
from ingest.run import abandon, fingerprint_of

ReportBytes: TypeAlias = Callable[[int], None]
"""Called with the bytes of the content that were restored so far."""
_COMMAND = "groundwork restore"
_IN_INDEX = 3
"""How many times the bytes of its points an embedded index takes on the disk, with its log."""
_IN_DATABASE = 2
_MADE_AT_A_START = ("sources.json", "widget-secret")
"""Files that a service or an ingestion makes where there are none."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: rows by table, and the number of files of the data directory."""

    header: Header
    rows: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    with_index: bool = True


def restore(
    file: Path, settings: Settings, *, force: bool, with_index: bool = True, report: ReportBytes = lambda _: None
) -> Restored:
    """Restore a backup. Without `force`, there must be no documents, rows and files yet.

    With `with_index` false the index stays as it is: the documents have to be ingested again.

    Raises BackupFault for a file that cannot be restored here, and says why; IndexLocked while a process holds the
    embedded index; DiskFull, DatabaseFault and IndexFault.
    """
    _check_place(file, settings)
    checked = check_archive(file)
    domain = load_domain(settings.domain_dir)
    _check_domain(file, checked.header, domain)
    database = Database(database_url(settings))
    with ExitStack() as stack:
        stack.callback(database.close)
        _check_schema(file, checked.header, database)
        _check_names(file, checked, settings, database)
        if settings.qdrant_url is None or embedded_root(settings).is_dir():
            stack.enter_context(lock_index(embedded_root(settings), _COMMAND, None, domain.identity))
        embedder = load_embedder(settings)
        stack.callback(embedder.close)
        fingerprint = fingerprint_of(embedder, Bm25Encoder(domain.language), domain.identity, domain.parsing)
        store = open_store(settings, fingerprint)
        if with_index:
            _check_fingerprint(file, checked.header, store)
        if not force and not (settings.data_dir / UNFINISHED).exists():
            _check_empty(settings, store if with_index else None, database)
        database.check_unused()
        _check_space(settings, checked, database)
        return _Restore(file, settings, store if with_index else None, database, checked.header, report).run()


class _Restore:
    """One restore, after all that can be checked was."""

    def __init__(
        self,
        file: Path,
        settings: Settings,
        store: IndexStore | None,
        database: Database,
        header: Header,
        report: ReportBytes,
    ) -> None:
        self._report = report
        self._bytes = 0
        self._file = file
        self._settings = settings
        self._store = store
        self._database = database
        self._header = header
        self._staging = settings.data_dir / STAGING
        self._files = self._staging / "files"
        self._note = settings.data_dir / UNFINISHED
        self._restored = Restored(header, with_index=store is not None)

    def run(self) -> Restored:
        """Prepare everything aside, and switch to it."""
        self._clean()
        self._files.mkdir(mode=PRIVATE, parents=True)
        try:
            self._prepare_and_switch()
        finally:
            self._clean()
        return self._restored

    def _clean(self) -> None:
        """Remove what this restore, or one that was interrupted, has prepared."""
        shutil.rmtree(self._staging, ignore_errors=True)
        if self._database.file is not None:
            self._database.file.parent.mkdir(parents=True, exist_ok=True)
            for ending in SQLITE_ENDINGS:
                aside = _aside(self._database.file)
                aside.with_name(f"{aside.name}{ending}").unlink(missing_ok=True)

    def _prepare_and_switch(self) -> None:
        with ExitStack() as stack:
            filled = self._database
            if self._database.file is not None:
                filled = Database(sqlite_file_url(_aside(self._database.file)))
                stack.callback(filled.close)
            committed = stack.enter_context(ExitStack())
            connection = committed.enter_context(filled.replacing(self._header.schema))
            unfinished = stack.enter_context(ExitStack())
            index = self._store.begin_rebuild() if self._store is not None else None
            if self._store is not None and index is not None:
                unfinished.callback(abandon, self._store, index)
            tables = Tables(connection)
            self._read(index, tables)
            tables.go_on_counting()
            if index is not None:
                index.settle()
                self._check_documents(index)
            # From here on it cannot be undone.
            self._note.write_text(f"{self._file.absolute()}\n", encoding="utf-8")
            committed.close()
            if self._database.file is not None:
                filled.check_unused()
            if self._store is not None and index is not None:
                self._store.finish_rebuild(index)
                unfinished.pop_all()
                index.close()
        self._switch_database()
        self._switch_files()
        self._note.unlink()

    def _read(self, index: Index | None, tables: Tables) -> None:
        for name, unread in read_members(self._file):
            content = self._reported(unread)
            if name.startswith(DATA):
                self._write_file(name.removeprefix(DATA), content)
            elif name in (HEADER, CHECKSUMS) or (name.startswith(INDEX) and index is None):
                continue
            else:
                self._read_lines(name, content, index, tables)

    def _reported(self, content: Iterator[bytes]) -> Iterator[bytes]:
        for block in content:
            self._bytes += len(block)
            self._report(self._bytes)
            yield block

    def _read_lines(self, name: str, content: Iterator[bytes], index: Index | None, tables: Tables) -> None:
        try:
            lines = read_lines(content)
            if name.startswith(DATABASE):
                table, rows = tables.insert(lines)
                self._restored.rows[table] = self._restored.rows.get(table, 0) + rows
            elif index is not None:
                index.write_points(map(point_from_json, lines))
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise BackupFault(
                f"{self._file} has a member '{name}' that no backup has ({type(error).__name__}: {error}). Nothing was "
                "changed. Restore another copy."
            ) from error

    def _write_file(self, name: str, content: Iterator[bytes]) -> None:
        path = self._files / name
        path.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            for block in content:
                written.write(block)
            written.flush()
            os.fsync(written.fileno())
        self._restored.files.append(name)

    def _check_documents(self, index: Index) -> None:
        found = index.records()
        chunks = sum(record.chunks for record in found)
        if (len(found), chunks) != (self._header.documents, self._header.chunks):
            raise BackupFault(
                f"{self._file} says that it has {self._header.documents} documents with {self._header.chunks} chunks, "
                f"and has {len(found)} with {chunks}. Nothing was changed. Restore another copy."
            )

    def _switch_database(self) -> None:
        target = self._database.file
        if target is not None:
            os.replace(_aside(target), target)

    def _switch_files(self) -> None:
        new = {self._settings.data_dir / path.name: path for path in self._files.iterdir()}
        for old in {*replaced_entries(self._settings, self._database.file), *(path for path in new if path.exists())}:
            shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
        for target, path in new.items():
            os.replace(path, target)


def _aside(file: Path) -> Path:
    """Return where the new database is made: on the same disk as the one that it replaces."""
    return file.with_name(f"{file.name}{ASIDE}")


def _check_domain(file: Path, header: Header, domain: Domain) -> None:
    if header.domain != domain.identity:
        raise BackupFault(
            f"{file} is a backup of the domain '{header.domain}', but GROUNDWORK_DOMAIN names '{domain.identity}'. Set "
            "GROUNDWORK_DOMAIN to the folder of that domain, which no backup has."
        )


def _check_place(file: Path, settings: Settings) -> None:
    """Raise BackupFault for a backup that the restore itself would delete, before it could be done again."""
    if file.resolve().is_relative_to(settings.data_dir.resolve()):
        raise BackupFault(
            f"{file} is in the data directory {settings.data_dir}, whose files a restore replaces. Nothing was "
            "changed. Move it elsewhere first."
        )


def _check_names(file: Path, checked: Checked, settings: Settings, database: Database) -> None:
    """Raise BackupFault for files that would take the place of the index or the database that are restored."""
    names = (name.removeprefix(DATA) for name in checked.sizes if name.startswith(DATA))
    for name in not_kept(names, settings, database.file):
        raise BackupFault(
            f"{file} has a member '{DATA}{name}', and a restore makes what is there itself. Nothing was changed. "
            "Restore another copy."
        )


def _check_schema(file: Path, header: Header, database: Database) -> None:
    known = database.revisions()
    if header.schema not in known:
        raise BackupFault(
            f"{file} was made by Groundwork {header.version} with the database's schema '{header.schema}', which this "
            f"version ({version('groundwork')}, schema '{known[0]}') does not know. Restore it with Groundwork "
            f"{header.version} or later."
        )


def _check_fingerprint(file: Path, header: Header, store: IndexStore) -> None:
    own = store.fingerprint.to_payload()
    differences = [
        f"{name} {header.fingerprint.get(name)!r} (now {value!r})"
        for name, value in own.items()
        if header.fingerprint.get(name) != value
    ]
    if differences:
        raise BackupFault(
            f"The index in {file} was made with {', '.join(differences)}. Set the configuration back, or restore all "
            f"but the index and read the documents again: groundwork restore {file} --without-index && groundwork "
            "ingest --rebuild"
        )


def _check_empty(settings: Settings, store: IndexStore | None, database: Database) -> None:
    """Raise BackupFault where there are documents, rows or files that a restore would replace."""
    found: list[str] = []
    if store is not None and store.exists():
        try:
            index = store.open()
        except (FingerprintMismatch, DomainMismatch):
            found.append(f"an index of other documents in {store.place}")
        else:
            documents = len(index.records())
            index.close()
            if documents:
                found.append(f"{documents} documents in the index in {store.place}")
    rows = _rows(database)
    if rows:
        found.append(f"{rows} rows in the database at {database.place}")
    entries = [path.name for path in replaced_entries(settings, database.file) if path.name not in _MADE_AT_A_START]
    if entries:
        found.append(f"{', '.join(entries)} in {settings.data_dir}")
    if found:
        raise BackupFault(
            f"A restore would replace {', '.join(found)}. Nothing was changed. Restore into an empty place, or replace "
            "it for good with: --force"
        )


def _rows(database: Database) -> int:
    if database.file is not None and not database.file.exists():
        return 0
    with database.as_it_is() as connection:
        return sum(Tables(connection).counts().values()) if revision_of(connection) is not None else 0


def _check_space(settings: Settings, checked: Checked, database: Database) -> None:
    def size(folder: str) -> int:
        return sum(size for name, size in checked.sizes.items() if name.startswith(folder))

    index = 0 if settings.qdrant_url else _IN_INDEX * size(INDEX)
    rows = 0 if database.file is None else _IN_DATABASE * size(DATABASE)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    check_free(settings.data_dir, index + rows + size(DATA))
