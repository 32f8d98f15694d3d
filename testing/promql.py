"""Which metrics and labels a PromQL expression reads. It knows the forms that the dashboard and the alerts have."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_RANGE = re.compile(r"\[[^\]]*\]")
_OFFSET = re.compile(r"\boffset\s+\w+")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r"(?<![\w.:])([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\})?(\s*\()?")
_LABEL = re.compile(r"([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)")
_WORDS = frozenset(("and", "or", "unless", "bool"))


@dataclass(frozen=True)
class Query:
    """The metrics of an expression, each with the labels that it is selected by, and the labels that it groups by."""

    selectors: tuple[tuple[str, frozenset[str]], ...]
    groups: frozenset[str]


def read_query(expression: str) -> Query:
    """Read an expression; variables of Grafana may be in its strings and ranges."""
    plain = _OFFSET.sub("", _RANGE.sub("", _STRING.sub('""', expression)))
    groups = {label.strip() for found in _GROUPING.findall(plain) for label in found.split(",") if label.strip()}
    selectors = tuple(
        (name, frozenset(_LABEL.findall(matchers)))
        for name, matchers, call in _SELECTOR.findall(_GROUPING.sub("", plain))
        if not call and name not in _WORDS
    )
    return Query(selectors, frozenset(groups))
