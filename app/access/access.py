"""The one door: whose request it is, by its credentials, in the mode of the settings.

In this order:

1. The token of the data directory makes the command line of this machine, in every mode.
2. In an open mode everybody else is anonymous and may do everything.
3. In the mode `proxy`, a request whose connection comes from another address than a trusted proxy's is refused.
   An API key makes its principal; without one, the headers name the user.
4. In the modes `keys` and `oidc`, an API key makes its principal. Another Bearer token is one of the provider in the
   mode `oidc`, and is refused in the mode `keys`.
5. The cookie of a session of the page makes its key or user.
6. Without any of these, nobody: the request may do what is public.

The tokens of the chat widget are read before all of that, in every mode (`app/api/guards/principals.py`). What was
found in the database is believed for ten seconds, for which a revoked key can still be used.

Keys and sessions are imported where they are looked up: the library of the database takes half a second, which most
commands need not spend.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from app.access.audit import AuditLog
from app.access.cookies import Cookies
from app.access.credentials import KEY_PREFIX
from app.access.oidc.flow import Pending
from app.access.oidc.provider import Provider
from app.access.oidc.tokens import User
from app.service.principals import ANONYMOUS, LOCAL, NOBODY, Principal, Role, key_principal, user_principal
from app.service.rate_limits import Limiter, Rate, address_group
from core.access import AccessSettings
from core.errors import Forbidden, RateLimited, Unauthorized
from core.settings import Settings

if TYPE_CHECKING:
    from app.database import Database

REMEMBERED_SECONDS = 10.0
"""For which a key or a session is not looked up again. Chosen: the longest that a revoked key may go on working."""
_MOST_REMEMBERED = 10_000
_Kind: TypeAlias = Literal["key", "session"]
_FAILURES_PER_MINUTE = 300
"""Of credentials at one address, each of which costs a look-up. Chosen: no person and no broken client needs more."""
_MOST_CHARACTERS = 200
"""Of the name of a user that a proxy sends."""


class Access:
    """Knows the principals of requests, and begins and ends the sessions of the page.

    `local_token` is that of the data directory, None where it has none. `clock` is in seconds and never goes back.
    """

    def __init__(
        self,
        settings: Settings,
        database: Callable[[], Database],
        limiter: Limiter,
        local_token: str | None,
        audit: AuditLog,
        provider: Provider | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings: AccessSettings = settings.access
        self._database = database
        self.limiter = limiter
        self.audit = audit
        self.provider = provider
        if provider is None and settings.access.oidc is not None:
            self.provider = Provider(settings.access.oidc)
        self._proxies = [ipaddress.ip_network(network) for network in settings.trusted_proxies]
        self._local_token = local_token
        self._clock = clock
        self._remembered: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    @property
    def database(self) -> Database:
        """The database, which is opened when it is first needed."""
        return self._database()

    async def close(self) -> None:
        """Close the connections to the provider and for the limits."""
        await self.limiter.close()
        if self.provider is not None:
            await self.provider.close()

    def cookies(self, scheme: str) -> Cookies:
        """Return the cookies for requests that came by a scheme, where the public URL does not say which it is."""
        return Cookies(is_secure=(self.settings.public_url or f"{scheme}:").startswith("https:"))

    async def principal(
        self,
        bearer: str | None,
        local_token: str | None,
        session: str | None,
        headers: Mapping[str, Sequence[str]],
        peer: str,
        address: str,
    ) -> Principal:
        """Return the principal of a request.

        `peer` is the address of its connection, `address` that of the caller. `headers` has the values by name in lower
        case. Raises Unauthorized for credentials that are not valid, Forbidden for a request past the proxy,
        RateLimited for an address with too many such credentials, and DatabaseFault and ProviderFault.
        """
        if self.is_local(local_token):
            return LOCAL
        if self.settings.is_open:
            return ANONYMOUS
        if self.settings.mode == "proxy":
            self._check_peer(peer)
            is_key = bearer is not None and bearer.startswith(KEY_PREFIX)
            return await self._of_key(bearer or "", address) if is_key else self._of_proxy(headers)
        if bearer:
            return await self._of_bearer(bearer, address)
        found = await self._looked_up("session", session, self._of_session, address) if session is not None else None
        return found or NOBODY

    def is_local(self, token: str | None) -> bool:
        """Return whether a token is that of the data directory."""
        if self._local_token is None or token is None:
            return False
        return secrets.compare_digest(token.encode(), self._local_token.encode())

    async def sign_in_with_key(self, key: str, address: str) -> tuple[str, Principal]:
        """Begin a session of the page with an API key; return its token and the key's principal.

        Raises Unauthorized, RateLimited and DatabaseFault.
        """
        from app.access.sessions import begin_session

        principal = await self._of_key(key, address)
        key_id = (principal.id or "").removeprefix("key:")
        token = await self.database.run(
            lambda: begin_session(
                self.database, key_id, principal.name or "", principal.groups, datetime.now(UTC), key_id
            )
        )
        return token, principal

    async def sign_in_with_code(self, code: str, pending: Pending, redirect_uri: str) -> tuple[str, Principal]:
        """Begin a session of the page for the user whom the provider names; return its token and the user.

        Raises Unauthorized, ProviderFault and DatabaseFault.
        """
        if self.provider is None:
            raise Unauthorized("This service has no provider to sign in at.", code="sign_in_failed")
        from app.access.sessions import begin_session

        user = await self.provider.user_of_code(code, pending, redirect_uri)
        token = await self.database.run(
            lambda: begin_session(self.database, user.subject, user.name, user.groups, datetime.now(UTC))
        )
        return token, self._user(user)

    async def sign_out(self, session: str) -> None:
        """End a session of the page. Raises DatabaseFault."""
        from app.access.sessions import end_session

        self._remembered.pop(_digest("session", session), None)
        await self.database.run(lambda: end_session(self.database, session))

    def _check_peer(self, peer: str) -> None:
        try:
            address = ipaddress.ip_address(peer.partition("%")[0])
        except ValueError:
            address = None
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if address is None or not any(address in network for network in self._proxies):
            raise Forbidden(
                f"This service is used through its proxy, and {peer or 'this connection'} is no address in "
                "GROUNDWORK_TRUSTED_PROXIES. Go through the proxy, or add its address there and restart the service.",
                code="proxy_required",
            )

    async def _of_bearer(self, token: str, address: str) -> Principal:
        if token.startswith(KEY_PREFIX) or self.provider is None:
            return await self._of_key(token, address)
        return self._user(await self.provider.user_of_bearer(token))

    async def _of_key(self, key: str, address: str) -> Principal:
        principal = await self._looked_up("key", key, self._of_stored_key, address)
        if principal is None:
            raise Unauthorized(
                "The API key is not valid: it does not exist, was revoked, or has expired. An administrator makes a "
                "new one: groundwork keys create NAME",
                code="invalid_api_key",
            )
        return principal

    async def _looked_up(
        self, kind: _Kind, credential: str, find: Callable[[str, datetime], Principal | None], address: str
    ) -> Principal | None:
        """Return the principal that `find` finds in the database, or has found lately."""
        digest = _digest(kind, credential)
        known = self._remembered.get(digest)
        if known is not None and self._clock() < known[0]:
            return known[1]
        failures = [Rate(("failed_credentials", address_group(address)), _FAILURES_PER_MINUTE)]
        _raise_if_refused(await self.limiter.check(failures))
        principal = await self.database.run(lambda: find(credential, datetime.now(UTC)))
        if principal is None:
            self._remembered.pop(digest, None)
            _raise_if_refused(await self.limiter.admit(failures))
            return None
        self._remembered[digest] = (self._clock() + REMEMBERED_SECONDS, principal)
        self._remembered.move_to_end(digest)
        while len(self._remembered) > _MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return principal

    def _of_stored_key(self, text: str, now: datetime) -> Principal | None:
        from app.access.keys import find_key

        key = find_key(self.database, text, now)
        return key_principal(key.id, key.name, key.roles, key.groups) if key is not None else None

    def _of_session(self, token: str, now: datetime) -> Principal | None:
        from app.access.keys import key_of_id
        from app.access.sessions import find_session

        found = find_session(self.database, token, now)
        if found is None:
            return None
        if found.key_id is None:
            return self._user(User(found.subject, found.name, found.groups)) if self.provider is not None else None
        key = key_of_id(self.database, found.key_id, now)
        return key_principal(key.id, key.name, key.roles, key.groups) if key is not None else None

    def _of_proxy(self, headers: Mapping[str, Sequence[str]]) -> Principal:
        """Return the user whom the proxy names, or nobody."""
        name = _only(headers, self.settings.user_header)
        groups = _only(headers, self.settings.groups_header).split(",")
        if not name:
            return NOBODY
        if len(name) > _MOST_CHARACTERS or not name.isprintable():
            raise Unauthorized(
                f"The header {self.settings.user_header} must name one user, in at most {_MOST_CHARACTERS} printable "
                "characters.",
                code="invalid_user",
            )
        return self._user(User(name, name, frozenset(group.strip() for group in groups if group.strip())))

    def _user(self, user: User) -> Principal:
        return user_principal(user.subject, user.name, roles_of(user.groups, self.settings), user.groups)


def roles_of(groups: frozenset[str], settings: AccessSettings) -> list[Role]:
    """Return the roles of a user with these groups. Without GROUNDWORK_ASK_GROUPS, every user may ask."""
    roles: list[Role] = []
    if not settings.ask_groups or groups & settings.ask_groups:
        roles.append("ask")
    if groups & settings.ingest_groups:
        roles.append("ingest")
    if groups & settings.admin_groups:
        roles.append("admin")
    return roles


def _only(headers: Mapping[str, Sequence[str]], name: str) -> str:
    """Return the value of a header of the proxy, empty without one. Raises Unauthorized where it is repeated.

    One of two may be what the caller sent. Servers read headers as Latin-1; one that is UTF-8 is read as that.
    """
    values = headers.get(name, ())
    if len(values) > 1:
        raise Unauthorized(
            f"The request has the header {name} {len(values)} times. Let the proxy replace what callers send.",
            code="invalid_user",
        )
    value = values[0] if values else ""
    with suppress(UnicodeError):
        value = value.encode("latin-1").decode()
    return value.strip()


def _raise_if_refused(refused: tuple[Rate, int] | None) -> None:
    if refused is not None:
        raise RateLimited(
            f"Too many keys or sessions from this address were not valid. Ask again in {refused[1]} s.",
            retry_after=refused[1],
        )


def _digest(kind: _Kind, credential: str) -> str:
    """Return what a credential is remembered by. The token of a session is no API key, and the other way round."""
    return hashlib.sha256(f"{kind} {credential}".encode()).hexdigest()
