"""Divide a context at the numbers that its documents have in it: `[1] …`, `Source 2: …`.

A text is divided only where it begins with number 1 and the numbers go up by one, each at the beginning of a line: a
list inside of a document does not do that. Answers cite these numbers.
"""

from __future__ import annotations

import re

from app.guard.contexts.forms import Span

_NUMBER = re.compile(
    r"(?:\A|(?<=\n))[ \t]{0,20}"
    r"(?:\[(?P<bracket>\d{1,3})\]:?|(?:Source|Document|Passage|Context|Doc) (?P<named>\d{1,3})[:.])"
    r"[ \t]{0,20}\n?"
)
_TRAILING = re.compile(r"(?:\n[ \t]{0,20}-{3,80}[ \t]{0,20})?\s{0,80}\Z")


def numbered_spans(text: str, span: Span) -> list[Span]:
    """Return the documents of a context with their numbers; none where it is not numbered."""
    inside = text[span.start : span.end]
    begins: list[re.Match[str]] = []
    for found in _NUMBER.finditer(inside):
        if int(found["bracket"] or found["named"]) == len(begins) + 1:
            begins.append(found)
    if not begins or inside[: begins[0].start()].strip():
        return []
    ends = [*(begin.start() for begin in begins[1:]), len(inside)]
    spans = []
    for number, (begin, end) in enumerate(zip(begins, ends, strict=True), start=1):
        trailing = _TRAILING.search(inside, max(begin.end(), end - 200), end)
        stop = trailing.start() if trailing else end
        if inside[begin.end() : stop].strip():
            spans.append(Span(span.mark, span.start + begin.end(), span.start + stop, number))
    return spans
