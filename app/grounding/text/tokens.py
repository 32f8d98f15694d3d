"""A sentence becomes tokens: lexemes at their places in the normalised text."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.grounding.text.language import Language
from app.grounding.text.lexemes import PIECES, Lexeme
from app.grounding.text.normalise import NO_BREAK_SPACE
from app.grounding.text.scan import Kind

# What is between two blanks. A no-break space is none: it holds the groups of a number together. NUL is a mask.
_PIECE = re.compile(r"[^ \t\n\r\x0b\x0c\x1c-\x1f\x85\u1680\u2028\u2029\x00]+")

_new = tuple.__new__


class Token(NamedTuple):
    """A token and its half-open range in the normalised text."""

    kind: Kind
    start: int
    end: int
    text: str
    lexeme: Lexeme


def pieces_of(text: str) -> list[str]:
    """Return the pieces of an unmasked normalised text, in order."""
    return _PIECE.findall(text) if NO_BREAK_SPACE in text else text.split()


def tokenise(text: str, start: int, end: int, language: Language) -> list[Token]:
    """Return the tokens of `text[start:end]`, a sentence; offsets are into `text`."""
    pieces = PIECES[language]
    # `_new` takes half the time of Token(...), whose __new__ is written in Python.
    return [
        _new(Token, (lexeme.kind, at + first, at + last, lexeme.text, lexeme))
        for match in _PIECE.finditer(text, start, end)
        for at in (match.start(),)
        for lexeme, first, last in pieces[match[0]].placed
    ]
