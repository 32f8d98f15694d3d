"""Number formats of spreadsheets: their sections, and the placeholders, literals and parts of dates in them.

See `numbers.py` for the rules, their source and what is not covered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

GENERAL = "General"

# Built-in formats, by id (18.8.30). Excel's display in English differs from the table of the standard for 14 to 22.
BUILT_IN = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);\\("$"#,##0\\)',
    6: '"$"#,##0_);[Red]\\("$"#,##0\\)',
    7: '"$"#,##0.00_);\\("$"#,##0.00\\)',
    8: '"$"#,##0.00_);[Red]\\("$"#,##0.00\\)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    37: "#,##0_);\\(#,##0\\)",
    38: "#,##0_);[Red]\\(#,##0\\)",
    39: "#,##0.00_);\\(#,##0.00\\)",
    40: "#,##0.00_);[Red]\\(#,##0.00\\)",
    41: '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* \\(#,##0\\);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
_DIGITS = "0#?"

_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*"?)|\\(?P<escaped>.)|_(?P<blank>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]|(?P<general>General)"""
    r"""|(?P<ampm>AM/PM|A/P)|(?P<date>y+|m+|d+|h+|s+|b+|g+|e+(?![+-]))|(?P<exponent>E[+-])|(?P<other>.)""",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|=|<|>)\s*(-?\d+(?:\.\d+)?(?:E[+-]?\d+)?)$", re.IGNORECASE)
_ELAPSED = re.compile(r"(h+|m+|s+)$", re.IGNORECASE)

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}
Kind = Literal["literal", "digit", "other", "date", "elapsed", "ampm", "exponent", "general", "text"]
_DATE_KINDS: frozenset[Kind] = frozenset({"date", "elapsed", "ampm"})


@dataclass(frozen=True, slots=True)
class Token:
    """A placeholder, a literal or a part of a date."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a format, and the numbers that it is for; `locale` names months and days."""

    tokens: tuple[Token, ...]
    kinds: frozenset[Kind]
    condition: tuple[str, float] | None = None
    locale: str = ""

    @property
    def is_date(self) -> bool:
        """Say whether it displays a date, a time or a duration."""
        return not self.kinds.isdisjoint(_DATE_KINDS)

    @property
    def is_text(self) -> bool:
        """Say whether it has the placeholder of a text."""
        return "text" in self.kinds

    @property
    def has_digits(self) -> bool:
        """Say whether it displays digits of the number."""
        return "digit" in self.kinds or "general" in self.kinds

    def holds(self, value: float) -> bool:
        """Say whether its condition is true for a number."""
        return self.condition is not None and _COMPARE[self.condition[0]](value, self.condition[1])

    @property
    def only_negative(self) -> bool:
        """Say whether the condition is true for negative numbers alone: their sign is part of the section then."""
        if self.condition is None:
            return False
        sign, limit = self.condition
        return (sign in ("<", "<=") and limit <= 0 and (sign, limit) != ("<=", 0)) or (sign == "=" and limit < 0)


@lru_cache(maxsize=1000)
def is_date(code: str) -> bool:
    """Say whether numbers under this format are dates, times or durations."""
    return any(section.is_date for section in sections(code))


@lru_cache(maxsize=1000)
def sections(code: str) -> tuple[Section, ...]:
    """Return the sections of a format: a semicolon divides them, outside of quotes and brackets."""
    parts: list[list[Token]] = [[]]
    conditions: list[tuple[str, float] | None] = [None]
    locales = [""]
    for match in _TOKEN.finditer(code):
        kind = str(match.lastgroup)
        text = match[kind]
        if kind == "other" and text == ";":
            parts.append([])
            conditions.append(None)
            locales.append("")
        elif kind == "bracket":
            if condition := _CONDITION.match(text):
                conditions[-1] = (condition[1], float(condition[2]))
            elif text.startswith("$"):
                symbol, _, locale = text[1:].partition("-")
                parts[-1].append(Token("literal", symbol))
                locales[-1] = locale or locales[-1]
            elif _ELAPSED.match(text):
                parts[-1].append(Token("elapsed", text.lower()))
        elif token := _token(kind, text):
            parts[-1].append(token)
    return tuple(
        _section(_with_fractions_of_seconds(tokens), condition, locale)
        for tokens, condition, locale in zip(parts[:4], conditions, locales, strict=False)
    )


def _section(tokens: Sequence[Token], condition: tuple[str, float] | None, locale: str) -> Section:
    return Section(tuple(tokens), frozenset(token.kind for token in tokens), condition, locale)


def _token(kind: str, text: str) -> Token | None:
    match kind:
        case "quoted":
            return Token("literal", text.strip('"'))
        case "escaped":
            return Token("literal", text)
        case "blank":
            return Token("literal", " ")
        case "fill":
            return None
        case "date":
            return Token("date", text.lower())
        case "ampm" | "exponent" | "general":
            return Token(kind, text)
    if text in _DIGITS:
        return Token("digit", text)
    return Token("text" if text == "@" else "other", text)


def _with_fractions_of_seconds(tokens: Sequence[Token]) -> list[Token]:
    """Join a point and the zeros after it to one token of a date, and make other digits in a date literals."""
    if not any(token.kind in _DATE_KINDS for token in tokens):
        return list(tokens)
    joined: list[Token] = []
    for token in tokens:
        within = token.kind == "digit" and joined and joined[-1].kind == "date" and joined[-1].text.startswith(".")
        if within or (token.kind == "digit" and joined and joined[-1] == Token("other", ".")):
            joined[-1] = Token("date", joined[-1].text + "0")
        else:
            joined.append(token)
    return joined
