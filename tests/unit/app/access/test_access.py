"""Whose request it is: by key, by session, and how long what was found is believed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.access.access import _FAILURES_PER_MINUTE, REMEMBERED_SECONDS, Access
from app.access.keys import create_key, revoke_key
from app.access.sessions import begin_session
from app.database import Database
from app.database.database import sqlite_url
from app.service.principals import ANONYMOUS, LOCAL, NOBODY, Principal
from app.service.rate_limits import MemoryLimiter
from core.access import AccessSettings
from core.errors import DatabaseFault, RateLimited, Unauthorized
from testing.access import LOCAL_TOKEN, make_access


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path))
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(database: Database, clock: Clock) -> Access:
    return make_access(AccessSettings(mode="keys"), database, limiter=MemoryLimiter(clock), clock=clock)


def key_of(database: Database, name: str = "portal", *roles: Any) -> str:
    return create_key(database, name, roles or ("ask",), frozenset({"staff"}), datetime.now(UTC)).text


def asked(access: Access, bearer: str | None = None, session: str | None = None, **more: Any) -> Principal:
    given = {"local_token": None, "headers": {}, "peer": "203.0.113.9", "address": "203.0.113.9", **more}
    return asyncio.run(access.principal(bearer, session=session, **given))


def test_a_key_makes_its_principal(access: Access, database: Database) -> None:
    principal = asked(access, key_of(database))
    assert (principal.kind, principal.name, principal.groups) == ("key", "portal", frozenset({"staff"}))
    assert (principal.id or "").startswith("key:")
    assert principal.may("ask")
    assert not principal.may("ingest")


@pytest.mark.parametrize("bearer", ["none", "sk-1234", "gwk_", "gwk_" + "0" * 55, "eyJ.eyJ.x"])
def test_a_bearer_that_is_no_key_is_refused_and_does_not_become_nobody(access: Access, bearer: str) -> None:
    with pytest.raises(Unauthorized) as caught:
        asked(access, bearer)
    assert caught.value.code == "invalid_api_key"
    assert bearer not in str(caught.value)


def test_a_revoked_key_works_for_ten_more_seconds_at_most(access: Access, database: Database, clock: Clock) -> None:
    key = key_of(database)
    asked(access, key)
    revoke_key(database, "portal", datetime.now(UTC))
    clock.seconds += REMEMBERED_SECONDS - 0.1
    asked(access, key)
    clock.seconds += 0.1
    with pytest.raises(Unauthorized):
        asked(access, key)


def test_a_session_that_a_key_began_is_the_keys_and_ends_with_it(
    access: Access, database: Database, clock: Clock
) -> None:
    session, principal = asyncio.run(access.sign_in_with_key(key_of(database, "page", "admin"), "203.0.113.9"))
    assert asked(access, session=session) == principal
    assert principal.may("manage")
    revoke_key(database, "page", datetime.now(UTC))
    clock.seconds += REMEMBERED_SECONDS
    assert asked(access, session=session) is NOBODY


def test_signing_out_ends_a_session_at_once(access: Access, database: Database) -> None:
    session, _ = asyncio.run(access.sign_in_with_key(key_of(database), "203.0.113.9"))
    asked(access, session=session)
    asyncio.run(access.sign_out(session))
    assert asked(access, session=session) is NOBODY


def test_a_session_of_a_provider_that_is_no_longer_used_is_nobodys(access: Access, database: Database) -> None:
    session = begin_session(database, "ada", "Ada", frozenset(), datetime.now(UTC))
    assert asked(access, session=session) is NOBODY


def test_a_key_wins_over_a_session(access: Access, database: Database) -> None:
    session, _ = asyncio.run(access.sign_in_with_key(key_of(database), "203.0.113.9"))
    assert asked(access, key_of(database, "another"), session).name == "another"


def test_the_command_line_is_known_by_the_token_of_the_data_directory(access: Access) -> None:
    assert asked(access, local_token=LOCAL_TOKEN) is LOCAL
    assert asked(access, local_token="another") is NOBODY
    assert asked(make_access(), local_token="another") is ANONYMOUS


@pytest.mark.parametrize("mode", ["open", "open-to-all"])
def test_an_open_service_reads_no_credentials(mode: Any) -> None:
    assert asked(make_access(AccessSettings(mode=mode)), "gwk_" + "0" * 55, "a session") is ANONYMOUS


def test_a_key_works_through_a_proxy_and_any_other_token_there_is_the_proxys(database: Database) -> None:
    access = make_access(AccessSettings(mode="proxy"), database, proxies=("10.0.0.5/32",))
    assert asked(access, key_of(database), peer="10.0.0.5").name == "portal"
    named = {"x-forwarded-user": ["ada"]}
    assert asked(access, "a token of the proxy", headers=named, peer="10.0.0.5").id == "user:ada"


def test_a_database_that_does_not_answer_refuses_nobody_as_unknown() -> None:
    access = make_access(AccessSettings(mode="keys"))
    with pytest.raises(DatabaseFault):
        asked(access, "gwk_" + "0" * 12 + "A" * 43)


def test_an_address_that_tries_keys_is_stopped_and_others_are_not(access: Access, database: Database) -> None:
    key = key_of(database)
    wrong = "gwk_nothing"
    for _ in range(_FAILURES_PER_MINUTE):
        with pytest.raises(Unauthorized):
            asked(access, wrong)
    with pytest.raises(RateLimited) as caught:
        asked(access, wrong)
    assert caught.value.retry_after >= 1
    with pytest.raises(RateLimited):
        asked(access, key)
    assert asked(access, key, address="203.0.113.10").name == "portal"


def test_an_expired_key_is_refused(access: Access, database: Database) -> None:
    now = datetime.now(UTC)
    text = create_key(database, "old", ["ask"], frozenset(), now - timedelta(days=2), now - timedelta(days=1)).text
    with pytest.raises(Unauthorized):
        asked(access, text)


def test_the_token_of_a_session_is_no_api_key_and_a_key_is_no_session(access: Access, database: Database) -> None:
    key = key_of(database)
    session, _ = asyncio.run(access.sign_in_with_key(key, "203.0.113.9"))
    assert asked(access, session=session).name == "portal"
    with pytest.raises(Unauthorized):
        asked(access, session)
    assert asked(access, session=key) is NOBODY


def named(**headers: list[str]) -> Principal:
    access = make_access(AccessSettings(mode="proxy"), proxies=("10.0.0.5/32",))
    sent = {f"x-forwarded-{name}": values for name, values in headers.items()}
    return asked(access, headers=sent, peer="10.0.0.5")


@pytest.mark.parametrize(("user", "groups"), [(["ada"], ["staff", "admins"]), (["ada", "eve"], ["staff"])])
def test_a_header_of_the_proxy_that_the_caller_has_sent_as_well_is_refused(user: list[str], groups: list[str]) -> None:
    with pytest.raises(Unauthorized) as caught:
        named(user=user, groups=groups)
    assert caught.value.code == "invalid_user"


@pytest.mark.parametrize("name", ["Åsa", "Josà", "Zoë", "李"])
def test_names_that_a_proxy_sends_as_utf_8_are_read_as_that(name: str) -> None:
    as_read = name.encode().decode("latin-1")
    found = named(user=[as_read], groups=[f"Qualità, {name}".encode().decode("latin-1")])
    assert (found.name, found.groups) == (name, frozenset({"Qualità", name}))


def test_a_name_that_a_proxy_sends_as_latin_1_is_read_as_that() -> None:
    assert named(user=["Zoë"]).name == "Zoë"


@pytest.mark.parametrize("groups", [[], [""], [" , ,"]])
def test_a_user_without_groups_has_none(groups: list[str]) -> None:
    assert named(user=["ada"], groups=groups).groups == frozenset()


def test_groups_without_a_user_are_nobodys() -> None:
    assert named(user=[" "], groups=["admins"]) is NOBODY
