"""On whose behalf a request comes, and what that allows.

Not covered: sign-in and API keys. A request without a widget token is anonymous and may do everything that the service
does, as far as its origin is accepted; a Bearer token of another form, which OpenAI's clients always send, changes
nothing. Users and keys become further kinds of principal, made where the token of a request is read
(`app/api/guards/principals.py`); the anonymous one then loses scopes. The scope "tune" is to choose
a recipe or to change its values for one question; "manage" is one for all the rest, and is divided with the roles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from core.errors import Forbidden
from core.permissions import Readers
from core.sites import Site

PrincipalKind: TypeAlias = Literal["anonymous", "widget", "key", "user", "local"]
Scope: TypeAlias = Literal["configuration", "ask", "search", "feedback", "tune", "manage"]

EVERYTHING: frozenset[Scope] = frozenset(get_args(Scope))
_WIDGET: frozenset[Scope] = frozenset(("configuration", "ask", "search", "feedback"))
SCOPES_BY_ROUTE: Mapping[tuple[str, str], Scope] = {
    ("GET", "/v1/configuration"): "configuration",
    ("POST", "/v1/chat/completions"): "ask",
    ("POST", "/v1/search"): "search",
    ("POST", "/v1/feedback"): "feedback",
}
"""The scope of a method and a path; "manage" is that of every other."""


@dataclass(frozen=True, slots=True)
class Principal:
    """On whose behalf a request comes. `site` and `session` are those of a widget, else None.

    `id` is the same in every request of one user or key, and None for an anonymous one; `groups` are those whose
    documents it may read.
    """

    kind: PrincipalKind
    scopes: frozenset[Scope]
    site: Site | None = None
    session: str | None = None
    id: str | None = None
    groups: frozenset[str] = frozenset()

    @property
    def readers(self) -> Readers:
        """As whom it reads the index: who manages the documents reads all of them, except without a sign-in."""
        return Readers(self.groups, everything=self.kind != "anonymous" and self.may("manage"))

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
"""Of every request without a widget token."""
LOCAL = Principal("local", EVERYTHING, id="local")
"""Of the command line of this machine, which can read the data directory."""


def widget_principal(site: Site, session: str) -> Principal:
    """Return the principal of a widget on a page of the site."""
    return Principal("widget", _WIDGET, site, session, id=f"session:{session}")


def scope_of(method: str, path: str) -> Scope:
    """Return the scope that a request needs."""
    return SCOPES_BY_ROUTE.get((method, path), "manage")
