"""The contexts in the result of a tool: its text, or the texts of its JSON.

Tools return passages as JSON in many shapes. Each long string of it is a context, wherever it is, and each that has the
name of a text; its other values (titles, dates, numbers) make one more context of lines `name: value`. JSON without
long strings, such as the rows of a table, is one context as it is written, and so is JSON whose names are so long that
the pointers of its values would take many times its length.

Not covered: texts that are JSON inside of JSON, and images.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_NAMES = frozenset("text content page_content passage snippet body chunk excerpt".split())
_LONG = 40
"""Characters from which a string with blanks in it is a text and not a label. A title is shorter, or is read twice."""
_UNSPACED = 20
"""The same for a string without blanks that is no identifier: Chinese, Japanese."""
_MOST_PATHS = 10_000_000
"""Characters of all pointers and names of a result. Chosen: those of 100,000 passages; a long name with many values in
it has the square of its length."""


@dataclass(frozen=True, slots=True)
class JsonText:
    """A text of a JSON value, at its JSON pointer (RFC 6901); None: the lines of all values that are no long texts."""

    text: str
    pointer: str | None


def json_texts(content: str) -> list[JsonText]:
    """Return the long texts of a result that is JSON, then its other values; none where it is no JSON or has none."""
    if content.lstrip()[:1] not in ("{", "[", '"'):
        return []
    try:
        value = json.loads(content)
        leaves = list(_leaves(value))
    except (ValueError, RecursionError):
        return []
    if isinstance(value, str):
        return [JsonText(value, "")] if value.strip() else []
    texts = [JsonText(leaf, pointer) for pointer, name, leaf in leaves if _is_text(name, leaf)]
    others = [
        f"{name}: {_written(leaf)}" for _, name, leaf in leaves if not _is_text(name, leaf) and leaf not in ("", None)
    ]
    if not texts:
        return []
    return [*texts, JsonText("\n".join(others), None)] if others else texts


def _leaves(value: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield pointer, name and value of everything that is neither object nor list, in the order of the JSON.

    Raises ValueError where pointers and names are too long.
    """
    left = _MOST_PATHS
    stack: list[tuple[str, str, Any]] = [("", "", value)]
    while stack:
        pointer, name, here = stack.pop()
        if isinstance(here, dict | list):
            left -= sum(map(len, here)) if isinstance(here, dict) else len(here) * len(name)
            left -= len(here) * len(pointer)
            if left < 0:
                raise ValueError("the pointers are too long")
        if isinstance(here, dict):
            items = [(f"{pointer}/{_escaped(key)}", key, inside) for key, inside in here.items()]
            stack.extend(reversed(items))
        elif isinstance(here, list):
            stack.extend(reversed([(f"{pointer}/{place}", name, inside) for place, inside in enumerate(here)]))
        else:
            yield pointer, name, here


def _is_text(name: str, leaf: Any) -> bool:
    if not isinstance(leaf, str) or not leaf.strip():
        return False
    if name.lower() in _NAMES:
        return True
    if len(leaf) >= _LONG and any(character.isspace() for character in leaf):
        return True
    return len(leaf) >= _UNSPACED and sum(not character.isascii() for character in leaf) * 2 > len(leaf)


def _written(leaf: Any) -> str:
    return leaf if isinstance(leaf, str) else json.dumps(leaf)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
