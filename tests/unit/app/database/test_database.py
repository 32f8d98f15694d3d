"""The database opens what it is given, and says what is wrong with what it cannot open."""

from __future__ import annotations

import shutil
import sqlite3
import traceback
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.exc import OperationalError

from app.database import Database
from app.database.database import sqlite_url
from app.database.tables import Moment
from core.errors import ConfigurationError, DatabaseFault


def test_a_new_database_gets_its_schema_and_an_old_one_keeps_it(tmp_path: Path) -> None:
    for _ in range(2):
        database = Database(sqlite_url(tmp_path))
        database.upgrade()
        database.check()
        database.close()


def test_what_a_session_wrote_is_undone_when_its_block_raises(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    with database.session() as session:
        session.execute(text("CREATE TABLE things (name TEXT)"))
    with suppress(ZeroDivisionError), database.session() as session:
        session.execute(text("INSERT INTO things VALUES ('a')"))
        raise ZeroDivisionError
    with database.session() as session:
        assert session.execute(text("SELECT count(*) FROM things")).scalar_one() == 0
    database.close()


def test_a_connection_that_is_used_while_the_database_is_closed_is_closed_when_it_is_returned(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'groundwork.db'}")
    with database.session() as session:
        raw = session.connection().connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        database.close()
        assert session.execute(text("SELECT 1")).scalar() == 1
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        raw.execute("SELECT 1")


def test_an_error_does_not_repeat_the_texts_that_were_to_be_written(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    question = "Is this a private question?"
    with pytest.raises(DatabaseFault) as caught, database.session() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:asked)"), {"asked": question})
    assert question not in "".join(traceback.format_exception(caught.value))
    database.close()


def test_sqlite_writes_ahead_and_checks_foreign_keys(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    with database.session() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    database.close()


@pytest.mark.parametrize("url", ["mysql://root:secret@localhost/x", "groundwork.sqlite", "https://localhost"])
def test_a_url_of_another_kind_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL") as caught:
        Database(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("limit", "fix"),
    [("max_page_count=1", "Free some space on its disk."), ("query_only=ON", "Make the file and its folder writable")],
)
def test_a_full_disk_and_a_file_that_cannot_be_written_have_their_fix(tmp_path: Path, limit: str, fix: str) -> None:
    database = Database(sqlite_url(tmp_path))

    def write() -> None:
        with database.session() as session:
            session.execute(text(f"PRAGMA {limit}"))
            session.execute(text("CREATE TABLE things AS SELECT hex(zeroblob(1000000)) AS text"))

    with pytest.raises(DatabaseFault, match=fix):
        write()
    database.close()


def test_an_io_error_is_a_full_disk_where_nothing_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    database = Database(sqlite_url(tmp_path))
    database.upgrade()
    for free, fix in ((0, "Free some space"), (10**9, "Check that it can be reached")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        with pytest.raises(DatabaseFault, match=fix), database.session():
            raise OperationalError("INSERT", {}, error)
    database.close()


def test_a_file_that_is_no_database_is_a_fault_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "groundwork.sqlite").write_text("no database " * 100)
    database = Database(sqlite_url(tmp_path))
    with pytest.raises(DatabaseFault, match=r"groundwork\.sqlite"):
        database.upgrade()
    database.close()


def test_a_server_that_does_not_answer_is_a_fault_without_its_password() -> None:
    database = Database("postgresql://groundwork:secret@127.0.0.1:9/groundwork")
    with pytest.raises(DatabaseFault, match=r"127\.0\.0\.1:9") as caught:
        database.check()
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    database.close()


def test_a_schema_of_a_later_version_is_refused(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    database.upgrade()
    with database.session() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
        session.execute(text("DELETE FROM alembic_version"))
        session.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    database.close()
    database = Database(sqlite_url(tmp_path))
    with pytest.raises(DatabaseFault, match="later version"):
        database.upgrade()
    database.close()


def test_a_moment_is_kept_in_utc_and_read_with_its_zone() -> None:
    summer = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    for dialect in (SQLiteDialect(), PGDialect()):  # type: ignore[no-untyped-call]
        written = Moment().process_bind_param(summer, dialect)
        assert Moment().process_result_value(written, dialect) == summer
        assert Moment().process_result_value(written, dialect).tzinfo is UTC  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="time zone"):
        Moment().process_bind_param(datetime(2026, 7, 1), SQLiteDialect())


def test_the_file_of_a_new_database_is_readable_by_its_user_alone_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    with database.session() as session:
        session.execute(text("CREATE TABLE things (name TEXT)"))
        assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    database.close()
    file = tmp_path / "groundwork.sqlite"
    file.chmod(0o640)
    again = Database(sqlite_url(tmp_path))
    again.upgrade()
    assert file.stat().st_mode & 0o777 == 0o640
    again.close()


@pytest.mark.parametrize("url", ["s3cret-pass", "mysql://user:s3cret-pass@host/name"])
def test_an_error_about_the_url_shows_no_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL is") as caught:
        Database(url)
    assert "s3cret" not in str(caught.value)
