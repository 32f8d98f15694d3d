"""Headers of a mail as a reader sees them: decoded, on one line, addresses with their names."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from core.errors import DocumentError
from ingest.parse.shared.encoding import decode_text

SHOWN = ("From", "To", "Cc", "Date")
"""The headers that are read, besides the subject; the blind copies of a sent mail are left to its sender."""

_BLANKS = re.compile(r"\s+")
# Some programs leave commas in encoded names as they are.
_ENCODED_COMMA = re.compile(r"=\?[^?\s]+\?[qQ]\?[^?\s]*,[^?\s]*\?=")


def header(mail: Message, name: str) -> str:
    """Return the decoded value of a header; empty when it is missing."""
    return decoded_header(_raw(mail, name))


def shown_header(mail: Message, name: str) -> str:
    """Return a header of `SHOWN`: a date as it is written, addresses as "Name <address>"."""
    raw = _raw(mail, name)
    if name == "Date":
        return decoded_header(raw)
    # Addresses are separated before names are decoded: a decoded name may have commas.
    raw = _ENCODED_COMMA.sub(lambda word: word[0].replace(",", "=2C"), raw)
    found = [(decoded_header(person), address) for person, address in getaddresses([raw])]
    written = [f"{person} <{address}>" if person and address else person or address for person, address in found]
    return ", ".join(each for each in written if each) or decoded_header(raw)


def decoded_header(raw: str) -> str:
    """Return a header on one line with its encoded words decoded.

    An encoded word may end inside a character that the next one continues, although it should not: such words are
    joined as bytes before they are decoded.
    """
    # Unfolded first: at the beginning of a line, decode_header drops the blank between an encoded word and the next.
    line = _BLANKS.sub(" ", _with_characters(raw))
    try:
        pieces = decode_header(line)
    except HeaderParseError:
        return line.strip()
    return _BLANKS.sub(" ", "".join(_decoded(piece, encoding) for piece, encoding in pieces)).strip()


def _decoded(piece: bytes | str, encoding: str | None) -> str:
    if isinstance(piece, str):
        return piece
    if encoding is None:
        # How the library passes on what is between encoded words.
        return piece.decode("raw-unicode-escape")
    try:
        return decode_text(piece, encoding).text
    except DocumentError:
        return piece.decode("utf-8", "replace")


def _raw(mail: Message, name: str) -> str:
    for key, value in mail.raw_items():
        if key.casefold() == name.casefold():
            return _with_characters(str(value))
    return ""


def _with_characters(raw: str) -> str:
    """Decode bytes that are not ASCII, which the library keeps as surrogates."""
    content = raw.encode("utf-8", "surrogateescape")
    return raw if content.isascii() else _decoded(content, "utf-8")
