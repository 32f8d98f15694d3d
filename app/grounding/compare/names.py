"""Names: capitalised words inside a sentence, acronyms, identifiers, addresses.

German writes every noun with a capital: there only acronyms, identifiers and addresses are names.
Not covered: names in lower case, and names at the start of a sentence without a second capitalised word after them;
they are judged as words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.grounding.text.language import Language
from app.grounding.text.markers import MASK
from app.grounding.text.scan import Kind
from app.grounding.text.tokens import Token
from app.grounding.values.numerals import gap

_OPENS = re.compile(rf"[:|•\"(\[{MASK}>]")
_FEWEST_SHOUTED = 4


def is_name(text: str, tokens: Sequence[Token], position: int, language: Language) -> bool:
    """Say whether the word at token `position` is written like a name at its place in the sentence."""
    word = tokens[position].text
    if word.replace(".", "").isupper() and len(word) > 1:
        return True
    if language == "de" or not word[0].isupper():
        return False
    if not _begins(text, tokens, position):
        return True
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    if following is None or following.kind is not Kind.WORD or gap(text, tokens, position + 1) != " ":
        return False
    return following.text[0].isupper() and not following.text.isupper() and following.lexeme.content


def is_shouted(tokens: Sequence[Token]) -> bool:
    """Say whether a sentence is a heading in capitals or in title case, where capitals tell nothing."""
    content = [token.text for token in tokens if token.kind is Kind.WORD and token.lexeme.content]
    if sum(word.isupper() for word in content) * 2 > len(content):
        return len(content) > 1
    return len(content) >= _FEWEST_SHOUTED and all(word[0].isupper() for word in content)


def _begins(text: str, tokens: Sequence[Token], position: int) -> bool:
    """Say whether a capital is due at this place: at the start, after a colon, a quotation mark or a table's bar."""
    return position == 0 or _OPENS.search(gap(text, tokens, position)) is not None
