"""Identifiers and addresses: what is written like code, the words inside of it, and the keys it is compared by."""

from __future__ import annotations

import re

from app.grounding.text.normalise import SUPERSCRIPT_DIGITS

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_CAMEL = re.compile(r"[a-z][A-Z]")
_SCHEME = re.compile(r"^(?:https?|ftp)://(?:www\.)?|^www\.|^mailto:")


def has_inner_capital(word: str) -> bool:
    """Say whether a capital follows a small letter: "autoSave"."""
    return not (word.islower() or word.istitle() or word.isupper()) and _CAMEL.search(word) is not None


def is_identifier(word: str) -> bool:
    """Say whether the word is written like code: an underscore or digit inside, or camel case."""
    if word.isalpha():
        return has_inner_capital(word)
    inside = word.strip("_")
    has_digit = any(char.isdecimal() for char in inside) and not inside.isdecimal()
    return "_" in inside or has_digit or _CAMEL.search(inside) is not None


def parts_of(identifier: str) -> list[str]:
    """Return the words of an identifier or address: "autoSave_2" gives auto, Save, 2."""
    return _PART.findall(identifier)


def link_key(address: str) -> tuple[str, str]:
    """Return the key of an address: without scheme, "www." and final slash, case folded."""
    return ("link", _SCHEME.sub("", address.casefold()).rstrip("/.,;:" + SUPERSCRIPT_DIGITS))
