"""Who may use the service: the access settings, and the combinations that are refused because they are unsafe.

One mode decides how a request is authenticated (docs/access.md):

- `open`: nobody is asked who they are. The service listens on this machine only, and nothing is in front of it.
- `open-to-all`: the same for everybody who reaches the port. It must be asked for by this name: for a container whose
  port is published on loopback, or where something in front decides who may come.
- `keys`: API keys. `oidc`: users of an OpenID Connect provider. `proxy`: users whom a proxy has authenticated.

Not covered: whether a connection is encrypted. A proxy ends TLS, and the service cannot see whether there is one.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from core.errors import ConfigurationError
from core.origins import parse_origin

AuthMode: TypeAlias = Literal["open", "open-to-all", "keys", "oidc", "proxy"]
OPEN_MODES: frozenset[AuthMode] = frozenset(("open", "open-to-all"))
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""That a provider may sign with: the asymmetric ones of RFC 7518 and RFC 8037; no shared secret, and never `none`."""
_DEFAULT_ALGORITHMS = ("RS256", "ES256")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
_MOST_PER_MINUTE = 1_000_000
_GROUP_SETTINGS = ("GROUNDWORK_ASK_GROUPS", "GROUNDWORK_INGEST_GROUPS", "GROUNDWORK_ADMIN_GROUPS")


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The OpenID Connect provider. Without a `client_id` the page offers no sign-in, and Bearer tokens are accepted."""

    issuer: str
    audience: str
    client_id: str | None = None
    client_secret: str | None = None
    groups_claim: str = "groups"
    algorithms: tuple[str, ...] = _DEFAULT_ALGORITHMS
    scopes: str = "openid profile email"


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """How a request is authenticated, and which groups of users have which role."""

    mode: AuthMode = "open"
    oidc: OidcSettings | None = None
    """Of the mode `oidc`, else None."""
    public_url: str | None = None
    """The origin under which browsers reach the service: `https://groundwork.example.com`."""
    user_header: str = "x-forwarded-user"
    groups_header: str = "x-forwarded-groups"
    ask_groups: frozenset[str] = frozenset()
    """The groups whose members may ask; empty: every user who is signed in."""
    ingest_groups: frozenset[str] = frozenset()
    admin_groups: frozenset[str] = frozenset()
    caller_per_minute: int = 120
    """Requests of one API key or one user that are admitted in a minute; 0: no limit."""
    address_per_minute: int = 600
    """Requests of all keys and users at one IP address; 0: no limit."""
    redis_url: str | None = None
    """Where the limits are counted for several processes; None: in the memory of each."""

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked who they are."""
        return self.mode in OPEN_MODES

    @property
    def public_host(self) -> str | None:
        """The host name of the public URL."""
        return urlsplit(self.public_url).hostname if self.public_url else None


def read_access(present: Mapping[str, str]) -> AccessSettings:
    """Read the access settings from the variables that are set.

    Raises ConfigurationError for a mode, a URL, a header or a number that is none, for a setting that its mode needs
    and lacks, and for settings of users in a mode that knows none.
    """
    mode = _mode(present.get("GROUNDWORK_AUTH", "open"))
    _check_mode_is_meant(mode, present)
    return AccessSettings(
        mode=mode,
        oidc=_oidc(present) if mode == "oidc" else None,
        public_url=_public_url(present.get("GROUNDWORK_PUBLIC_URL")),
        user_header=_header(present, "GROUNDWORK_PROXY_USER_HEADER", "X-Forwarded-User"),
        groups_header=_header(present, "GROUNDWORK_PROXY_GROUPS_HEADER", "X-Forwarded-Groups"),
        ask_groups=_names(present, "GROUNDWORK_ASK_GROUPS"),
        ingest_groups=_names(present, "GROUNDWORK_INGEST_GROUPS"),
        admin_groups=_names(present, "GROUNDWORK_ADMIN_GROUPS"),
        caller_per_minute=_per_minute(present, "GROUNDWORK_CALLER_LIMIT", 120),
        address_per_minute=_per_minute(present, "GROUNDWORK_ADDRESS_LIMIT", 600),
        redis_url=_redis_url(present.get("REDIS_URL")),
    )


def check_exposure(
    access: AccessSettings, host: str, allowed_hosts: Sequence[str], trusted_proxies: Sequence[str]
) -> None:
    """Raise ConfigurationError where the mode does not protect a service that listens on `host`.

    `allowed_hosts` and `trusted_proxies` say that others reach it through a proxy, also where it listens on loopback.
    """
    if access.mode == "open":
        _check_open(access, host, allowed_hosts, trusted_proxies)
    if access.mode == "proxy":
        _check_proxies(trusted_proxies)


def is_loopback(host: str) -> bool:
    """Return whether a service that listens on this host can be reached from this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_INSTEAD = (
    "Set GROUNDWORK_AUTH to keys, oidc or proxy (docs/access.md), or, where only people who may do everything can "
    "reach the port, to open-to-all."
)


def _check_open(
    access: AccessSettings, host: str, allowed_hosts: Sequence[str], trusted_proxies: Sequence[str]
) -> None:
    if not is_loopback(host):
        raise ConfigurationError(
            f"GROUNDWORK_AUTH is 'open', and the service is to listen on '{host}': everybody who reaches it could "
            f"read, add and delete documents. {_INSTEAD} Or listen on this machine only: GROUNDWORK_HOST=127.0.0.1."
        )
    is_public = access.public_host is not None and not is_loopback(access.public_host)
    for name, value in (
        ("GROUNDWORK_PUBLIC_URL", (access.public_url or "",) if is_public else ()),
        ("GROUNDWORK_ALLOWED_HOSTS", allowed_hosts),
        ("GROUNDWORK_TRUSTED_PROXIES", trusted_proxies),
    ):
        if value:
            raise ConfigurationError(
                f"GROUNDWORK_AUTH is 'open', and {name} is '{', '.join(value)}': a proxy lets others reach the "
                f"service, who could read, add and delete documents. {_INSTEAD} Or remove {name}."
            )


def _check_proxies(trusted_proxies: Sequence[str]) -> None:
    if not trusted_proxies:
        raise ConfigurationError(
            "GROUNDWORK_AUTH is 'proxy', but GROUNDWORK_TRUSTED_PROXIES is not set: anybody could name a user in the "
            "header. List the IP addresses of the proxy that authenticates users, like 10.0.0.5, 172.18.0.0/16."
        )
    for network in trusted_proxies:
        if ipaddress.ip_network(network).prefixlen == 0:
            raise ConfigurationError(
                f"GROUNDWORK_AUTH is 'proxy', and GROUNDWORK_TRUSTED_PROXIES contains '{network}', which is every "
                "address: anybody could name a user in the header. List the addresses of the proxy only."
            )


def _mode(value: str) -> AuthMode:
    for mode in get_args(AuthMode):
        if value == mode:
            return mode  # type: ignore[no-any-return]
    raise ConfigurationError(f"GROUNDWORK_AUTH is '{value}'. Set it to one of: {', '.join(get_args(AuthMode))}.")


def _check_mode_is_meant(mode: AuthMode, present: Mapping[str, str]) -> None:
    """Refuse settings that protect nothing in this mode: who sets them believes that they do."""
    if mode != "oidc" and "GROUNDWORK_OIDC_ISSUER" in present:
        raise ConfigurationError(
            f"GROUNDWORK_OIDC_ISSUER is set, but GROUNDWORK_AUTH is '{mode}', so that nobody signs in there. "
            "Set GROUNDWORK_AUTH=oidc, or remove GROUNDWORK_OIDC_ISSUER."
        )
    for name in _GROUP_SETTINGS:
        if mode in OPEN_MODES and name in present:
            raise ConfigurationError(
                f"{name} is set, but GROUNDWORK_AUTH is '{mode}', in which everybody may do everything. "
                f"Set GROUNDWORK_AUTH to oidc or proxy, or remove {name}."
            )


def _oidc(present: Mapping[str, str]) -> OidcSettings:
    for name, example in (
        ("GROUNDWORK_OIDC_ISSUER", "https://login.example.com/realms/company"),
        ("GROUNDWORK_OIDC_AUDIENCE", "groundwork"),
    ):
        if name not in present:
            raise ConfigurationError(f"GROUNDWORK_AUTH is 'oidc', but {name} is not set. Example: {example}")
    client_id, secret = present.get("GROUNDWORK_OIDC_CLIENT_ID"), present.get("GROUNDWORK_OIDC_CLIENT_SECRET")
    if secret is not None and client_id is None:
        raise ConfigurationError(
            "GROUNDWORK_OIDC_CLIENT_SECRET is set, but GROUNDWORK_OIDC_CLIENT_ID is not. Set the id of the client, or "
            "remove its secret."
        )
    if client_id is not None and "GROUNDWORK_PUBLIC_URL" not in present:
        raise ConfigurationError(
            "GROUNDWORK_OIDC_CLIENT_ID is set, but GROUNDWORK_PUBLIC_URL is not: the provider sends browsers back to "
            "it. Set it to the address of the page, like https://groundwork.example.com"
        )
    return OidcSettings(
        issuer=_issuer(present["GROUNDWORK_OIDC_ISSUER"]),
        audience=present["GROUNDWORK_OIDC_AUDIENCE"],
        client_id=client_id,
        client_secret=secret,
        groups_claim=present.get("GROUNDWORK_OIDC_GROUPS_CLAIM", "groups"),
        algorithms=_algorithms(present.get("GROUNDWORK_OIDC_ALGORITHMS")),
        scopes=_oidc_scopes(present.get("GROUNDWORK_OIDC_SCOPES", "openid profile email")),
    )


def _issuer(value: str) -> str:
    """Return the issuer as the provider writes it: tokens name it to the letter."""
    if not _is_safe_url(value):
        raise ConfigurationError(
            f"GROUNDWORK_OIDC_ISSUER is '{value}'. It must be an https URL without a query, like "
            "https://login.example.com/realms/company; http is accepted for this machine only."
        )
    return value


def _public_url(value: str | None) -> str | None:
    if value is None:
        return None
    origin = parse_origin(value.rstrip("/"))
    if origin is None or not _is_safe_url(origin):
        raise ConfigurationError(
            f"GROUNDWORK_PUBLIC_URL is '{value}'. It must be the origin of the page, with https and without a path: "
            "https://groundwork.example.com; http is accepted for this machine only, like http://localhost:8000."
        )
    return origin


def _is_safe_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        sound = bool(parts.hostname) and parts.port != 0 and not parts.query and not parts.fragment
    except ValueError:
        return False
    if not sound or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def _algorithms(value: str | None) -> tuple[str, ...]:
    if value is None:
        return _DEFAULT_ALGORITHMS
    found = tuple(entry.strip() for entry in value.split(",") if entry.strip())
    for algorithm in found:
        if algorithm not in ALGORITHMS:
            raise ConfigurationError(
                f"GROUNDWORK_OIDC_ALGORITHMS contains '{algorithm}'. Choose from: {', '.join(ALGORITHMS)}."
            )
    if not found:
        raise ConfigurationError(f"GROUNDWORK_OIDC_ALGORITHMS is '{value}'. Choose from: {', '.join(ALGORITHMS)}.")
    return found


def _oidc_scopes(value: str) -> str:
    scopes = value.split()
    if "openid" not in scopes:
        raise ConfigurationError(
            f"GROUNDWORK_OIDC_SCOPES is '{value}'. It must contain openid, like: openid profile email groups"
        )
    return " ".join(scopes)


def _header(present: Mapping[str, str], name: str, default: str) -> str:
    value = present.get(name, default)
    if not _HEADER_NAME.fullmatch(value):
        raise ConfigurationError(f"{name} is '{value}', which is no name of a header. Example: {default}")
    return value.lower()


def _names(present: Mapping[str, str], name: str) -> frozenset[str]:
    """Return the names of groups, separated by commas; case matters.

    Raises ConfigurationError for a value without a name: without GROUNDWORK_ASK_GROUPS every user may ask.
    """
    found = frozenset(entry.strip() for entry in present.get(name, "").split(",") if entry.strip())
    if name in present and not found:
        raise ConfigurationError(
            f"{name} is '{present[name]}', which names no group. Name groups, separated by commas, or remove {name}."
        )
    return found


def _per_minute(present: Mapping[str, str], name: str, default: int) -> int:
    value = present.get(name, str(default))
    if not (value.isascii() and value.isdecimal()) or int(value) > _MOST_PER_MINUTE:
        raise ConfigurationError(
            f"{name} is '{value}'; it must be a number of requests a minute from 0 (no limit) to {_MOST_PER_MINUTE}."
        )
    return int(value)


def _redis_url(value: str | None) -> str | None:
    if value is not None and not value.startswith(("redis://", "rediss://")):
        scheme = value.partition(":")[0][:20]
        raise ConfigurationError(
            f"REDIS_URL begins with '{scheme}:', which is no URL of Redis. Examples: redis://localhost:6379/0, "
            "rediss://:password@redis.example.com"
        )
    return value
