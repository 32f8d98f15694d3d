"""API keys: `gwk_`, twelve characters by which the key is looked up, and a secret of 256 random bits.

The database has the SHA-256 of the secret, not the key. A slow hash protects passwords, which people choose and which
can be guessed; 256 random bits cannot, and a hash of them takes a microsecond in each request.

Every function blocks, and raises DatabaseFault.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.access.credentials import KEY_PREFIX
from app.access.tables import ApiKeyRow
from app.database import Database
from app.service.principals import Role
from core.errors import Conflict, NotFound

_ID_CHARACTERS = 12
_SECRET_BYTES = 32
_FORM = re.compile(rf"{KEY_PREFIX}(?P<id>[0-9a-f]{{{_ID_CHARACTERS}}})(?P<secret>[A-Za-z0-9_-]{{43}})")
_NO_HASH = "0" * 64
"""Compared in place of the hash of a key that does not exist."""
_USE_RECORDED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key, without its secret."""

    id: str
    name: str
    roles: tuple[Role, ...]
    groups: frozenset[str]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Return whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that has just been made. `text` is the key itself, which is shown once and not kept."""

    key: ApiKey
    text: str


def create_key(
    database: Database,
    name: str,
    roles: Sequence[Role],
    groups: frozenset[str],
    now: datetime,
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a key and keep its hash. Raises Conflict where a valid key has the same name."""
    key_id, secret = secrets.token_hex(_ID_CHARACTERS // 2), secrets.token_urlsafe(_SECRET_BYTES)
    key = ApiKey(key_id, name, tuple(roles), groups, now, expires_at)
    with database.session() as session:
        named = session.scalars(select(ApiKeyRow).where(ApiKeyRow.name == name))
        if any(_key(row).is_valid(now) for row in named):
            raise Conflict(
                f"There is a key with the name '{name}'. Choose another name, or revoke that one: "
                f"groundwork keys revoke '{name}'",
                code="name_taken",
            )
        session.add(
            ApiKeyRow(
                id=key_id,
                secret_hash=_hash(secret),
                name=name,
                roles=list(roles),
                groups=sorted(groups),
                created_at=now,
                expires_at=expires_at,
            )
        )
    return NewKey(key, f"{KEY_PREFIX}{key_id}{secret}")


def list_keys(database: Database) -> list[ApiKey]:
    """Return every key, revoked and expired ones too, oldest first."""
    with database.reading() as session:
        return [_key(row) for row in session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.created_at, ApiKeyRow.id))]


def revoke_key(database: Database, id_or_name: str, now: datetime) -> ApiKey:
    """Revoke the valid key of this id or name. Raises NotFound where there is none."""
    with database.session() as session:
        rows = session.scalars(
            select(ApiKeyRow).where((ApiKeyRow.id == id_or_name) | (ApiKeyRow.name == id_or_name))
        ).all()
        row = next((row for row in rows if _key(row).is_valid(now)), None)
        if row is None:
            raise NotFound(
                f"No valid key has the id or name '{id_or_name}'. List the keys: groundwork keys list",
                code="unknown_key",
            )
        row.revoked_at = now
        return _key(row)


def find_key(database: Database, text: str, now: datetime) -> ApiKey | None:
    """Return the key that a caller shows, if it is a valid one; record that it was used, at most once a minute."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    with database.reading() as session:
        row = session.get(ApiKeyRow, found["id"])
        expected = row.secret_hash if row is not None else _NO_HASH
        is_right = secrets.compare_digest(expected, _hash(found["secret"]))
        key = _key(row) if row is not None and is_right else None
    if key is None or not key.is_valid(now):
        return None
    if key.last_used_at is None or now - key.last_used_at >= _USE_RECORDED_EVERY:
        _record_use(database, key.id, now)
    return key


def key_of_id(database: Database, key_id: str, now: datetime) -> ApiKey | None:
    """Return a key by its id, if it is valid."""
    with database.reading() as session:
        row = session.get(ApiKeyRow, key_id)
        key = _key(row) if row is not None else None
    return key if key is not None and key.is_valid(now) else None


def _record_use(database: Database, key_id: str, now: datetime) -> None:
    with database.session() as session:
        row = session.get(ApiKeyRow, key_id)
        if row is not None:
            row.last_used_at = now


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: ApiKeyRow) -> ApiKey:
    roles: tuple[Role, ...] = tuple(row.roles)  # type: ignore[arg-type]
    return ApiKey(
        row.id,
        row.name,
        roles,
        frozenset(row.groups),
        row.created_at,
        row.expires_at,
        row.revoked_at,
        row.last_used_at,
    )
