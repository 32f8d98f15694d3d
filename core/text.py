"""Forms of a text: without white space at its ends, without padding, and as it is searched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""Half-open offsets into a text, in code points."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_BLANKS = re.compile(r"[ \t]{2,}")
_DASHES = re.compile(r"-{4,}")

_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|[ \t]*(?:\n|\Z)", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
_BARS = re.compile(r"[ \t]*(?<!\\)\|[ \t]*")
_NOTE_MARK = re.compile(r"\[\^[^\s\[\]]{1,12}\]:?")
_POWER = re.compile(r"(?<=\d)[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_RAISED_OR_LOWERED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋]")
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-0123456789+-")


def strip_span(text: str, start: int, end: int) -> Span | None:
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
    return _plain_digits(_without_bars(without_note_marks(collapse_padding(text))))


def search_form_of_spans(text: str, spans: Sequence[Span]) -> tuple[str, tuple[Span, ...]]:
    """Return the search form of a text, and where each of the spans is in it.

    The spans are in order and do not overlap. What they contain is the search form of their text, apart from white
    space at the ends; a span whose text is left out becomes empty. Not covered: a span that begins or ends within a
    note mark, or between a digit and its power.
    """
    searched = search_form(text)
    if searched == text:
        return searched, tuple(spans)
    edges = _searched_edges(text, [edge for span in spans for edge in span])
    return searched, tuple(zip(edges[::2], edges[1::2], strict=True))


def _searched_edges(text: str, edges: Sequence[int]) -> list[int]:
    """Return where each of the offsets, which ascend, is in the search form. That form is made line by line."""
    found: list[int] = []
    position = written = 0
    for line in _LINE.findall(text):
        content = line.removesuffix("\n")
        searched = search_form(line)
        longest = len(searched.removesuffix("\n"))
        while len(found) < len(edges) and edges[len(found)] <= position + len(content):
            before = content[: edges[len(found)] - position]
            found.append(written + min(longest, len(_search_form_before(before, content))))
        position += len(line)
        written += len(searched)
    return found + [written] * (len(edges) - len(found))


def _search_form_before(before: str, line: str) -> str:
    """Return the search form of the beginning of a line, whose bars go when the whole line is the row of a table."""
    before = without_note_marks(collapse_padding(before))
    if "|" in line and _TABLE_ROW.match(without_note_marks(collapse_padding(line))):
        before = _BARS.sub(" ", before).lstrip()
    return _plain_digits(before)


def _plain_digits(text: str) -> str:
    if not _RAISED_OR_LOWERED.search(text):
        return text
    return _POWER.sub(lambda power: f"^{power.group()}", text).translate(_PLAIN)


def _without_bars(text: str) -> str:
    if "|" not in text:
        return text
    return _TABLE_ROW.sub(lambda row: _BARS.sub(" ", row.group()).strip(), _TABLE_RULE.sub("", text))
