"""Identifiers in one spelling: error codes, part numbers, versions and names from code.

A tokenizer of words splits "E-1207" and keeps "E1207" whole, so that neither finds the other. Beside the words of the
text itself the forms of its identifiers are indexed and searched for: each in one piece, each of its beginnings
that ends at a separator, and its parts.

    E-1207, E1207, E 1207     e1207 and e, 1207
    XR-4410-B                 xr4410, xr4410b and xr, 4410, b
    v2.10.3                   2x10, 2x10x3 (an x separates numbers, so that it is not v21.03)
    max_tokens, maxTokens     maxtokens and max, tokens

Not covered: identifiers with letters beyond ASCII; numbers with separators (dates, telephone numbers, 1,000), which the
tokenizer splits in the same way everywhere; names in mixed case of two words that begin with a capital (GitHub).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WRITTEN = re.compile(r"(?<!\w)[A-Za-z0-9]+(?:[-_/.][A-Za-z0-9]+)*(?!\w)")
_SPACED_CODE = re.compile(r"(?<!\w)(?:[A-Za-z]|[A-Z]{2}) \d{3,}(?:[-/.][A-Za-z0-9]+)*(?!\w)")
"""A letter or two, a space and a number: "E 1207"."""
_SEPARATOR = re.compile(r"[-_/. ]")
_WORD = re.compile(r"[a-z]{3,}")
"""A part that is a word and no code: "30-day" has one."""
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_VERSION_LETTER = re.compile(r"(?<![A-Za-z])[vV](?=\d)")
"""That of "v2.10.3", and not that of "IPv4"."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_RUN = re.compile(r"[A-Za-z]+|\d+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CAPITALISED_HUMPS = 3
"""Parts of a name that begins with a capital. With two of them it is usually a product: JavaScript, YouTube."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """The forms of one identifier, in lower case: in one piece (its beginnings first), and its parts."""

    joined: tuple[str, ...]
    parts: tuple[str, ...]


def find_identifiers(text: str) -> list[Identifier]:
    """Return the identifiers of a text, those with a space last."""
    found = [read for match in _WRITTEN.finditer(text) if (read := _read(match.group())) is not None]
    return found + [_code(match.group()) for match in _SPACED_CODE.finditer(text)]


def _read(written: str) -> Identifier | None:
    """Return the identifier that a piece of text is; None for a word or a number."""
    if not any(character.isdigit() for character in written):
        return _name(written)
    if any(character.isalpha() for character in written):
        return _code(written) if _is_code(written) else None
    return _code(written) if written.count(".") >= 2 and not _YEAR.search(written) else None


def _is_code(written: str) -> bool:
    parts = _SEPARATOR.split(written)
    if len(parts) == 1:
        return not _ORDINAL.fullmatch(written.lower())
    return not any(_WORD.fullmatch(part) for part in parts)


def _code(written: str) -> Identifier:
    joined = tuple(_beginnings(_VERSION_LETTER.sub("", written, count=1).lower()))
    return Identifier(joined, tuple(run.lower() for run in _RUN.findall(written)))


def _beginnings(written: str) -> Iterator[str]:
    """Yield every beginning of at least two parts without its separators; of one part, the part."""
    first, *others = _SEPARATOR.split(written)
    joined = first
    for part in others:
        joined += "x" + part if joined[-1].isdigit() and part[0].isdigit() else part
        yield joined
    if not others:
        yield first


def _name(written: str) -> Identifier | None:
    """Return a name from code, with underscores, with dots or in mixed case; None for other words."""
    if "-" in written or "/" in written:
        return None
    parts = re.split(r"[_.]", written)
    humps = _HUMP.findall(written)
    is_mixed = len(humps) > len(parts) and (written[0].islower() or len(humps) >= _CAPITALISED_HUMPS)
    if not (is_mixed or len(parts) > 1) or any(len(part) == 1 for part in (*parts, *humps)):
        return None
    return Identifier(("".join(parts).lower(),), tuple(hump.lower() for hump in humps))
