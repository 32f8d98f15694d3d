"""Interpret the control words of RTF: groups, destinations, and the state of text and paragraphs."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable

from core.domain import Parsing
from ingest.parse.elements import Element, Note, Paragraph
from ingest.parse.shared.compose import PAGE_NUMBER, RunningTexts, comment_text, flat
from ingest.parse.shared.left_out import Tally
from ingest.parse.shared.symbols import symbol
from ingest.parse.word.fields import CONTENTS, PAGE_FIELDS
from ingest.parse.word.rtf.fonts import DEFAULT_ENCODING, Font, decode, decode_unit, encoding_of, whole
from ingest.parse.word.rtf.properties import STATE_CHANGES
from ingest.parse.word.rtf.state import (
    NOTE_FORMATS,
    SKIPPED,
    Destination,
    FieldState,
    NoteCounter,
    State,
    Style,
    heading_level,
)
from ingest.parse.word.rtf.story import Story
from ingest.parse.word.rtf.tokens import Token
from ingest.parse.word.rtf.words import (
    CAPTURED,
    CHARACTERS,
    CODE_PAGES,
    FONTS_AND_STYLES,
    KNOWN,
    SKIPPED_GROUPS,
    STORIES,
    SYMBOLS,
)

_SYMBOL_FIELD = re.compile(r"SYMBOL\s+(\d+|0x[0-9a-f]+)(?:.*\\f\s+\"?([^\"\\]+))?", re.IGNORECASE | re.DOTALL)
_BOX_TYPE, _UNSET = 1, 25


class Reader:
    """Takes the tokens of a file one by one; `finish` returns its elements."""

    def __init__(self, settings: Parsing, tally: Tally) -> None:
        self.title = ""
        self._settings = settings
        self._tally = tally
        self._body = Story()
        self._state = State(Destination("body", self._body))
        self._groups: list[State] = []
        self._encoding = DEFAULT_ENCODING
        self._default_font = 0
        self._fonts: dict[int, Font] = {}
        self._styles: dict[int, Style] = {}
        self._notes = {False: NoteCounter(), True: NoteCounter()}
        self._running = RunningTexts()
        self._footers: list[Element] = []
        self._author = ""
        self._bytes = bytearray()
        self._skip = 0
        self._starred = False

    def finish(self) -> list[Element]:
        """Return the elements of the file."""
        if self._groups:
            self._tally["the end of the file, which is cut off"] += 1
        while self._groups:
            self._close()
        self._flush()
        return [*self._body.finish(), *self._footers]

    def read(self, token: Token) -> None:
        """Interpret the next token."""
        match token.kind:
            case "bytes":
                self._read_bytes(token.data)
            case "open":
                self._flush()
                self._groups.append(self._state)
                self._state = copy.copy(self._state)
            case "close":
                self._close()
            case "symbol":
                self._read_symbol(token.name)
            case "word":
                self._read_word(token.name, token.value)

    def _read_bytes(self, data: bytes) -> None:
        """Collect bytes, except the characters that stand for a \\u in programs without Unicode."""
        self._starred = False
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        self._bytes += data[skipped:]

    def _flush(self) -> None:
        """Write the bytes collected so far: a character may be of two bytes."""
        self._skip = 0
        if self._bytes:
            data, self._bytes = bytes(self._bytes), bytearray()
            self._write(decode(data, self._font, self._encoding))

    @property
    def _font(self) -> Font | None:
        """Return the font of the current text; the tables have names, not text."""
        in_table = self._state.destination.kind in FONTS_AND_STYLES
        return None if in_table else self._fonts.get(self._state.font)

    def _read_symbol(self, name: str) -> None:
        if self._skip and name in SYMBOLS:
            self._skip -= 1
        elif name == "*":
            self._starred = True
        elif name in "\r\n":
            self._read_word("par", None)
        elif name in SYMBOLS:
            self._flush()
            self._write(SYMBOLS[name])

    def _read_word(self, name: str, value: int | None) -> None:
        if self._skip and name in CHARACTERS:
            self._skip -= 1
            return
        self._flush()
        starred, self._starred = self._starred, False
        if name == "u":
            self._write(decode_unit(value or 0, self._font))
            self._skip = self._state.fallback
        elif name in CHARACTERS:
            self._write(CHARACTERS[name])
        elif not self._begin_destination(name, starred):
            self._apply(name, value)

    # Destinations.

    def _begin_destination(self, name: str, starred: bool) -> bool:
        """Begin the destination that a control word names; say whether it names one."""
        state = self._state
        if name == "ud":
            state.destination = self._outside_skipped()
        elif state.destination is SKIPPED:
            return True
        elif name == "fldrslt":
            self._begin_result()
        elif name == "object":
            self._tally["embedded object"] += 1
            state.in_object = True
        elif name in ("pict", "mmath"):
            self._skip_counted(name)
        elif name in CAPTURED or name in FONTS_AND_STYLES:
            state.destination = Destination(name)
        elif name in STORIES:
            self._begin_story(name)
        elif name in SKIPPED_GROUPS or (starred and name not in KNOWN):
            state.destination = SKIPPED
        else:
            return False
        return True

    def _outside_skipped(self) -> Destination:
        """Return where text went before the current skipped group: the Unicode form of its text is read."""
        states = reversed([*self._groups, self._state])
        return next((state.destination for state in states if state.destination is not SKIPPED), SKIPPED)

    def _begin_story(self, name: str) -> None:
        # Formats of the text that refers to a note do not apply to the note.
        fresh = State(Destination(name, Story()), self._default_font, self._state.fallback)
        self._state = fresh

    def _skip_counted(self, name: str) -> None:
        if name == "mmath":
            self._tally["equation"] += 1
        elif not self._state.in_object:
            self._tally["picture"] += 1
        self._state.destination = SKIPPED

    def _begin_result(self) -> None:
        """Begin the result of a field: not displayed is that of a table of contents, marked is a page number."""
        name = self._state.field.name if self._state.field is not None else ""
        if name in CONTENTS:
            self._tally[CONTENTS[name]] += 1
            self._state.destination = SKIPPED
        elif name in PAGE_FIELDS and self._is_running:
            self._write(PAGE_NUMBER)
            self._state.destination = SKIPPED
        elif name == "SYMBOL":
            self._state.destination = SKIPPED

    @property
    def _is_running(self) -> bool:
        return self._state.destination.kind.startswith(("header", "footer"))

    def _close(self) -> None:
        self._flush()
        if not self._groups:
            return
        closed, self._state = self._state, self._groups.pop()
        self._starred = False
        if closed.destination is not self._state.destination:
            self._end_destination(closed.destination, closed)
        if closed.field is not None and closed.field is not self._state.field:
            self._end_field(closed.field)

    def _end_destination(self, destination: Destination, closed: State) -> None:
        if destination.story is not None:
            self._end_story(destination, destination.story)
            return
        text = whole("".join(destination.text))
        match destination.kind:
            case "listtext" | "pntext" if self._state.destination.story is not None:
                self._state.destination.story.label = text
            case "fldinst" if closed.field is not None:
                self._end_instruction(text, closed.field)
            case "atnauthor":
                self._author = text.strip()
            case "title":
                self.title = text

    def _end_story(self, destination: Destination, story: Story) -> None:
        parent = self._state.destination.story
        if parent is None or parent is story:
            return
        elements = story.finish()
        self._count_hidden(story)
        match destination.kind:
            case "footnote":
                self._end_note(parent, flat(elements), destination.is_endnote)
            case "annotation":
                self._end_comment(parent, flat(elements))
            case "shptxt" | "dptxbxtext":
                parent.after += elements
            case name if name.startswith("header"):
                parent.insert(self._running.new(elements))
            case _:
                self._footers += self._running.new(elements)

    def _end_note(self, parent: Story, text: str, is_endnote: bool) -> None:
        own = parent.take_own_mark()
        mark = own or self._notes[is_endnote].take()
        parent.refer(mark)
        parent.after.append(Note(mark, text.removeprefix(own).strip()))

    def _end_comment(self, parent: Story, text: str) -> None:
        if not self._settings.comments:
            self._tally["comment"] += 1
        elif text:
            parent.after.append(Paragraph(comment_text(text, self._author)))

    def _end_instruction(self, text: str, state: FieldState) -> None:
        words = text.split(None, 1)
        state.name = words[0].upper() if words else ""
        if found := _SYMBOL_FIELD.match(text.strip()):
            self._write(symbol(f"{int(found[1], 0):x}", (found[2] or "Symbol").strip()))

    def _end_field(self, state: FieldState) -> None:
        if state.form_type == _BOX_TYPE:
            checked = state.default if state.result in (None, _UNSET) else state.result
            self._write("☒" if checked else "☐")

    # Text and properties.

    def _write(self, text: str) -> None:
        destination, state = self._state.destination, self._state
        if destination.story is None:
            self._capture(destination, text)
        elif state.deleted:
            return
        elif state.hidden and not self._settings.hidden:
            destination.story.has_hidden |= bool(text.strip())
        else:
            destination.story.add(text, state.position)

    def _capture(self, destination: Destination, text: str) -> None:
        match destination.kind:
            case "fonttbl":
                font = self._fonts.setdefault(self._state.font, Font())
                font.name += text.rstrip(";")
            case "stylesheet":
                self._styles.setdefault(self._state.style, Style()).name += text.rstrip(";")
            case "skipped":
                return
            case _:
                destination.text.append(text)

    def _apply(self, name: str, value: int | None) -> None:
        if (change := STATE_CHANGES.get(name)) is not None:
            change(self._state, value)
        elif (action := _ACTIONS.get(name)) is not None:
            action(self, value)
        elif name.startswith(("ftn", "aftn")):
            self._configure_notes(name, value)

    def _configure_notes(self, name: str, value: int | None) -> None:
        counter = self._notes[name.startswith("a")]
        rest = name.removeprefix("a").removeprefix("ftn")
        if rest == "start" and value:
            counter.next = value
        elif rest == "alt":
            self._state.destination.is_endnote = True
        else:
            counter.style = NOTE_FORMATS.get(rest, counter.style)

    @property
    def _level(self) -> int | None:
        """Return the level of the current paragraph if it is a heading."""
        return heading_level(self._state, self._styles.get(self._state.style, Style()))

    def _end_paragraph(self, _: int | None) -> None:
        story, state = self._state.destination.story, self._state
        if story is None or state.deleted:
            return
        self._count_hidden(story)
        story.end_paragraph(self._level, state.depth, state.table)

    def _end_cell(self, _: int | None) -> None:
        self._end_cell_of(1)

    def _end_nested_cell(self, _: int | None) -> None:
        self._end_cell_of(max(2, self._state.table))

    def _end_cell_of(self, table: int) -> None:
        if (story := self._state.destination.story) is not None:
            self._count_hidden(story)
            story.end_cell(self._level, self._state.depth, table)

    def _end_row(self, _: int | None) -> None:
        if (story := self._state.destination.story) is not None:
            story.end_row(1, self._state.row)

    def _end_nested_row(self, _: int | None) -> None:
        if (story := self._state.destination.story) is not None:
            story.end_row(max(2, self._state.table), self._state.row)

    def _count_hidden(self, story: Story) -> None:
        if story.has_hidden:
            self._tally["passage of hidden text"] += 1
            story.has_hidden = False

    def _reset_text(self, _: int | None) -> None:
        state = self._state
        state.font, state.hidden, state.deleted, state.position = self._default_font, False, False, ""

    def _set_charset(self, value: int | None) -> None:
        if self._state.destination.kind == "fonttbl":
            self._fonts.setdefault(self._state.font, Font()).charset = value or 0

    def _set_font_code_page(self, value: int | None) -> None:
        if self._state.destination.kind == "fonttbl":
            self._fonts.setdefault(self._state.font, Font()).code_page = value

    def _set_default_font(self, value: int | None) -> None:
        self._default_font = self._state.font = value or 0

    def _set_code_page(self, value: int | None) -> None:
        self._encoding = encoding_of(value)

    def _set_outline(self, value: int | None) -> None:
        if self._state.destination.kind == "stylesheet":
            self._styles.setdefault(self._state.style, Style()).outline = value or 0
        else:
            self._state.outline = value or 0

    def _expect_note(self, _: int | None) -> None:
        destination = self._state.destination
        if destination.story is not None and destination.kind != "footnote":
            destination.story.expect_note()

    def _write_page_number(self, _: int | None) -> None:
        if self._is_running:
            self._write(PAGE_NUMBER)


def _encoded(code_page: int) -> Callable[[Reader, int | None], None]:
    return lambda reader, _: reader._set_code_page(code_page)


_ACTIONS: dict[str, Callable[[Reader, int | None], None]] = {
    "par": Reader._end_paragraph,
    "sect": Reader._end_paragraph,
    "cell": Reader._end_cell,
    "nestcell": Reader._end_nested_cell,
    "row": Reader._end_row,
    "nestrow": Reader._end_nested_row,
    "plain": Reader._reset_text,
    "fcharset": Reader._set_charset,
    "cpg": Reader._set_font_code_page,
    "deff": Reader._set_default_font,
    "ansicpg": Reader._set_code_page,
    "outlinelevel": Reader._set_outline,
    "chftn": Reader._expect_note,
    "chpgn": Reader._write_page_number,
    **{name: _encoded(code_page) for name, code_page in CODE_PAGES.items()},
}
