"""Divide a context at the numbers that its documents have in it: `[1] …`, `Source 2: …`.

A text is divided only where it begins with number 1 and the numbers go up by one, each at the beginning of a line: a
list inside of a document does not do that. Answers cite these numbers.
"""

from __future__ import annotations

import re

from app.guard.contexts.forms import Span

_NUMBER = (
    r"[ \t]{0,20}(?:\[(?P<bracket>\d{1,3})\]:?|(?:Source|Document|Passage|Context|Doc) (?P<named>\d{1,3})[:.])"
    r"[ \t]{0,20}\n?"
)
_RULE = 3
_FIRST, _FURTHER = re.compile(_NUMBER), re.compile(rf"\n{_NUMBER}")


def numbered_spans(text: str, span: Span) -> list[Span]:
    """Return the documents of a context with their numbers; none where it is not numbered."""
    inside = text[span.start : span.end]
    first = _FIRST.match(inside)
    if first is None or _number_of(first) != 1:
        return []
    begins = [first]
    for found in _FURTHER.finditer(inside, max(0, first.end() - 1)):
        if _number_of(found) == len(begins) + 1:
            begins.append(found)
    ends = [*(begin.start() for begin in begins[1:]), len(inside)]
    spans = []
    for number, (begin, end) in enumerate(zip(begins, ends, strict=True), start=1):
        text = _without_rule(inside[begin.end() : end])
        if text:
            start = span.start + begin.end()
            spans.append(Span(span.mark, start, start + len(text), number))
    return spans


def _without_rule(text: str) -> str:
    """Return a document without the line of dashes that may end it, and without white space at its end."""
    text = text.rstrip()
    before, _, last = text.rpartition("\n")
    return before.rstrip() if last.strip(" \t-") == "" and last.count("-") >= _RULE else text


def _number_of(found: re.Match[str]) -> int:
    return int(found["bracket"] or found["named"])
