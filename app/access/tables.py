"""The tables of the API keys, the sessions of the page and the audit log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Base


class ApiKeyRow(Base):
    """An API key. Of the key itself only the SHA-256 of its secret is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String, primary_key=True)
    """The part of the key by which it is looked up; no secret."""
    secret_hash: Mapped[str]
    name: Mapped[str]
    roles: Mapped[list[str]]
    groups: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class SignInRow(Base):
    """A session of the page. Of its cookie only the SHA-256 is kept."""

    __tablename__ = "sign_ins"

    token_hash: Mapped[str] = mapped_column(String, primary_key=True)
    key_id: Mapped[str | None]
    """The API key with which the session was begun, which it ends with; None for a user of the provider."""
    subject: Mapped[str]
    name: Mapped[str]
    groups: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AuditRow(Base):
    """An administrative act."""

    __tablename__ = "audit_log"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    principal_kind: Mapped[str]
    principal_id: Mapped[str | None]
    principal_name: Mapped[str | None]
    address: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
    status: Mapped[int]
    """The status of the response; 0 for an act of the command line, which has none."""
