"""The tables, in SQLite and in a real PostgreSQL server: what the migrations make is what the models say."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, text

from app.database import Database
from app.database.models import Base
from core.errors import DatabaseFault
from testing.postgres import Postgres


def _differences(database: Database) -> list[Any]:
    with database.session() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        found: list[Any] = compare_metadata(context, Base.metadata)
        return found


def test_models_and_migrations_agree(database: Database) -> None:
    assert _differences(database) == []


def test_processes_may_upgrade_at_once(database: Database, database_url: str) -> None:
    script = f"from app.database import Database; Database({database_url!r}).check()"
    processes = [subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate(timeout=60)[1].decode() for process in processes] == ["", "", ""]
    database.check()


def test_the_schema_is_made_in_one_transaction(database: Database) -> None:
    commits: list[object] = []
    event.listen(database._engine, "commit", commits.append)
    database.upgrade()
    assert len(commits) == 1


def test_a_reader_waits_for_no_writer(database: Database) -> None:
    with database.session() as writing:
        writing.execute(text("DELETE FROM feedback"))
        began = time.monotonic()
        database.check()
        assert time.monotonic() - began < 1


def test_a_server_that_stops_answering_is_a_fault_within_seconds(postgres: Postgres) -> None:
    database = Database(postgres.create())
    database.check()
    postgres.pause()
    try:
        began = time.monotonic()
        with pytest.raises(DatabaseFault, match="did not answer within"):
            asyncio.run(database.run(database.check))
        assert time.monotonic() - began < 10
    finally:
        postgres.resume()
    asyncio.run(database.run(database.check))
    database.close()


def test_a_statement_waits_five_seconds_for_a_lock(postgres: Postgres) -> None:
    database = Database(postgres.create())
    with database.session() as holding:
        holding.execute(text("LOCK TABLE feedback"))
        began = time.monotonic()
        with pytest.raises(DatabaseFault, match="lock timeout"), database.session() as session:
            session.execute(text("DELETE FROM feedback"))
        assert 4 < time.monotonic() - began < 10
    database.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the names of the options are Linux's")
def test_a_host_that_vanishes_is_given_up_in_ten_seconds(postgres: Postgres) -> None:
    """These are the options of the socket: no packet is lost here."""
    database = Database(postgres.create())
    with database.session() as session:
        driver: Any = session.connection().connection.driver_connection
        with socket.socket(fileno=os.dup(driver.fileno())) as connection:
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            tcp = [socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT]
            assert [connection.getsockopt(socket.IPPROTO_TCP, option) for option in tcp] == [5, 2, 2, 10_000]
    database.close()


# The pool drops a connection whose server is gone, and the driver warns that it was not closed.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_server_that_was_restarted_is_used_again(postgres: Postgres) -> None:
    database = Database(postgres.create())
    database.check()
    postgres.kill()
    with pytest.raises(DatabaseFault, match=r"127\.0\.0\.1"):
        database.check()
    postgres.start()
    database.check()
    database.close()
