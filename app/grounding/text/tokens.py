"""A sentence becomes tokens: lexemes at their places in the normalised text."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.grounding.text.language import Language
from app.grounding.text.lexemes import PIECES, Lexeme
from app.grounding.text.scan import Kind

# What stands between two blanks. A no-break space is none: it holds the groups of a number together. NUL is a mask.
PIECE = re.compile(r"[^ \t\n\r\x0b\x0c\x1c-\x1f\x85\u1680\u2028\u2029\x00]+")

_new = tuple.__new__


class Token(NamedTuple):
    """A token and its half-open range in the normalised text."""

    kind: Kind
    start: int
    end: int
    text: str
    lexeme: Lexeme


def tokenise(text: str, start: int, end: int, language: Language) -> list[Token]:
    """Return the tokens of `text[start:end]`, a sentence; offsets are into `text`."""
    pieces = PIECES[language]
    # `_new` takes half the time of Token(...), whose __new__ is written in Python.
    return [
        _new(Token, (lexeme.kind, match.start() + first, match.start() + last, lexeme.text, lexeme))
        for match in PIECE.finditer(text, start, end)
        for lexeme, first, last in pieces[match[0]].placed
    ]
