"""Quotations that no context has word for word.

Quotation marks around a few words are as often a name or irony; from `_FEWEST_WORDS` on they claim that somebody said
so. Signs and letter case do not count; an ellipsis parts a quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.grounding.compare.index import ContextIndex
from app.grounding.text.tokens import Token

_QUOTATION = re.compile(r'(?<!\w)"(?=\S)[^"\n]{1,600}(?<=\S)"(?!\w)')
_ELLIPSIS = re.compile(r"\.\.\.|…")
_FEWEST_WORDS = 4


def misquoted(text: str, tokens: Sequence[Token], index: ContextIndex) -> Iterator[tuple[int, int]]:
    """Yield the positions [first, last) of the tokens of each quotation that the contexts do not have."""
    if not tokens:
        return
    for quotation in _QUOTATION.finditer(text, tokens[0].start - 1 if tokens[0].start else 0, tokens[-1].end + 2):
        start = quotation.start()
        for end in [*(match.start() for match in _ELLIPSIS.finditer(text, *quotation.span())), quotation.end()]:
            inside = [place for place, token in enumerate(tokens) if start <= token.start < end]
            words = [tokens[place].lexeme.folded for place in inside]
            if len(words) >= _FEWEST_WORDS and not index.has_words(words):
                yield inside[0], inside[-1] + 1
            start = end
