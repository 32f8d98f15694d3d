"""Decode the bytes of a text file."""

from __future__ import annotations

from charset_normalizer import from_bytes

from core.errors import DocumentError

_BINARY = "it is a binary file, although its name ends like that of a text file"


def decode(content: bytes) -> str:
    """Decode UTF-8, UTF-16 with a byte order mark, or else the most plausible encoding. Line ends become \\n."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
        if b"\x00" in content:
            raise DocumentError(_BINARY)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        guess = from_bytes(content).best()
        if guess is None:
            raise DocumentError("its text encoding could not be detected; save it as UTF-8") from None
        text = str(guess)
    if "\x00" in text:
        raise DocumentError(_BINARY)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode_markup(content: bytes) -> str:
    """Decode HTML or XML."""
    return decode(content)
