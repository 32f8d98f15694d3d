"""The responses about the caller, the sign-in and the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import Field

from app.api.models import Response

SignInKind: TypeAlias = Literal["none", "key", "provider", "proxy"]


class AccessState(Response):
    """Who the caller is, and how to sign in."""

    sign_in: SignInKind = Field(
        description="How the page signs in: not at all, since everybody may do everything; with an API key (`POST "
        "/v1/sign-in`); at the provider (`GET /v1/sign-in`); or at the proxy in front."
    )
    signed_in: bool = Field(description="Whether the caller is known.")
    id: str | None = Field(description="The same for every request of one user (`user:…`) or one API key (`key:…`).")
    name: str | None = Field(description="The name of the user or of the API key.")
    may_ask: bool = Field(description="Whether the caller may ask questions.")
    may_sign_out: bool = Field(
        description="Whether the caller has a session of the page, which `POST /v1/sign-out` ends."
    )


class SignedOut(Response):
    """The end of a session of the page."""

    next_url: str | None = Field(
        description="Where to sign out at the provider as well; null where it has no such page."
    )


class AuditEntry(Response):
    """An administrative act."""

    id: int = Field(description="Its number, which grows.")
    at: datetime = Field(description="When it was done.")
    principal_kind: str = Field(description="`key`, `user`, `local` (the command line) or `anonymous`.")
    principal_id: str | None = Field(description="`key:…`, `user:…` or `local`; null for an anonymous caller.")
    principal_name: str | None = Field(description="The name of the key or user.")
    address: str = Field(description="The IP address of the caller; empty for the command line without a service.")
    action: str = Field(description="What was done, like `documents.delete`.")
    target: str = Field(description="What it was done to.")
    status: int = Field(description="The status of the response; 0 for the command line without a service.")


class AuditLog(Response):
    """Administrative acts, newest first."""

    acts: Sequence[AuditEntry] = Field(description="The acts.")
    before: int | None = Field(description="The value of `before` that asks for older ones; null where there are none.")
