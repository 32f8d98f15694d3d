"""On whose behalf a request comes, and what that allows.

A *scope* is what one kind of request needs; a *role* is a set of scopes that is given to a key or to a group of users:

- `ask`: ask, search, judge answers, and read the documents.
- `ingest`: read the documents, and upload, replace and delete them.
- `admin`: everything.
- `metrics`: read /metrics, for Prometheus.

Which documents a principal may read is another matter: that is decided by its `groups`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from core.errors import Forbidden
from core.permissions import Readers
from core.sites import Site

PrincipalKind: TypeAlias = Literal["anonymous", "widget", "key", "user", "local"]
Scope: TypeAlias = Literal[
    "configuration", "ask", "search", "feedback", "tune", "ground", "read", "ingest", "metrics", "manage"
]
Role: TypeAlias = Literal["ask", "ingest", "admin", "metrics"]

ROLES: tuple[Role, ...] = get_args(Role)
EVERYTHING: frozenset[Scope] = frozenset(get_args(Scope))
_WIDGET: frozenset[Scope] = frozenset(("configuration", "ask", "search", "feedback"))
SCOPES_OF_ROLE: Mapping[Role, frozenset[Scope]] = {
    "ask": frozenset(("configuration", "ask", "search", "feedback", "tune", "ground", "read")),
    "ingest": frozenset(("configuration", "read", "ingest")),
    "admin": EVERYTHING,
    "metrics": frozenset(("metrics",)),
}
WIDGET_ROUTES: Mapping[tuple[str, str], Scope] = {
    ("GET", "/v1/configuration"): "configuration",
    ("POST", "/v1/chat/completions"): "ask",
    ("POST", "/v1/search"): "search",
    ("POST", "/v1/feedback"): "feedback",
}
"""The scopes of the methods and paths that the chat widget uses."""
_SCOPES: Mapping[tuple[str, str], Scope] = {
    **WIDGET_ROUTES,
    ("GET", "/v1/models"): "tune",
    ("POST", "/v1/ground"): "ground",
    ("GET", "/v1/documents"): "read",
    ("POST", "/v1/documents"): "ingest",
    ("GET", "/v1/corpus-health"): "read",
    ("POST", "/mcp"): "read",
    ("GET", "/mcp"): "read",
    ("DELETE", "/mcp"): "read",
    ("GET", "/metrics"): "metrics",
}
_SCOPES_BELOW: Mapping[tuple[str, str], Scope] = {
    ("GET", "/v1/models/"): "tune",
    ("GET", "/v1/documents/"): "read",
    ("DELETE", "/v1/documents/"): "ingest",
    ("GET", "/v1/ingest/jobs/"): "ingest",
    ("DELETE", "/v1/ingest/jobs/"): "ingest",
}
"""The scopes of a method and every path that begins so."""
_WITHOUT_SIGN_IN: frozenset[PrincipalKind] = frozenset(("anonymous", "widget"))
_PUBLIC = frozenset(
    {
        ("GET", "/"),
        ("GET", "/portal"),
        ("GET", "/health"),
        ("GET", "/ready"),
        ("GET", "/openapi.json"),
        ("POST", "/v1/widget/session"),
        ("GET", "/.well-known/oauth-protected-resource/mcp"),
        ("GET", "/v1/access"),
        ("GET", "/v1/sign-in"),
        ("POST", "/v1/sign-in"),
        ("GET", "/v1/sign-in/callback"),
        ("POST", "/v1/sign-out"),
    }
)
_PUBLIC_FILES = ("/widget/", "/portal/")


@dataclass(frozen=True, slots=True)
class Principal:
    """On whose behalf a request comes.

    `id` is the same for every request of one key (`key:…`), one user (`user:…`) or one session of a widget
    (`session:…`), and None for those who cannot be distinguished. `groups` are those whose documents it may read.
    `name` is shown to people. `site` and `session` are those of a widget, else None.
    """

    kind: PrincipalKind
    scopes: frozenset[Scope]
    site: Site | None = None
    session: str | None = None
    id: str | None = None
    groups: frozenset[str] = frozenset()
    name: str | None = None

    @property
    def readers(self) -> Readers:
        """As whom it reads the index: who manages the documents reads all of them, except without a sign-in."""
        return Readers(self.groups, everything=self.kind != "anonymous" and self.may("manage"))

    @property
    def reads_answers_of(self) -> frozenset[PrincipalKind] | None:
        """The kinds of principals whose kept answers it may read, where it manages the service; None: all of them.

        Without a sign-in, those that were given without one: others may quote documents that it may not read.
        """
        return None if self.readers.everything else _WITHOUT_SIGN_IN

    def may_follow(self, owner: str | None) -> bool:
        """Say whether it may see the jobs and the unread uploads of a principal with this id."""
        return self.may("manage") or (self.id is not None and self.id == owner)

    def may(self, scope: Scope) -> bool:
        """Return whether the principal has a scope."""
        return scope in self.scopes

    def check_tuning(self, fields: Sequence[str]) -> None:
        """Raise Forbidden if a request has fields that choose or change the recipe, and the principal may not."""
        if fields and not self.may("tune"):
            raise Forbidden(
                f"A session of the widget asks with the default recipe as it is. Leave out: {', '.join(fields)}.",
                code="insufficient_scope",
            )


ANONYMOUS = Principal("anonymous", EVERYTHING)
"""Of every request without a widget token, where the service is open."""
NOBODY = Principal("anonymous", frozenset())
"""Of a request without credentials, where the service is not open."""
LOCAL = Principal("local", EVERYTHING, id="local", name="the command line of this machine")
"""Of the command line, which can read the data directory."""


def widget_principal(site: Site, session: str) -> Principal:
    """Return the principal of a widget on a page of the site."""
    return Principal("widget", _WIDGET, site, session, id=f"session:{session}")


def key_principal(key_id: str, name: str, roles: Iterable[Role], groups: frozenset[str]) -> Principal:
    """Return the principal of an API key."""
    return Principal("key", scopes_of(roles), id=f"key:{key_id}", name=name, groups=groups)


def user_principal(subject: str, name: str, roles: Iterable[Role], groups: frozenset[str]) -> Principal:
    """Return the principal of a user; `subject` is the user's id at the provider."""
    return Principal("user", scopes_of(roles), id=f"user:{subject}", name=name, groups=groups)


def scopes_of(roles: Iterable[Role]) -> frozenset[Scope]:
    """Return the scopes of some roles."""
    return frozenset[Scope]().union(*(SCOPES_OF_ROLE[role] for role in roles))


def is_public(method: str, path: str) -> bool:
    """Return whether everybody may send a request with this method and path."""
    method = "GET" if method == "HEAD" else method
    return (method, path) in _PUBLIC or (method == "GET" and path.startswith(_PUBLIC_FILES))


def scope_of(method: str, path: str) -> Scope:
    """Return the scope that a request needs; "manage" is that of every method and path that is not listed."""
    listed = _SCOPES.get((method, path))
    if listed is not None:
        return listed
    below = (scope for (of, prefix), scope in _SCOPES_BELOW.items() if of == method and path.startswith(prefix))
    return next(below, "manage")
