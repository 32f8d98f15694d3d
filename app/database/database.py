"""Open a database, bring its schema up to date, and give sessions on it.

SQLite runs in WAL mode with `synchronous=NORMAL`: what is committed survives the end of the process at any moment; the
last commits before a power failure can be lost (https://sqlite.org/pragma.html#pragma_synchronous). PostgreSQL has its
own settings.

Not covered: other database systems, and a schema of a later version, which is refused.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from app.database.threads import DaemonThreads
from core.errors import ConfigurationError, DatabaseFault
from core.restoring import check_restored
from core.settings import Settings, without_password

T = TypeVar("T")
SQLITE_FILE = "groundwork.sqlite"
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_WAIT_SECONDS = 5.0
"""How long a statement waits for the writer before it, and a connection for a server that does not answer."""
_VANISHED_SECONDS = 10
"""After how long a connection is given up whose server's host does not acknowledge what was sent (tcp_user_timeout), or
is silent after a question whether it is there (keepalives: the first after 5 seconds, then two, 2 seconds apart)."""
_APPLICATION = "groundwork"
"""The name of the connections to PostgreSQL, by which other processes of Groundwork are recognised."""
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = :name AND pid <> pg_backend_pid()"
)
_POSTGRESQL = {
    "application_name": _APPLICATION,
    "connect_timeout": int(_WAIT_SECONDS),
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": _VANISHED_SECONDS * 1000,
}
"""https://www.postgresql.org/docs/current/libpq-connect.html. A parameter of DATABASE_URL wins over its value here."""
_upgrading = threading.Lock()
"""Alembic keeps the migration that is running in a variable of its module."""
_WORKERS = 8
"""Threads of `Database.run`. Chosen: more than the processors of a small machine, since they wait most of the time."""
_PRIMARY_CODE = 0xFF
"""The bits of an error code of SQLite that name the error; the others say more of it."""
_FULL_BYTES = 100_000
"""Three times what SQLite adds to its shared memory at once (32 kB)."""
_READS = "groundwork_reads"
"""The execution option of connections that write nothing."""
_REVISIONS = "alembic_version"
"""The table in which Alembic keeps the revision of the schema."""
_UPGRADE_LOCK = 0x67726F756E64
"""The number of PostgreSQL's advisory lock under which one process at a time changes the schema ("ground")."""


class Database:
    """A database at a URL: `sqlite:////absolute/path`, or `postgresql://user:password@host/name`."""

    def __init__(self, url: str) -> None:
        """Connect to nothing yet. Raises ConfigurationError for a URL that names neither SQLite nor PostgreSQL."""
        self.place = without_password(url)
        self._engine = _engine(url)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        self._readers = sessionmaker(self._engine.execution_options(**{_READS: True}), expire_on_commit=False)
        self._upgraded = False
        self._workers = DaemonThreads(_WORKERS, "database")
        self._closed = threading.Event()
        event.listen(self._engine, "checkin", self._close_returned)

    def upgrade(self) -> None:
        """Create the schema, or bring it up to date, unless this object has done so; two processes may do so at once.

        Raises DatabaseFault for a database that cannot be reached, and for one of a later version.
        """
        with _upgrading:
            if self._upgraded:
                return
            _make_private(self._engine)
            # In a transaction that has begun: in one of its own Alembic would commit each step, after it has read once
            # which steps are missing.
            with self._faults(), self._engine.begin() as connection:
                _wait_for_upgrades(connection)
                command.upgrade(self._alembic(connection), "head")
            self._upgraded = True

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session whose work is committed when the block ends, and undone when it raises.

        The schema is brought up to date first where that has not been done: a service may start before its database.
        Blocks while another process writes. Raises DatabaseFault.
        """
        self.upgrade()
        with self._faults(), self._sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the database and writes nothing: it waits for no writer.

        Otherwise like `session`.
        """
        self.upgrade()
        with self._faults(), self._readers.begin() as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection that sees the state of one moment, however long it reads, and writes nothing.

        Otherwise like `session`. (In PostgreSQL each statement of `reading` sees what was committed before it.)
        """
        self.upgrade()
        isolated = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if self.is_postgresql else {}
        with (
            self._faults(),
            self._engine.connect() as connection,
            connection.execution_options(**{_READS: True}, **isolated).begin(),
        ):
            yield connection

    @contextmanager
    def replacing(self, revision: str) -> Iterator[Connection]:
        """Give a connection with empty tables in the schema of a revision; nothing is changed unless the block ends.

        When it ends the schema is brought up to date, and everything is committed at once. Raises DatabaseFault.
        """
        _make_private(self._engine)
        with _upgrading, self._faults(), self._engine.begin() as connection:
            _wait_for_upgrades(connection)
            self._drop(connection)
            command.upgrade(self._alembic(connection), revision)
            yield connection
            command.upgrade(self._alembic(connection), "head")

    @property
    def is_postgresql(self) -> bool:
        """Whether it is a PostgreSQL database; else it is SQLite."""
        return self._engine.dialect.name == "postgresql"

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database."""
        return Path(str(self._engine.url.database)) if not self.is_postgresql else None

    @contextmanager
    def as_it_is(self) -> Iterator[Connection]:
        """Give a connection for reading to a database that exists, whatever its schema is."""
        with (
            self._faults(),
            self._engine.connect() as connection,
            connection.execution_options(**{_READS: True}).begin(),
        ):
            yield connection

    def revisions(self) -> list[str]:
        """Return the revisions of the schema that this version of Groundwork knows, the last one first."""
        return [script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()]

    def check_unused(self) -> None:
        """Raise DatabaseFault while another process of Groundwork uses the database."""
        if self.is_postgresql:
            with self.as_it_is() as connection:
                others = connection.execute(_OTHERS, {"name": _APPLICATION}).scalar() or 0
        else:
            others = self._others_at_file()
        if others:
            raise DatabaseFault(
                f"Another process of Groundwork uses the database at {self.place}. Stop the service and other commands "
                "first."
            )

    def _others_at_file(self) -> bool:
        """Whether another connection to the file of a SQLite database is open; else its log is merged into it."""
        if self.file is None or not self.file.exists():
            return False
        self._engine.dispose()
        with closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
            try:
                # Possible only for the one connection that there is.
                (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & _PRIMARY_CODE == sqlite3.SQLITE_BUSY:
                    return True
                raise DatabaseFault(f"The database at {self.place} failed: {error}.") from error
        return bool(mode != "delete")

    def _drop(self, connection: Connection) -> None:
        """Drop every table of Groundwork."""
        there = MetaData()
        there.reflect(connection)
        # The tables of every topic, whose modules need this one.
        from app.database.models import Base

        own = {*Base.metadata.tables, _REVISIONS}
        there.drop_all(connection, [table for name, table in there.tables.items() if name in own])

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work`, which uses the database and blocks, in one of the database's own threads; return its result.

        Threads that wait for a database that does not answer are then not missing elsewhere. Raises what `work` raises,
        and DatabaseFault when it takes longer than five seconds; it goes on then, and nobody reads its result.
        """
        done = asyncio.wrap_future(self._workers.submit(work))
        try:
            return await asyncio.wait_for(done, _WAIT_SECONDS)
        except TimeoutError:
            raise DatabaseFault(
                f"The database at {self.place} did not answer within {_WAIT_SECONDS:g} seconds. Try again later."
            ) from None

    def discard_deleted(self) -> None:
        """Remove what was deleted from the files, as far as the database can be asked to. Blocks. Raises DatabaseFault.

        SQLite overwrites deleted content with zeros, and its write-ahead log, which still has it, is emptied here, or,
        where somebody reads from it, by the next call. PostgreSQL reuses the space in time.
        """
        if self._engine.dialect.name != "sqlite":
            return
        with self._faults(), self._engine.connect() as connection:
            # Not within the transaction that a statement of SQLAlchemy begins.
            cursor = connection.connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()

    def check(self) -> None:
        """Raise DatabaseFault unless the database answers and has the schema of this version. Blocks."""
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close the connections; one that a thread still uses is closed when it is returned."""
        self._workers.close()
        self._closed.set()
        self._engine.dispose()

    def _close_returned(self, _: Any, entry: ConnectionPoolEntry) -> None:
        """Close a connection that is returned after the others were closed: the pool that gave it is gone."""
        if self._closed.is_set():
            entry.invalidate()

    def _alembic(self, connection: Connection) -> Config:
        config = _alembic()
        config.attributes["connection"] = connection
        return config

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn the errors of the driver and of the migrations into DatabaseFault, without values of the statement."""
        try:
            yield
        except SQLAlchemyError as error:
            raise DatabaseFault(
                f"The database at {self.place} failed: {_reason(error)}. {_fix(error, self._engine.url.database)}"
            ) from error
        except CommandError as error:
            raise DatabaseFault(
                f"The schema of the database at {self.place} cannot be brought up to date: {error}. "
                "If a later version of Groundwork made it, use that version."
            ) from error


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("app.database") / "migrations").replace("%", "%%"))
    return config


def database_url(settings: Settings) -> str:
    """Return the URL of the database of the settings."""
    return settings.database_url or sqlite_url(settings.data_dir)


def open_database(settings: Settings) -> Database:
    """Return the database of the settings. Raises ConfigurationError for one that cannot be used.

    That is a DATABASE_URL of another kind, or without one a data directory that cannot be created.
    """
    check_restored(settings.data_dir)
    if settings.database_url is not None:
        return Database(settings.database_url)
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The data directory {settings.data_dir} cannot be created: {error.strerror}. "
            "Set GROUNDWORK_DATA_DIR to a folder that can be written."
        ) from error
    return Database(database_url(settings))


def sqlite_url(data_dir: Path) -> str:
    """Return the URL of the SQLite database in the data directory."""
    return sqlite_file_url(data_dir / SQLITE_FILE)


def sqlite_file_url(file: Path) -> str:
    """Return the URL of the SQLite database in a file."""
    return f"sqlite:///{file}"


def _reason(error: SQLAlchemyError) -> str:
    """Return the first line of what the driver says; in a second one PostgreSQL's asks whether the server runs."""
    lines = str(getattr(error, "orig", None) or "").strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _fix(error: SQLAlchemyError, file: str | None) -> str:
    """Return what to do about an error of the driver; `file` is that of a SQLite database."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY_CODE
    # On a full disk SQLite cannot enlarge the memory that its processes share, which it reports as an I/O error.
    is_full = code == sqlite3.SQLITE_IOERR and file and shutil.disk_usage(Path(file).parent).free < _FULL_BYTES
    if is_full or code == sqlite3.SQLITE_FULL:
        return "Free some space on its disk."
    if code == sqlite3.SQLITE_READONLY:
        return "Make the file and its folder writable, or set GROUNDWORK_DATA_DIR to a folder that can be written."
    return "Check that it can be reached and written to (DATABASE_URL, or the data directory)."


def _engine(url: str) -> Engine:
    shown = without_password(url)
    try:
        parsed = make_url(url)
    except SQLAlchemyError as error:
        raise ConfigurationError(_no_url(shown)) from error
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise ConfigurationError(_no_url(shown))
    parsed = parsed.set(drivername=driver)
    if driver == "sqlite":
        engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": _WAIT_SECONDS})
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        # Without parameters in its errors, which are logged: they are questions and answers.
        chosen = {name: value for name, value in _POSTGRESQL.items() if name not in parsed.query}
        engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args=chosen)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"DATABASE_URL is '{shown}', but the driver of PostgreSQL is missing: pip install 'groundwork[postgres]'"
        ) from error
    event.listen(engine, "connect", _configure_postgresql)
    return engine


def _no_url(shown: str) -> str:
    # What is no URL may be the password alone: DATABASE_URL_FILE with the path of another secret.
    value = f"'{shown}'" if "://" in shown else "no URL"
    return (
        f"DATABASE_URL is {value}, which is no database that Groundwork uses. "
        "Examples: postgresql://user:password@localhost/groundwork, sqlite:////var/lib/groundwork/groundwork.sqlite"
    )


def _make_private(engine: Engine) -> None:
    """Make the file of a new SQLite database readable by its user alone; those of its log get the same mode.

    A file that exists keeps its mode. Where it cannot be made, connecting says why.
    """
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and file != ":memory:":
        with suppress(OSError):
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))


def _configure_sqlite(connection: Any, _: object) -> None:
    # The driver must not begin transactions of its own: `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _configure_postgresql(connection: Any, _: object) -> None:
    # As SQLite does: a statement waits for a lock as long, and then fails. Not in the options of the connection, which
    # PgBouncer refuses.
    connection.execute(f"SET lock_timeout = '{_WAIT_SECONDS:g}s'")
    connection.commit()


def _write_ahead(cursor: Any) -> None:
    """Switch to WAL mode, which the file keeps. SQLite itself does not wait here until others have finished."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes then would fail at once, instead of waiting, when another one writes.
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _wait_for_upgrades(connection: Connection) -> None:
    """Let one process at a time change the schema. In SQLite the transaction has done that by beginning."""
    if connection.dialect.name == "postgresql":
        # The change of a large table by another process may take minutes.
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _UPGRADE_LOCK})
