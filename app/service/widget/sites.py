"""The sites that embed the widget: their sessions, and how much each session and address may ask.

Not covered: a token cannot be revoked before it expires, unless the key or the origin is removed from domain.toml. It
is valid at every process with the same secret; over several processes, limits are counted with REDIS_URL only.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import cached_property

from app.service.metrics import Metrics
from app.service.principals import Principal, Scope, widget_principal
from app.service.rate_limits import Limiter, MemoryLimiter, Rate, address_group
from app.service.widget.tokens import WidgetSession, invalid_token, issue_token, read_token
from core.errors import Forbidden, NotFound, RateLimited
from core.sites import OWN_ORIGIN, Site

_UNLIMITED: frozenset[Scope] = frozenset(("configuration",))
"""Scopes whose requests are not counted. Reading the configuration costs less than counting would save."""
_SHOWN_CHARACTERS = 100
_log = logging.getLogger("groundwork")


class Sites:
    """The sites of a domain. `load_secret` is called once, when the first token is signed or read."""

    def __init__(
        self,
        sites: Sequence[Site],
        load_secret: Callable[[], str],
        metrics: Metrics,
        limiter: Limiter | None = None,
    ) -> None:
        self._by_key = {site.key: site for site in sites}
        self._origins = frozenset(origin for site in sites for origin in site.origins if origin != OWN_ORIGIN)
        self._load_secret = load_secret
        self._metrics = metrics
        self._limiter: Limiter = MemoryLimiter() if limiter is None else limiter

    @cached_property
    def secret(self) -> str:
        """Return the secret that signs tokens. Raises ConfigurationError where none can be kept."""
        return self._load_secret()

    @property
    def exist(self) -> bool:
        """Return whether there is a site with an origin."""
        return any(site.origins for site in self._by_key.values())

    def have_origin(self, origin: str | None) -> bool:
        """Return whether an origin is one of any site."""
        return origin in self._origins

    async def begin_session(
        self, site_key: str, origin: str | None, address: str, *, is_same_origin: bool = False
    ) -> WidgetSession:
        """Return a new session for a page of the site. `address` is the IP address of the visitor.

        `is_same_origin`: the page is one of the service itself.

        Raises NotFound for an unknown key, Forbidden for an origin that is not the site's or is not stated, and
        RateLimited. No error names a site, a key or an origin that the caller did not.
        """
        site = self._by_key.get(site_key)
        if site is None:
            raise NotFound(
                "No site of this service has this site key. Compare it with the keys of [[sites]] in domain.toml.",
                code="unknown_site_key",
            )
        if origin is None or not _may_use(site, origin, is_same_origin):
            raise Forbidden(
                f"Pages of {_shown(origin)} may not use this site key. If it is a page of yours, add its origin to the "
                "origins of the site in domain.toml (like https://www.example.com) and restart the service.",
                code="origin_not_allowed",
            )
        await self._count(site, [Rate(("new_sessions", site.name, address_group(address)), site.limits.new_sessions)])
        self._metrics.widget_session(site.name)
        return issue_token(site_key, origin, self.secret, time.time())

    def principal(self, token: str, origin: str | None, *, is_same_origin: bool = False) -> Principal:
        """Return the principal of a token that a page of this origin sends.

        `is_same_origin`: the page is of the service's own origin. Where the browser does not name it, it is accepted as
        the token's, also for a site that has the service below its own address.

        Raises Unauthorized: `session_expired`, or `invalid_token`, also for the token of another origin and for one
        whose site or origin is no longer in domain.toml.
        """
        if not self._by_key:
            raise invalid_token()
        claims = read_token(token, self.secret)
        site = self._by_key.get(claims.site_key)
        is_tokens = origin == claims.origin or (origin is None and is_same_origin)
        if site is None or not is_tokens or not _may_use(site, claims.origin, is_same_origin):
            raise invalid_token()
        return widget_principal(site, claims.session)

    async def admit(self, principal: Principal, scope: Scope, address: str) -> None:
        """Count a request of a widget. Raises RateLimited; other principals are not limited."""
        site, session = principal.site, principal.session
        if site is None or session is None or scope in _UNLIMITED:
            return
        rates = [
            Rate(("session", site.name, session), site.limits.session),
            Rate(("address", site.name, address_group(address)), site.limits.address),
        ]
        await self._count(site, rates)

    async def _count(self, site: Site, rates: Sequence[Rate]) -> None:
        refused = await self._limiter.admit(rates)
        if refused is None:
            return
        rate, seconds = refused
        limit = rate.key[0]
        self._metrics.rate_limited(site.name, limit)
        _log.warning(
            "site %s: the limit '%s' of %d a minute was reached by %s", site.name, limit, rate.per_minute, rate.key[-1]
        )
        raise RateLimited(
            f"Too many requests: {_EXPLAINED[limit]} is limited to {rate.per_minute} a minute. "
            f"Ask again in {seconds} s.",
            retry_after=seconds,
        )


_EXPLAINED = {"session": "a session", "address": "an address", "new_sessions": "the number of new sessions"}


def _may_use(site: Site, origin: str, is_same_origin: bool) -> bool:
    if origin == OWN_ORIGIN:
        return False  # A word of domain.toml, which no browser sends.
    return origin in site.origins or (is_same_origin and OWN_ORIGIN in site.origins)


def _shown(origin: str | None) -> str:
    if origin is None:
        return "no stated origin (the header Origin is missing or repeated)"
    return f"the origin {origin[:_SHOWN_CHARACTERS]!a}"
