"""Names: capitalised words inside a sentence, acronyms, identifiers, addresses.

German writes every noun with a capital: there only acronyms, identifiers and addresses are names.
Not covered: names in lower case, and names at the start of a sentence without a second capitalised word after them;
they are judged as words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from app.grounding.language import Language
from app.grounding.markers import MASK
from app.grounding.normalise import SUPERSCRIPT_DIGITS
from app.grounding.numerals import gap
from app.grounding.tokens import Kind, Token
from app.grounding.words import is_stop_word

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_CAMEL = re.compile(r"[a-z][A-Z]")
_OPENS = re.compile(rf"[:|•\"(\[{MASK}>]")
_SCHEME = re.compile(r"^(?:https?|ftp)://(?:www\.)?|^www\.|^mailto:")
# Longer runs of capitalised words are headings; the names that acronyms stand for are shorter.
_LONGEST_NAME = 7
_FEWEST_SHOUTED = 4


@lru_cache(maxsize=1 << 16)
def is_identifier(word: str) -> bool:
    """Say whether the word is written like code: an underscore or digit inside, or camel case."""
    inside = word.strip("_")
    has_digit = any(char.isdecimal() for char in inside) and not inside.isdecimal()
    return "_" in inside or has_digit or _CAMEL.search(inside) is not None


def parts_of(identifier: str) -> list[str]:
    """Return the words of an identifier or address: "autoSave_2" gives auto, Save, 2."""
    return [part for piece in re.split(r"[\W_]+", identifier) for part in _PART.findall(piece)]


def identifier_keys(identifier: str) -> list[tuple[str, ...]]:
    """Return the alternatives for an identifier: written as one word, or its parts in pairs ("page size")."""
    parts = [part.casefold() for part in parts_of(identifier)]
    alternatives: list[tuple[str, ...]] = [("".join(parts),)]
    if len(parts) > 1:
        alternatives.append(tuple(before + after for before, after in pairwise(parts)))
    return alternatives


def link_key(address: str) -> tuple[str, str]:
    """Return the key of an address: without scheme, "www." and final slash, case folded."""
    return ("link", _SCHEME.sub("", address.casefold()).rstrip("/.,;:" + SUPERSCRIPT_DIGITS))


def link_offers(address: str) -> Iterator[tuple[str, str]]:
    """Yield the keys that an address offers: itself, without query, and all that it lies under."""
    _, whole = link_key(address)
    yield ("link", whole)
    path = re.split(r"[?#]", whole, maxsplit=1)[0]
    yield ("link", path)
    if "@" not in whole and not whole.startswith("/"):
        for slash in [match.start() for match in re.finditer("/", path)][:16]:
            yield ("link", path[:slash])


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
    return following.text[0].isupper() and not following.text.isupper() and not is_stop_word(following.text, language)


def is_shouted(tokens: Sequence[Token], language: Language) -> bool:
    """Say whether a sentence is a heading in capitals or in title case, where capitals tell nothing."""
    content = [t.text for t in tokens if t.kind is Kind.WORD and not is_stop_word(t.text, language)]
    if sum(word.isupper() for word in content) * 2 > len(content):
        return len(content) > 1
    return len(content) >= _FEWEST_SHOUTED and all(word[0].isupper() for word in content)


def initials(text: str, tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Yield the acronyms that the names of a sentence may have: "World Health Organization" offers WHO.

    Small words inside a name ("Department of Energy") are taken both with and without their initial.
    """
    run: list[str] = []
    for position, token in enumerate(tokens):
        is_near = gap(text, tokens, position) in (" ", "-", "\n")
        if token.kind is Kind.WORD and token.text[0].isupper() and (is_near or not run):
            run.append(token.text[0])
        elif run and is_near and token.text in ("of", "and", "for", "the", "in", "on", "de", "und", "für"):
            run.append(token.text[0])
            continue
        elif token.kind is Kind.WORD and token.text[0].isupper():
            run = [token.text[0]]
        else:
            run = []
        for length in range(2, min(len(run), _LONGEST_NAME) + 1):
            letters = "".join(run[-length:])
            if letters[0].isupper():
                yield ("initials", letters.upper())
                yield ("initials", "".join(letter for letter in letters if letter.isupper()))


def _begins(text: str, tokens: Sequence[Token], position: int) -> bool:
    """Say whether a capital is due at this place: at the start, after a colon, a quotation mark or a table's bar."""
    return position == 0 or _OPENS.search(gap(text, tokens, position)) is not None
