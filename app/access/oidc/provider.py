"""Talk to the OpenID Connect provider: its metadata, its keys, and the exchange of a code for tokens.

Metadata and keys are read when they are first needed and again after an hour. A token that names an unknown key makes
them be read again, at most every 30 seconds, so that a rotated key is known soon and invented ids cost nothing. While
the provider does not answer, the keys that are known go on being used, and it is asked every 30 seconds at most; a
token of a known key does not wait for that, except for the one request that asks.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from app.access.oidc.flow import Pending
from app.access.oidc.tokens import Key, User, find_key, invalid_token, key_id_of, read_claims, user_of
from core.access import OidcSettings
from core.errors import ProviderFault, Unauthorized

_REFRESH_SECONDS = 3600.0
_RETRY_SECONDS = 30.0
_TIMEOUT_SECONDS = 5.0
_METADATA_PATH = "/.well-known/openid-configuration"
_log = logging.getLogger("groundwork")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the provider says of itself (OpenID Connect Discovery 1.0)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None
    takes_secret_in_body: bool


class Provider:
    """The provider of the settings. Used from one event loop. `now` is a clock in seconds that never goes back."""

    def __init__(
        self,
        settings: OidcSettings,
        transport: httpx2.AsyncBaseTransport | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self._http = httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS, transport=transport)
        self._now = now
        self._reading = asyncio.Lock()
        self._metadata: Metadata | None = None
        self._keys: Sequence[Key] = ()
        self._read_at: float | None = None
        """When metadata and keys were last read."""
        self._asked_at: float | None = None
        """When the provider was last asked for them, whether it answered or not."""

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def metadata(self) -> Metadata:
        """Return the provider's metadata. Raises ProviderFault."""
        await self._refresh(_REFRESH_SECONDS)
        if self._metadata is None:
            raise self._fault("did not answer")
        return self._metadata

    async def user_of_bearer(self, token: str) -> User:
        """Return the user of an access token. Raises Unauthorized and ProviderFault."""
        return user_of(await self._claims(token, self.settings.audience), self.settings.groups_claim)

    async def user_of_code(self, code: str, pending: Pending, redirect_uri: str) -> User:
        """Exchange the code of a sign-in for the user. Raises Unauthorized and ProviderFault."""
        client_id = self.settings.client_id or ""
        metadata = await self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": client_id,
            "code_verifier": pending.verifier,
        }
        auth = None
        if self.settings.client_secret is not None:
            if metadata.takes_secret_in_body:
                form["client_secret"] = self.settings.client_secret
            else:
                auth = httpx2.BasicAuth(client_id, self.settings.client_secret)
        answer = await self._json("POST", metadata.token_endpoint, form, auth)
        claims = await self._claims(str(answer.get("id_token", "")), client_id)
        if claims.get("nonce") != pending.nonce or claims.get("azp", client_id) != client_id:
            raise invalid_token("it belongs to another sign-in")
        return user_of(claims, self.settings.groups_claim)

    async def _claims(self, token: str, audience: str) -> Mapping[str, Any]:
        key_id = key_id_of(token)
        await self._refresh(_REFRESH_SECONDS)
        key = find_key(self._keys, key_id)
        if key is None:
            await self._refresh(0)
            key = find_key(self._keys, key_id)
        if key is None:
            if not self._keys:
                raise self._fault("did not answer")
            raise invalid_token("the provider has no such key")
        return read_claims(token, key, self.settings, audience)

    async def _refresh(self, after: float) -> None:
        """Read metadata and keys again if those that are known were read `after` seconds ago or longer.

        Not within 30 seconds of the last attempt, whose keys are used, however old.
        """
        if after and self._keys and not self._is_due(after):
            # Without the lock: another request may be waiting in it for a provider that does not answer.
            return
        async with self._reading:
            if not self._is_due(after):
                return
            self._asked_at = self._now()
            try:
                self._metadata = await self._read_metadata()
                keys = (await self._json("GET", self._metadata.jwks_uri)).get("keys")
                self._keys = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else self._keys
                self._read_at = self._asked_at
            except (ProviderFault, Unauthorized) as error:
                _log.warning("%s", error)

    def _is_due(self, after: float) -> bool:
        """Return whether metadata and keys are to be read again; see `_refresh`."""
        now = self._now()
        if self._asked_at is not None and now - self._asked_at < _RETRY_SECONDS:
            return False
        return not self._keys or self._read_at is None or now - self._read_at >= after

    async def _read_metadata(self) -> Metadata:
        found = await self._json("GET", self.settings.issuer.rstrip("/") + _METADATA_PATH)
        if found.get("issuer") != self.settings.issuer:
            raise self._fault(f"says that it is '{found.get('issuer')}': write GROUNDWORK_OIDC_ISSUER like that")
        methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        end = found.get("end_session_endpoint")
        try:
            return Metadata(
                authorization_endpoint=str(found["authorization_endpoint"]),
                token_endpoint=str(found["token_endpoint"]),
                jwks_uri=str(found["jwks_uri"]),
                end_session_endpoint=str(end) if end else None,
                takes_secret_in_body="client_secret_basic" not in methods,
            )
        except KeyError as error:
            raise self._fault(f"does not say its {error.args[0]}") from error

    async def _json(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        auth: httpx2.BasicAuth | None = None,
    ) -> Mapping[str, Any]:
        """Return the JSON object of a response. Raises Unauthorized for a code that is refused, and ProviderFault."""
        try:
            response = await self._http.request(
                method, url, data=form, auth=auth, headers={"Accept": "application/json"}
            )
            value = response.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise self._fault(f"did not answer at {url}: {type(error).__name__}") from error
        if form is not None and response.status_code in (400, 401):
            reason = str(value.get("error", "no reason"))[:100] if isinstance(value, dict) else "no reason"
            _log.warning("the provider refused the code of a sign-in: %s", reason)
            raise Unauthorized("The provider refused the sign-in. Sign in again.", code="sign_in_failed")
        if response.status_code != 200 or not isinstance(value, dict):
            raise self._fault(f"answered {response.status_code} at {url}")
        return value

    def _fault(self, what: str) -> ProviderFault:
        return ProviderFault(f"The OpenID Connect provider {self.settings.issuer} {what}. Ask again later.")
