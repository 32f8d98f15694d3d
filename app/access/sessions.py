"""The sessions of the page: a cookie with 256 random bits, whose SHA-256 is kept in the database.

They are in the database and not in the cookie, so that signing out ends them, a revoked key ends its own, and every
replica knows them. A user's groups are those of the moment of the sign-in.

Every function blocks, and raises DatabaseFault.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from app.access.credentials import SESSION_LENGTH
from app.access.tables import SignInRow
from app.database import Database

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class SignIn:
    """A session of the page. `key_id` is None for a user of the provider, whose `subject` and `groups` it has."""

    subject: str
    name: str
    groups: frozenset[str]
    expires_at: datetime
    key_id: str | None = None


def begin_session(
    database: Database, subject: str, name: str, groups: frozenset[str], now: datetime, key_id: str | None = None
) -> str:
    """Begin a session and return its token, for the cookie; remove those that have expired."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with database.session() as session:
        session.execute(delete(SignInRow).where(SignInRow.expires_at <= now))
        session.add(
            SignInRow(
                token_hash=_hash(token),
                key_id=key_id,
                subject=subject,
                name=name,
                groups=sorted(groups),
                created_at=now,
                expires_at=now + SESSION_LENGTH,
            )
        )
    return token


def find_session(database: Database, token: str, now: datetime) -> SignIn | None:
    """Return the session of a token; None where there is none, or no longer."""
    with database.reading() as session:
        row = session.get(SignInRow, _hash(token))
        if row is None or row.expires_at <= now:
            return None
        return SignIn(row.subject, row.name, frozenset(row.groups), row.expires_at, row.key_id)


def end_session(database: Database, token: str) -> None:
    """End the session of a token, if there is one."""
    with database.session() as session:
        session.execute(delete(SignInRow).where(SignInRow.token_hash == _hash(token)))


def _hash(token: str) -> str:
    # A look-up by the hash needs no comparison in constant time: its time says something about hashes, which cannot be
    # chosen so that they come nearer to that of a token.
    return hashlib.sha256(token.encode()).hexdigest()
