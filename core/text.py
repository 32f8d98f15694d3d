"""Forms of a text: without white space at its ends, without padding, and as it is searched."""

from __future__ import annotations

import re

_BLANKS = re.compile(r"[ \t]{2,}")
_DASHES = re.compile(r"-{4,}")

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

    Padding is shortened, references to notes are left out, and raised and lowered digits become those that people
    type: H2O, m2, 10^6.
    """
    text = without_note_marks(collapse_padding(text))
    if _RAISED_OR_LOWERED.search(text):
        text = _POWER.sub(lambda power: f"^{power.group()}", text).translate(_PLAIN)
    return text
