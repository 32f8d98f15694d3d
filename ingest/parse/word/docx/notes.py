"""Footnotes, endnotes and comments, and the marks that notes are displayed with.

Not covered: numbers that begin again on each page, because pages exist only when a document is laid out; they go on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from ingest.parse.ooxml.names import attribute, child, tag
from ingest.parse.shared.numerals import number
from ingest.parse.word.docx.runs import NoteKind, NoteReference

_SEPARATORS = frozenset({"separator", "continuationSeparator", "continuationNotice"})


@dataclass(frozen=True, slots=True)
class NotePart:
    """The part with all notes of a kind, or all comments: its name, and its entries by id."""

    name: str
    entries: dict[str, etree._Element]


def note_part(name: str, root: etree._Element, kind: str) -> NotePart:
    """Return the notes of a part, without the lines that separate notes from text."""
    notes = (element for element in root if tag(element) == kind)
    return NotePart(
        name, {attribute(note, "w:id"): note for note in notes if attribute(note, "w:type") not in _SEPARATORS}
    )


@dataclass(slots=True)
class _Counter:
    style: str
    start: int = 1
    by_section: bool = False
    used: int = 0


@dataclass(slots=True)
class NoteMarks:
    """Gives each reference its mark: call `mark` once for each, in reading order."""

    _counters: dict[NoteKind, _Counter] = field(
        default_factory=lambda: {"footnote": _Counter("decimal"), "endnote": _Counter("lowerRoman")}
    )

    def configure(self, properties: etree._Element | None, *, new_section: bool) -> None:
        """Apply the properties of the document (w:settings) or of a section (w:sectPr) that begins."""
        for kind, counter in self._counters.items():
            _configure(counter, child(properties, f"w:{kind}Pr"))
            if new_section and counter.by_section:
                counter.used = 0

    def mark(self, reference: NoteReference) -> str:
        """Return the mark of a reference. One with a mark of the author's own is not counted."""
        if reference.mark:
            return reference.mark
        counter = self._counters[reference.kind]
        counter.used += 1
        return number(counter.start + counter.used - 1, counter.style)


def _configure(counter: _Counter, properties: etree._Element | None) -> None:
    counter.style = attribute(child(properties, "w:numFmt")) or counter.style
    start = attribute(child(properties, "w:numStart"))
    counter.start = int(start) if start.isdigit() else counter.start
    restart = attribute(child(properties, "w:numRestart"))
    counter.by_section = restart == "eachSect" if restart else counter.by_section
