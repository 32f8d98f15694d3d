"""A real OpenID Connect provider in this process: oidc-provider-mock.

It uses parts of authlib that will move: tests that run it ignore `DEPRECATIONS`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

DEPRECATIONS = ("ignore:authlib", "ignore:get_jwt_config")


@dataclass(frozen=True)
class ProviderUser:
    """A user who may sign in at the provider."""

    subject: str
    claims: dict[str, Any]


@contextmanager
def running_provider(users: Sequence[ProviderUser]) -> Iterator[str]:
    """Run the provider for the length of a block; give its issuer."""
    with warnings.catch_warnings(record=True):
        # authlib shows its own warnings always.
        from oidc_provider_mock import User, run_server_in_thread

    made = [User(sub=user.subject, claims=user.claims) for user in users]
    with run_server_in_thread(user_claims=made) as server:
        yield f"http://localhost:{server.server_port}"
