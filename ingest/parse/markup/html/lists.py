"""Numbers and marks of list items, as a browser displays them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from selectolax.lexbor import LexborNode

from ingest.parse.markup.html.style import style_of
from ingest.parse.shared.compose import BULLET
from ingest.parse.shared.numerals import counting_letters, roman

_HIGHEST_ROMAN = 3999

_Attributes: TypeAlias = Mapping[str, str | None]


class ListMarks:
    """Counts the items of one list."""

    def __init__(self, node: LexborNode) -> None:
        attributes = node.attributes
        self._numbered = node.tag == "ol"
        self._style = _style(attributes, "decimal" if self._numbered else "disc")
        self._step = -1 if "reversed" in attributes else 1
        self._next = 1
        if self._step < 0:
            self._next = sum(1 for child in node.iter() if child.tag == "li")
        self._next = _integer(attributes.get("start"), self._next)

    def next(self, attributes: _Attributes) -> str:
        """Return the mark of the next item."""
        value = _integer(attributes.get("value"), self._next)
        self._next = value + self._step
        number = _numeral(value, _style(attributes, self._style))
        return f"{number}." if number else BULLET


def _style(attributes: _Attributes, default: str) -> str:
    """Return the name of CSS for the kind of mark."""
    css = style_of(attributes)
    named = css.get("list-style-type") or next(
        (word for word in css.get("list-style", "").split() if word in _STYLES or word in ("none", "disc")), None
    )
    return named or _TYPES.get(attributes.get("type") or "", default)


def _numeral(value: int, style: str) -> str:
    written = _STYLES.get(style)
    return written(value) or str(value) if written else ""


def _roman(value: int) -> str:
    return roman(value) if value <= _HIGHEST_ROMAN else ""


def _integer(value: str | None, default: int) -> int:
    found = re.match(r"\s*([+-]?\d{1,9})", value or "")
    return int(found.group(1)) if found else default


_TYPES = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
_STYLES: Mapping[str, Callable[[int], str]] = {
    "decimal": str,
    "decimal-leading-zero": lambda value: f"{value:02d}",
    "lower-alpha": counting_letters,
    "lower-latin": counting_letters,
    "upper-alpha": lambda value: counting_letters(value).upper(),
    "upper-latin": lambda value: counting_letters(value).upper(),
    "lower-roman": _roman,
    "upper-roman": lambda value: _roman(value).upper(),
}
