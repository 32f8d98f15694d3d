"""Decode the bytes of a text file.

In this order: a byte order mark (nothing else begins with one, and browsers too prefer it to a declaration); UTF-16
without a mark, by its NUL bytes; the encoding that the file declares; UTF-8, in which bytes that are none are replaced
one by one by U+FFFD; Windows-1252, unless another encoding fits clearly better (encoding_guess.py).

A declared encoding gives way to UTF-8 when the whole file is UTF-8 and the encoding is a single-byte one, or does not
have all of the bytes: such bytes are not UTF-8 by chance, while a page that was converted often keeps its old
declaration. ISO-8859-1 means Windows-1252, as in browsers. UTF-7 is never used: it hides markup.

Not covered: UTF-16 without a mark in a text without blanks and line ends; texts in several encodings.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from core.errors import DocumentError
from ingest.parse.shared.encoding_guess import guess_encoding

_BINARY = "it is a binary file, although its name ends like that of a text file"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD = 4096
"""Bytes in which a declaration is looked for; browsers read 1,024."""
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_XML = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
_META = re.compile(rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_CODING = re.compile(
    rb"(?:.*\n)?[ \t\f]*(?:#|%|//|;|--|/\*|\.\.).{0,40}?coding[:=][ \t]*([\w.-]+)|@charset \"([\w.-]+)\";"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROL = 0.02
_FEW = 3
"""UTF-8 is certain when it has this many times more characters beyond ASCII than bytes that are none of it."""
_MOST_REPLACED = 0.1
"""The part of the characters beyond ASCII that may be wrong in a declared encoding."""

# What a label means to a browser, where Python's codec of that name reads less or another thing.
_LABELS = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "hz": "gb18030", "shift_jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "euc_kr": "cp949",
    "ks_c_5601-1987": "cp949", "big5": "big5hkscs", "cp950": "big5hkscs", "tis-620": "cp874", "iso8859-11": "cp874",
    "windows-874": "cp874", "iso-8859-8-i": "iso8859-8", "x-gbk": "gb18030", "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman", "x-mac-cyrillic": "mac-cyrillic", "x-cp1251": "cp1251", "x-cp1252": "cp1252",
}  # fmt: skip
_SINGLE = frozenset(
    "cp866 cp437 cp850 cp852 cp874 koi8-r koi8-u mac-roman mac-cyrillic".split()
    + [f"cp{number}" for number in range(1250, 1259)]
    + [f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)]
)
_MULTIPLE = frozenset("utf-8 gb18030 big5hkscs cp932 cp949 euc_jp iso2022_jp utf-16 utf-16-le utf-16-be".split())


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with \\n at its line ends; `replaced` bytes (or sequences) were none of its encoding."""

    text: str
    encoding: str
    replaced: int = 0

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return what the report says about bytes that could not be read."""
        if not self.replaced:
            return ()
        return (f"{self.replaced:,} byte{'s' if self.replaced > 1 else ''} that {self.encoding} does not have",)


def decode(content: bytes) -> str:
    """Decode a text file. Line ends become \\n. Raise DocumentError when it is binary."""
    return decode_text(content).text


def decode_text(content: bytes, declared: str | None = None) -> Decoded:
    """Decode a text file, with the encoding that it declares ("coding: latin-1"), or that is known from elsewhere."""
    if declared is None and (found := _CODING.match(content[:_HEAD])):
        declared = (found.group(1) or found.group(2)).decode("ascii", "replace")
    return _decoded(content, declared)


def decode_markup(content: bytes, declared: str | None = None) -> Decoded:
    """Decode HTML or XML, with the encoding that it declares, or that is known from elsewhere (a mail's header)."""
    head = _COMMENT.sub(b"", content[:_HEAD])
    found = _XML.match(head.removeprefix(codecs.BOM_UTF8)) or _META.search(head)
    if declared is None and found:
        declared = found.group(1).decode("ascii", "replace")
        # Readable as ASCII, the page is not UTF-16, whatever it says.
        declared = "utf-8" if (codec_of(declared) or "").startswith("utf-16") else declared
    return _decoded(content, declared)


def codec_of(label: str) -> str | None:
    """Return Python's codec for the label of an encoding; None for an unknown one, and for those of no text."""
    name = label.strip().casefold()
    try:
        name = _LABELS.get(name) or codecs.lookup(name).name
    except (LookupError, ValueError):
        # ValueError: a NUL character in the label.
        return None
    name = _LABELS.get(name, name)
    return name if name in _SINGLE or name in _MULTIPLE else None


def _decoded(content: bytes, declared: str | None) -> Decoded:
    decoded = _marked(content) or _with_nul_bytes(content) or _declared(content, declared) or _utf_8_or_guess(content)
    sample = decoded.text[:_HEAD]
    if "\x00" in decoded.text or len(_CONTROL.findall(sample)) > _MOST_CONTROL * len(sample):
        raise DocumentError(_BINARY)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text.removeprefix("\ufeff"), decoded.encoding, decoded.replaced)


def _marked(content: bytes) -> Decoded | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _replacing(content, encoding)
    return None


def _with_nul_bytes(content: bytes) -> Decoded | None:
    """Decode UTF-16 without a mark: its NUL bytes are the upper halves of ASCII, all at even or all at odd places."""
    head = content[:65_536]
    if b"\x00" not in head:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) * 20 > max(even, odd):
        raise DocumentError(_BINARY)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise DocumentError(_BINARY) from None
    return Decoded(text, encoding)


def _declared(content: bytes, label: str | None) -> Decoded | None:
    encoding = codec_of(label) if label else None
    if encoding is None or encoding == "utf-8":
        return None
    if encoding in _SINGLE and not content.isascii() and _is_utf_8(content):
        return None
    decoded = _replacing(content, encoding)
    if decoded.replaced and _is_utf_8(content):
        return None
    return decoded if decoded.replaced <= _MOST_REPLACED * _beyond_ascii(decoded.text) else None


def _utf_8_or_guess(content: bytes) -> Decoded:
    decoded = _replacing(content, "utf-8")
    valid = _beyond_ascii(decoded.text) - decoded.replaced
    if decoded.replaced * _FEW <= valid:
        return decoded
    guess = guess_encoding(content)
    # Pairs of letters of a single-byte encoding are hardly ever UTF-8 by chance; in East Asian texts some are.
    return decoded if valid >= decoded.replaced and guess in _SINGLE else _replacing(content, guess)


def _replacing(content: bytes, encoding: str) -> Decoded:
    """Decode with U+FFFD for what is none of the encoding, and count it."""
    try:
        return Decoded(content.decode(encoding), encoding)
    except UnicodeDecodeError:
        text = content.decode(encoding, errors="replace")
        return Decoded(text, encoding, text.count("\ufffd"))


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", errors="ignore"))
