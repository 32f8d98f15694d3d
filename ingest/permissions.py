"""Which groups may read a document: what the document, its file or its source says, or a rule of domain.toml.

The most specific statement decides alone:

    1. the file `NAME.access.toml` beside the file `NAME`:          groups = ["hr"]
    2. the front matter of a Markdown file:                         access_groups: [hr, board]
    3. the metadata `access_groups` of a reader's document
    4. the last rule of domain.toml whose path matches the id:      [[permissions]]  path = "hr/**"  groups = ["hr"]

Without any the document is open to everybody who may ask; so it is where 1 or 4, which people write for this purpose,
is an empty list. In 2 and 3, which programs export, an empty list may be that of a document that nobody may read, and
is an error. A statement that cannot be read is an error of the document, which is then not in the index: it is never
opened by mistake.

Not covered: front matter in TOML or JSON; the permissions of the file system.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import yaml

from core.domain import PermissionRule
from core.errors import UnreadablePermissions
from core.permissions import groups_from
from ingest.parse.shared.encoding import decode_text
from ingest.patterns import id_pattern
from ingest.sources import RawDocument
from ingest.sources.reader_metadata import GROUPS_KEY

_LONGEST_MATTER = 100_000
_MARKDOWN = (".md", ".markdown", ".mdx", ".mkd")
# Also where the parser reads the lines as text: after a blank line, and with any line ends.
_MATTER = re.compile(r"\s*---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(rf"""^\s*["']?{GROUPS_KEY}["']?\s*:""", re.MULTILINE)


def groups_of(document_id: str, raw: RawDocument, rules: Sequence[PermissionRule]) -> frozenset[str]:
    """Return the groups that may read a document; none where everybody may. Raises UnreadablePermissions."""
    if raw.sidecar is not None:
        return _of_sidecar(raw.sidecar)
    stated = _of_front_matter(raw)
    if stated is not None:
        return stated
    if raw.groups is not None:
        return _exported(raw.groups, f"its metadata '{GROUPS_KEY}'")
    return of_rules(document_id, rules)


def of_rules(document_id: str, rules: Sequence[PermissionRule]) -> frozenset[str]:
    """Return the groups of the last rule that matches the id of a document; none without one."""
    matching = [rule for rule in rules if id_pattern(rule.path).fullmatch(document_id)]
    return frozenset(matching[-1].groups) if matching else frozenset()


def unmatched(rules: Sequence[PermissionRule], document_ids: Collection[str]) -> list[str]:
    """Return the paths of the rules that match none of the documents: they may be misspelt."""
    return [rule.path for rule in rules if not any(map(id_pattern(rule.path).fullmatch, document_ids))]


def _of_front_matter(raw: RawDocument) -> frozenset[str] | None:
    if not raw.file_name.lower().endswith(_MARKDOWN) or GROUPS_KEY.encode() not in raw.content.replace(b"\0", b""):
        return None
    matter = _MATTER.match(decode_text(raw.content).text)
    if matter is None or not _NAMED.search(matter.group(1)):
        return None
    if len(matter.group(1)) > _LONGEST_MATTER:
        raise UnreadablePermissions(
            f"its front matter has more than {_LONGEST_MATTER:,} characters and '{GROUPS_KEY}' in it"
        )
    try:
        table = yaml.safe_load(matter.group(1))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadablePermissions(
            f"its front matter has '{GROUPS_KEY}' and is not valid YAML: {_on_one_line(error)}"
        ) from error
    if not isinstance(table, Mapping) or GROUPS_KEY not in table:
        raise UnreadablePermissions(
            f"its front matter has '{GROUPS_KEY}' in another place than at the beginning of a line"
        )
    return _exported(table[GROUPS_KEY], f"'{GROUPS_KEY}' of its front matter")


def _of_sidecar(content: bytes) -> frozenset[str]:
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadablePermissions(f"its permissions file is not valid TOML: {_on_one_line(error)}") from error
    if set(table) != {"groups"}:
        found = ", ".join(sorted(table)) or "nothing"
        raise UnreadablePermissions(f'its permissions file has {found[:200]}; it must have groups = ["…"] alone')
    return _checked(table["groups"], "'groups' of its permissions file")


def _exported(value: Any, where: str) -> frozenset[str]:
    """Return the groups of a statement that a program may have exported, where an empty list may mean nobody."""
    groups = _checked(value, where)
    if not groups:
        raise UnreadablePermissions(
            f"{where} is an empty list, which may mean nobody or everybody; name groups, leave it out, or open the "
            "document by a permissions file or a rule of domain.toml with groups = []"
        )
    return groups


def _checked(value: Any, where: str) -> frozenset[str]:
    try:
        return groups_from(value)
    except ValueError as error:
        raise UnreadablePermissions(f"{where} is {error}") from None


def _on_one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
