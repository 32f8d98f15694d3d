"""Who may read a document: the groups of the document, and those of the person who asks.

A document without groups is open to everybody who may ask. One with groups is read by the members of any of them, and
by those who read everything. `core.index.Index.visible_to` is the one way to read an index, and takes a `Readers`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_LONGEST = 200
_GROUP = re.compile(rf"(?!\s)[^\x00-\x1f\x7f-\x9f]{{1,{_LONGEST}}}(?<!\s)")
_NOT_A_GROUP = "*"
"""Marks a document that is open to everybody, in the index (`core/index/points/`)."""


@dataclass(frozen=True, slots=True)
class Readers:
    """On whose behalf the index is read: the members of these groups, or those who read `everything`."""

    groups: frozenset[str] = frozenset()
    everything: bool = False

    def may_read(self, groups: Collection[str]) -> bool:
        """Say whether a document with these groups may be read; one without groups may."""
        return self.everything or not groups or not self.groups.isdisjoint(groups)


EVERYTHING = Readers(everything=True)
"""Reads every document: the ingestion, and the command line over a local index, whose user owns the files."""
PUBLIC = Readers()
"""Reads the documents without groups alone."""


def groups_from(value: object) -> frozenset[str]:
    """Return the groups in a value of a file: a list of names, or one name. An empty list is no groups.

    Raises ValueError, which completes the sentence "the groups are …", for anything else.
    """
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple):
        raise ValueError(f'{value!r}; they must be a list of names, such as ["hr"]'[:_LONGEST])
    for name in names:
        if not isinstance(name, str) or name == _NOT_A_GROUP or not _GROUP.fullmatch(name):
            raise ValueError(
                f"{str(names)[:_LONGEST]}, in which {str(name)[:_LONGEST]!r} is no name: a name is a text of 1 to "
                f"{_LONGEST} characters without line ends and without blanks around it, and is not '{_NOT_A_GROUP}'"
            )
    return frozenset(names)
