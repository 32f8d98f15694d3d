"""Who may read a point: its groups, and the conditions of a restriction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from core.index.points.schema import READERS
from core.permissions import Readers

EVERYBODY = "*"
MOST_GROUPS = 10_000
"""Groups that are looked up in an index. Beyond them some documents are read only by those who read everything."""
Restriction: TypeAlias = frozenset[str] | None
"""The groups of which a document must have one, unless everybody may read it. None: every document is read."""


def readers_of(groups: Collection[str]) -> list[str]:
    """Return the groups of a document as the payload has them."""
    return sorted(groups) or [EVERYBODY]


def groups_of(payload: Mapping[str, Any]) -> frozenset[str]:
    """Return the groups in a payload: the inverse of `readers_of`."""
    return frozenset(payload[READERS]) - {EVERYBODY}


def is_visible(payload: Mapping[str, Any], readers: Readers) -> bool:
    """Say whether a point may be read; one that does not say who may is read by those who read everything."""
    stored = payload.get(READERS, ())
    return readers.everything or EVERYBODY in stored or not readers.groups.isdisjoint(stored)


def admitted(only: frozenset[str]) -> list[str]:
    """Return the values of `readers` of which a point must have one under a restriction."""
    return [EVERYBODY, *sorted(only)]
