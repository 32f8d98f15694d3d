"""Identifiers and addresses: what is written like code, the words inside it, and the keys it is compared under."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from app.grounding.text.normalise import SUPERSCRIPT_DIGITS

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_CAMEL = re.compile(r"[a-z][A-Z]")
_SCHEME = re.compile(r"^(?:https?|ftp)://(?:www\.)?|^www\.|^mailto:")


def has_inner_capital(word: str) -> bool:
    """Say whether a capital follows a small letter: "autoSave"."""
    return not (word.islower() or word.istitle() or word.isupper()) and _CAMEL.search(word) is not None


def is_identifier(word: str) -> bool:
    """Say whether the word is written like code: an underscore or digit inside, or camel case."""
    if word.isalpha() and (word.islower() or word.istitle()):
        return False
    inside = word.strip("_")
    has_digit = any(char.isdecimal() for char in inside) and not inside.isdecimal()
    return "_" in inside or has_digit or _CAMEL.search(inside) is not None


def parts_of(identifier: str) -> list[str]:
    """Return the words of an identifier or address: "autoSave_2" gives auto, Save, 2."""
    return _PART.findall(identifier)


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
