"""Split the bytes of an RTF file into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["open", "close", "word", "symbol", "bytes"]

_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,32})(?P<value>-?\d{1,10})? ?"
    rb"|\\'(?P<hex>[0-9A-Fa-f]{2})"
    rb"|\\(?P<symbol>[^A-Za-z])"
    rb"|(?P<brace>[{}])"
    rb"|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
_KINDS: dict[bytes, Kind] = {b"{": "open", b"}": "close"}


@dataclass(frozen=True, slots=True)
class Token:
    """A brace, a control word with its value, a control symbol, or bytes of text."""

    kind: Kind
    name: str = ""
    value: int | None = None
    data: bytes = b""


def tokens(content: bytes) -> Iterator[Token]:
    """Return the tokens in order. Line ends mean nothing; the data of \\bin is passed over."""
    position = 0
    while match := _TOKEN.search(content, position):
        position = match.end()
        match match.lastgroup:
            case "word" | "value":
                token = _word(match)
                if token.name == "bin":
                    position += max(0, token.value or 0)
                    continue
                yield token
            case "hex":
                yield Token("bytes", data=bytes.fromhex(match["hex"].decode()))
            case "symbol":
                yield Token("symbol", match["symbol"].decode("latin-1"))
            case "brace":
                yield Token(_KINDS[match["brace"]])
            case _:
                yield Token("bytes", data=match["text"])


def _word(match: re.Match[bytes]) -> Token:
    value = match["value"]
    return Token("word", match["word"].decode("ascii"), None if value is None else int(value))
