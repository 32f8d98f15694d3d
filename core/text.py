"""Forms of a text: without white space at its ends, without padding, and as it is searched."""

from __future__ import annotations

import re

_BLANKS = re.compile(r"[ \t]{2,}")
_DASHES = re.compile(r"-{4,}")

_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|[ \t]*(?:\n|\Z)", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
_BARS = re.compile(r"[ \t]*(?<!\\)\|[ \t]*")
_NOTE_MARK = re.compile(r"\[\^[^\s\[\]]{1,12}\]:?")
_POWER = re.compile(r"(?<=\d)[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_RAISED_OR_LOWERED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋]")
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-0123456789+-")


def strip_span(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span without white space at its ends; None when it has nothing else."""
    inner = text[start:end]
    stripped = inner.strip()
    begin = start + len(inner) - len(inner.lstrip())
    return (begin, begin + len(stripped)) if stripped else None


def collapse_padding(text: str) -> str:
    """Return the text with runs of blanks and of dashes shortened.

    A table that is aligned by hand is mostly padding, which costs tokens.
    """
    return _DASHES.sub("---", _BLANKS.sub(" ", text))


def without_note_marks(text: str) -> str:
    """Return the text without references to notes (`[^1]`), and without the marks before the notes themselves."""
    return _NOTE_MARK.sub("", text) if "[^" in text else text


def search_form(text: str) -> str:
    """Return the text as it is embedded and indexed; a query is searched in the same form.

    Padding is shortened, references to notes and the bars and rules of tables are left out, and raised and lowered
    digits become those that people type: H2O, m2, 10^6. Bars and rules are a quarter of the tokens of the tables in
    quarterly reports.
    """
    text = _without_bars(without_note_marks(collapse_padding(text)))
    if _RAISED_OR_LOWERED.search(text):
        text = _POWER.sub(lambda power: f"^{power.group()}", text).translate(_PLAIN)
    return text


def _without_bars(text: str) -> str:
    if "|" not in text:
        return text
    return _TABLE_ROW.sub(lambda row: _BARS.sub(" ", row.group()).strip(), _TABLE_RULE.sub("", text))
