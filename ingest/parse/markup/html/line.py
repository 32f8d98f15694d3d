"""One line of inline content: white space as CSS collapses it, raised and lowered text, references to notes.

Inline elements add no blanks, so that a word with a bold syllable stays one word. What a browser draws as a box
(buttons, fields, pictures) is set apart from the text around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ingest.parse.inline import apart, note_mark, subscript, superscript

Kind = Literal["text", "pre", "raised", "lowered", "reference", "break", "box"]

# CSS collapses these alone; a no-break blank is a character like any other.
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BRACKETS = re.compile(r"[\s\[\](),;]*")
_MARKS = re.compile(r"\s*(?:\[\w{1,3}\][\s,]*){2,}")
_ONE_MARK = re.compile(r"\[(\w+)\]")
_UNIT_AND_BLANK = re.compile(r"(?:\d ?|/)[A-Za-zµ]{1,3} $")
_FRACTION_BARS = ("/", "\u2044", "\u2215")
_BLANK_BEFORE_END = re.compile(r" +\n")
_TAIL = 200
"""Characters before a piece that decide how it is written."""
_LONGEST_RAISED = 40
"""Longer raised text is prose in small type, not an exponent or a mark."""


@dataclass(slots=True)
class _Piece:
    kind: Kind
    text: str


class Line:
    """The inline content since the last block boundary. `kind` is that of the text that is added."""

    def __init__(self) -> None:
        self.kind: Kind = "text"
        self._pieces: list[_Piece] = []

    def add(self, text: str, kind: Kind | None = None) -> None:
        """Append text. Adjacent pieces of one kind become one: an exponent may consist of several elements."""
        kind = kind or self.kind
        if self._pieces and self._pieces[-1].kind == kind and kind in ("text", "raised", "lowered"):
            self._pieces[-1].text += text
        elif text or kind in ("break", "box"):
            self._pieces.append(_Piece(kind, text))

    def take(self) -> str:
        """Return the line, with a line end for each break, and begin a new one."""
        pieces = _without_brackets_of_references(self._pieces)
        self._pieces = []
        written: list[str] = []
        tail = ""
        for index, piece in enumerate(pieces):
            text = _written(piece, tail, pieces, index)
            after_shifted = index > 0 and pieces[index - 1].kind in ("raised", "lowered") and piece.kind == "text"
            text = _laid_out(tail, apart(tail, text) if after_shifted else text, piece.kind)
            written.append(text)
            tail = (tail + text)[-_TAIL:]
        line = "".join(written)
        if next((piece.kind for piece in pieces if piece.text), None) == "pre":
            return line.strip("\n") if line.strip() else ""
        return _BLANK_BEFORE_END.sub("\n", line).strip(" \t\n\r\f")

    @property
    def ends_with_break(self) -> bool:
        """Say whether the last thing apart from white space is a line break."""
        for piece in reversed(self._pieces):
            if piece.kind != "text" or piece.text.strip(" \t\n\r\f"):
                return piece.kind == "break"
        return False


def _laid_out(before: str, text: str, kind: Kind) -> str:
    """Return text with its white space as displayed after `before`, the end of what is written."""
    if kind in ("break", "pre"):
        return "\n" if kind == "break" else text
    text = _SPACE.sub(" ", f" {text} " if kind == "box" else text)
    return text.lstrip(" ") if not before or before[-1] in " \n" else text


def _written(piece: _Piece, written: str, pieces: list[_Piece], index: int) -> str:
    following = "".join(after.text for after in pieces[index + 1 : index + 4])
    previous = pieces[index - 1] if index else None
    match piece.kind:
        case "reference":
            return note_mark(piece.text)
        case "raised" if _MARKS.fullmatch(piece.text):
            return "".join(note_mark(mark) for mark in _ONE_MARK.findall(piece.text))
        case "raised" if len(piece.text) > _LONGEST_RAISED:
            return piece.text
        case "raised" if _is_numerator(piece, pieces[index + 1 : index + 3]):
            return f" {piece.text.strip()}" if written[-1:].isdigit() else piece.text
        case "raised":
            # Some pages set a blank between a unit and its power: 5 m ².
            before = written.rstrip(" ") if _UNIT_AND_BLANK.search(written) else written
            return _spaced(piece.text, superscript(before, _SPACE.sub(" ", piece.text), following))
        case "lowered" if previous and previous.text.strip() in _FRACTION_BARS and index > 1:
            return piece.text
        case "lowered" if len(piece.text) <= _LONGEST_RAISED:
            return _spaced(piece.text, subscript(written, _SPACE.sub(" ", piece.text)))
    return piece.text


def _is_numerator(piece: _Piece, following: list[_Piece]) -> bool:
    """Say whether this is the first part of <sup>1</sup>/<sub>2</sub>."""
    if len(following) < 2 or not piece.text.strip().isdigit():
        return False
    bar, below = following
    return bar.text.strip() in _FRACTION_BARS and below.kind == "lowered" and below.text.strip().isdigit()


def _spaced(source: str, written: str) -> str:
    before = " " if source[:1].isspace() and written[:1] != " " else ""
    return f"{before}{written}{' ' if source[-1:].isspace() else ''}"


def _without_brackets_of_references(pieces: list[_Piece]) -> list[_Piece]:
    """Leave out the raised brackets and commas around references, as in [1], [2]: `[^1]` has its own."""
    kept: list[_Piece] = []
    for index, piece in enumerate(pieces):
        beside = [near.kind for near in pieces[max(0, index - 1) : index + 2]]
        if piece.kind == "raised" and "reference" in beside and _BRACKETS.fullmatch(piece.text):
            continue
        kept.append(piece)
    return kept
