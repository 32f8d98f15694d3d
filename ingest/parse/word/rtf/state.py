"""What the reader of RTF remembers: the state of groups, and the tables of the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.parse.inline import Position
from ingest.parse.shared.numerals import number
from ingest.parse.word.rtf.story import Story
from ingest.parse.word.rtf.tables import RowDefinition

_HEADING = re.compile(r"heading\s*([1-9])", re.IGNORECASE)
_BODY_TEXT = 9

NOTE_FORMATS = {
    "nar": "decimal",
    "nalc": "lowerLetter",
    "nauc": "upperLetter",
    "nrlc": "lowerRoman",
    "nruc": "upperRoman",
    "nchi": "chicago",
}
"""The formats of notes by the end of their control word: \\ftnnalc, \\aftnnrlc."""


@dataclass(slots=True, eq=False)
class Destination:
    """Where text goes: into a story, or into `text`; None of both for what is skipped."""

    kind: str
    story: Story | None = None
    text: list[str] = field(default_factory=list)
    is_endnote: bool = False


@dataclass(slots=True, eq=False)
class FieldState:
    """A field: its name once the instruction was read, and the state of a form field."""

    name: str = ""
    form_type: int | None = None
    result: int | None = None
    default: int = 0


@dataclass(slots=True)
class State:
    """What a group inherits and restores."""

    destination: Destination
    font: int = 0
    fallback: int = 1
    hidden: bool = False
    deleted: bool = False
    position: Position = ""
    style: int = 0
    outline: int | None = None
    depth: int = 0
    table: int = 0
    in_object: bool = False
    row: RowDefinition = field(default_factory=RowDefinition)
    field: FieldState | None = None


@dataclass(slots=True)
class Style:
    """A paragraph style."""

    name: str = ""
    outline: int | None = None


@dataclass(slots=True)
class NoteCounter:
    """The numbers of footnotes or endnotes."""

    style: str = "decimal"
    next: int = 1

    def take(self) -> str:
        """Return the next mark."""
        self.next += 1
        return number(self.next - 1, self.style)


SKIPPED = Destination("skipped")
"""Where the text of an unknown or irrelevant group goes."""


def heading_level(state: State, style: Style) -> int | None:
    """Return the level of a paragraph with this style if it is a heading, from 1; None for other paragraphs."""
    outline = state.outline if state.outline is not None else style.outline
    if outline is not None:
        return outline + 1 if outline < _BODY_TEXT else None
    named = _HEADING.fullmatch(style.name.strip())
    return int(named.group(1)) if named else (1 if style.name.strip().casefold() == "title" else None)
