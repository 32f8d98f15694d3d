"""The sessions of the page begin, are found by their token, and end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.access.credentials import SESSION_LENGTH
from app.access.sessions import begin_session, end_session, find_session
from app.access.tables import SignInRow
from app.database import Database
from app.database.database import sqlite_url

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(sqlite_url(tmp_path))


def test_a_session_is_found_by_its_token_until_it_expires(database: Database) -> None:
    token = begin_session(database, "ada", "Ada", frozenset({"staff"}), NOW)
    found = find_session(database, token, NOW)
    assert found is not None
    assert (found.subject, found.name, found.groups, found.key_id) == ("ada", "Ada", frozenset({"staff"}), None)
    assert find_session(database, token, NOW + SESSION_LENGTH) is None
    assert find_session(database, token[:-1], NOW) is None
    database.close()


def test_a_session_that_was_ended_is_not_found_and_others_stay(database: Database) -> None:
    first, second = (begin_session(database, "ada", "Ada", frozenset(), NOW) for _ in range(2))
    end_session(database, first)
    end_session(database, "no session")
    assert find_session(database, first, NOW) is None
    assert find_session(database, second, NOW) is not None
    database.close()


def test_the_database_does_not_have_the_token_and_drops_what_has_expired(database: Database) -> None:
    token = begin_session(database, "ada", "Ada", frozenset(), NOW)
    with database.reading() as session:
        assert token not in session.scalars(select(SignInRow.token_hash)).all()
    begin_session(database, "eve", "Eve", frozenset(), NOW + SESSION_LENGTH)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInRow)) == 1
    database.close()
