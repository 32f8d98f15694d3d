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
# "**Less Flexibility:** …", "- Tech Support: …", "### Key Features": what is in it is a title and no name.
_LABEL = re.compile(
    rf"""
    [\s>|]*+(?:
        \#{{1,6}}[ ][^\n]*
      | {MASK}[\s{MASK}]*+(?:\*\*|__)?[^.!?:\n]{{1,80}}:
      | (?:{MASK}[\s{MASK}]*+)?(?:\*\*|__)[^.!?:\n]{{1,80}}(?::|\*\*|__)(?=[\s*_:]|\Z)
    )
    """,
    re.VERBOSE,
)
_DEFINITION = re.compile(r"\(([A-Za-z]*[A-Z][A-Za-z0-9]*)\)")
_DEFINING_WORDS = 8


def is_name(text: str, tokens: Sequence[Token], position: int, language: Language) -> bool:
    """Say whether the word at token `position` is written like a name at its place in the sentence."""
    word = tokens[position].text
    if word.replace(".", "").isupper() and len(word) > 1:
        words = [token.text.isupper() for token in tokens if token.kind is Kind.WORD]
        return len(words) < 2 or not all(words)  # a heading in capitals has no names
    if language == "de" or not word[0].isupper():
        return False
    if not _begins(text, tokens, position):
        return True
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    if following is None or following.kind is not Kind.WORD or gap(text, tokens, position + 1) != " ":
        return False
    return following.text[0].isupper() and not following.text.isupper() and following.lexeme.content


def _begins(text: str, tokens: Sequence[Token], position: int) -> bool:
    """Say whether a capital is due at this place: at the start, after a colon, a quotation mark or a table's bar."""
    return position == 0 or _OPENS.search(gap(text, tokens, position)) is not None


def is_in_label(text: str, start: int, end: int) -> bool:
    """Say whether the range [start, end) of the masked text is in a heading, or in the label of a list item."""
    label = _LABEL.match(text, text.rfind("\n", 0, start) + 1)
    return label is not None and end <= label.end()


def defined_acronyms(text: str) -> frozenset[str]:
    """Return the acronyms that a text forms itself: "the mortgage insurance premium (MIP)"."""
    defined = set()
    for match in _DEFINITION.finditer(text):
        words = re.findall(r"\w+", text[max(0, match.start() - 160) : match.start()])[-_DEFINING_WORDS:]
        initials = iter("".join(word[0] for word in words).upper())
        if len(match[1]) > 1 and all(letter in initials for letter in match[1] if letter.isupper()):
            defined.add(match[1])
    return frozenset(defined)
