"""Footnotes: small text with a mark, after the paragraph that refers to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.parse.elements import Element, Heading, ListItem, Note, Paragraph, Table
from ingest.parse.inline import note_mark

_RAISED = re.compile(r"\[\^([^\]\s]{1,4})\]\s*(?=\S)")
_PLAIN = re.compile(r"(\d{1,3}|[*†‡§¶]{1,3})[.)]?\s+(?=\S)")


def with_notes(elements: Sequence[tuple[Element, bool]]) -> list[Element]:
    """Return the elements of a page with its notes in their places. Of each element is given whether it is small.

    A note without a reference on the page stays where it is, as a paragraph.
    """
    result = [element for element, _ in elements]
    for element, small in elements:
        note = _note(element, small)
        if note is None:
            continue
        others = [other for other in result if other is not element]
        home = next((at for at, other in enumerate(others) if note_mark(note.mark) in _text(other)), None)
        if home is None:
            continue
        while home + 1 < len(others) and isinstance(others[home + 1], Note):
            home += 1
        result = [*others[: home + 1], note, *others[home + 1 :]]
    return result


def _note(element: Element, small: bool) -> Note | None:
    """Return the note that an element may be: a raised mark at its beginning says so, another one in small text."""
    match element:
        case Paragraph(text):
            found = _RAISED.match(text) or (_PLAIN.match(text) if small else None)
            return Note(found[1], text[found.end() :]) if found else None
        case ListItem(text, mark) if small and mark.strip("().-"):
            return Note(mark.strip("().-"), text)
    return None


def _text(element: Element) -> str:
    match element:
        case Paragraph(text) | ListItem(text) | Heading(text):
            return text
        case Table(rows):
            return " ".join(cell for row in rows for cell in row if cell)
    return ""
