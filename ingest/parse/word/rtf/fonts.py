"""The encodings of an RTF file's fonts. Text is in the code page of its font, and some fonts have only symbols."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from ingest.parse.shared.symbols import decode_symbols

# \fcharset of the RTF specification (1.9.1, "Font Table").
_CHARSETS = {
    77: "mac_roman",
    78: "cp932",
    79: "cp949",
    80: "cp936",
    81: "cp950",
    83: "mac_hebrew",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "cp936",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
_SYMBOLS = 2
_SYMBOL_FONTS = frozenset({"symbol", "wingdings", "wingdings 2", "wingdings 3", "webdings"})
DEFAULT_ENCODING = "cp1252"


@dataclass(slots=True)
class Font:
    """An entry of the font table."""

    name: str = ""
    charset: int = 0
    code_page: int | None = None

    @property
    def is_symbolic(self) -> bool:
        """Say whether the font's characters are symbols."""
        return self.charset == _SYMBOLS or self.name.casefold() in _SYMBOL_FONTS


def encoding_of(code_page: int | None, default: str = DEFAULT_ENCODING) -> str:
    """Return Python's name of a Windows code page, or the default for one that is unknown."""
    name = {65001: "utf-8", 10000: "mac_roman"}.get(code_page or 0, f"cp{code_page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return default


def decode(data: bytes, font: Font | None, default: str) -> str:
    """Return bytes as text. Bytes that the encoding does not have become U+FFFD."""
    if font is not None and font.is_symbolic:
        return decode_symbols(data.decode("latin-1"), font.name or "Symbol")
    return data.decode(_encoding(font, default), "replace")


def decode_unit(unit: int, font: Font | None) -> str:
    """Return the character of a \\u: a UTF-16 unit, which a symbol font uses in its own way."""
    char = chr(unit % 0x10000)
    return decode_symbols(char, font.name if font is not None and font.is_symbolic else "")


def whole(text: str) -> str:
    """Return text whose characters beyond U+FFFF were written as two units."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _encoding(font: Font | None, default: str) -> str:
    if font is None:
        return default
    if font.code_page is not None:
        return encoding_of(font.code_page, default)
    name = _CHARSETS.get(font.charset, default)
    try:
        return codecs.lookup(name).name
    except LookupError:
        return default
