"""API keys: kept as a hash, found by what is shown, and no longer valid once revoked or expired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.access.keys import create_key, find_key, key_of_id, list_keys, revoke_key
from app.database import Database
from app.database.database import sqlite_url
from core.errors import Conflict, NotFound

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=2)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path))
    yield database
    database.close()


def test_a_key_is_found_by_its_text_and_has_what_it_was_given(database: Database) -> None:
    made = create_key(database, "portal", ["ask", "ingest"], frozenset({"staff"}), NOW)
    found = find_key(database, made.text, LATER)
    assert found is not None
    assert (found.id, found.name, found.roles, found.groups) == (
        made.key.id,
        "portal",
        ("ask", "ingest"),
        frozenset({"staff"}),
    )


def test_the_database_does_not_have_the_key(database: Database, tmp_path: Path) -> None:
    secret = create_key(database, "portal", ["ask"], frozenset(), NOW).text[-43:]
    database.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"portal" in kept
    assert secret.encode() not in kept


def test_a_key_has_256_random_bits(database: Database) -> None:
    texts = {create_key(database, str(number), ["ask"], frozenset(), NOW).text for number in range(5)}
    assert len(texts) == 5
    assert {len(text) for text in texts} == {len("gwk_") + 12 + 43}


def test_any_other_text_is_no_key(database: Database) -> None:
    text = create_key(database, "portal", ["ask"], frozenset(), NOW).text
    for changed in (
        text[:-1] + ("A" if text[-1] != "A" else "Q"),
        text[:4] + "0" * 12 + text[16:],
        text.upper(),
        text + "A",
        text[:-1],
        f" {text}",
        "gwk_",
        "",
        "sk-1234",
        "gwk_" + "ä" * 55,
    ):
        assert find_key(database, changed, NOW) is None, changed


def test_a_revoked_key_is_not_found_and_stays_in_the_list(database: Database) -> None:
    made = create_key(database, "portal", ["ask"], frozenset(), NOW)
    assert revoke_key(database, "portal", LATER).revoked_at == LATER
    assert find_key(database, made.text, LATER) is None
    assert key_of_id(database, made.key.id, LATER) is None
    assert [key.revoked_at for key in list_keys(database)] == [LATER]
    with pytest.raises(NotFound, match="portal"):
        revoke_key(database, "portal", LATER)
    with pytest.raises(NotFound):
        revoke_key(database, "another", LATER)


def test_a_key_is_revoked_by_its_id_too(database: Database) -> None:
    made = create_key(database, "portal", ["ask"], frozenset(), NOW)
    assert revoke_key(database, made.key.id, LATER).name == "portal"


def test_a_key_ends_when_it_expires(database: Database) -> None:
    made = create_key(database, "portal", ["ask"], frozenset(), NOW, expires_at=LATER)
    assert find_key(database, made.text, LATER - timedelta(seconds=1)) is not None
    assert find_key(database, made.text, LATER) is None


def test_a_name_belongs_to_one_valid_key(database: Database) -> None:
    create_key(database, "portal", ["ask"], frozenset(), NOW)
    with pytest.raises(Conflict, match="groundwork keys revoke 'portal'"):
        create_key(database, "portal", ["ask"], frozenset(), NOW)
    revoke_key(database, "portal", NOW)
    create_key(database, "portal", ["ask"], frozenset(), NOW, expires_at=LATER)
    create_key(database, "portal", ["ask"], frozenset(), LATER)


def test_its_use_is_recorded_once_a_minute(database: Database) -> None:
    text = create_key(database, "portal", ["ask"], frozenset(), NOW).text
    assert [key.last_used_at for key in list_keys(database)] == [None]
    for seconds in (10, 30, 69):
        find_key(database, text, NOW + timedelta(seconds=seconds))
        assert [key.last_used_at for key in list_keys(database)] == [NOW + timedelta(seconds=10)]
    find_key(database, text, NOW + timedelta(seconds=70))
    assert [key.last_used_at for key in list_keys(database)] == [NOW + timedelta(seconds=70)]
