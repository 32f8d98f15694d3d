"""Make a backup: index, database and files of the data directory, as the bytes of one archive.

What is promised of a service that goes on answering meanwhile:

- The index is of one state: nothing is ingested while it is read (the embedded index), or the backup is refused where
  documents were written meanwhile (a Qdrant server, to which other processes write).
- The database is of one moment, a little later.
- Each file is whole. Files are read last: an upload that came in after the index was read is in the backup, and is
  ingested when the service starts on it.

Not covered: a document that is deleted while the backup is made may be in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version

from app.backup.archive import INDEX, Header, Member, write_archive
from app.backup.data_files import DataFiles, file_members, list_files
from app.backup.lines import line_members
from app.backup.points import point_to_json
from app.backup.rows import Tables, revision_of
from app.database import Database
from core.errors import BackupFault
from core.index import Fingerprint, Index
from core.moments import moment_text
from core.settings import Settings
from core.types import DocumentRecord

_POINTS = f"{INDEX}points"


def backup(settings: Settings, index: Index, fingerprint: Fingerprint, database: Database) -> Iterator[bytes]:
    """Yield the bytes of an archive; nothing is changed. The caller keeps others from writing to an embedded index.

    Raises BackupFault where there is nothing to back up, or documents were written meanwhile, IndexFault and
    DatabaseFault.
    """
    records = index.records()
    files = list_files(settings, database.file)
    with database.snapshot() as connection:
        schema = revision_of(connection)
        is_empty = not records and not files.kept and not any(Tables(connection).counts().values())
    if is_empty:
        raise BackupFault(
            f"There is nothing to back up: no documents, no files in {settings.data_dir} and no rows in "
            f"{database.place}. Check GROUNDWORK_DATA_DIR, QDRANT_URL and DATABASE_URL."
        )
    header = Header(
        version=version("groundwork"),
        created_at=moment_text(datetime.now(UTC)),
        domain=fingerprint.domain,
        schema=str(schema),
        fingerprint=fingerprint.to_payload(),
        index="server" if settings.qdrant_url else "embedded",
        database="postgresql" if database.is_postgresql else "sqlite",
        documents=len(records),
        chunks=sum(record.chunks for record in records),
        unfinished=[record.id for record in records if not record.complete or not record.content_hash],
        left_out=files.left_out,
    )
    return write_archive(header, _members(settings, index, records, database, files))


def _members(
    settings: Settings, index: Index, records: list[DocumentRecord], database: Database, files: DataFiles
) -> Iterator[Member]:
    yield from line_members(_POINTS, map(point_to_json, index.stored_points()))
    if index.records() != records:
        raise BackupFault(
            "Documents were written while the backup read the index. Make it again when no ingestion is running."
        )
    with database.snapshot() as connection:
        yield from Tables(connection).members()
    yield from file_members(settings, files)
