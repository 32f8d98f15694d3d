"""The RTF in which Outlook keeps the text of a mail: unpacked (MS-OXRTFCP), and the HTML in it (MS-OXRTFEX)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from core.errors import DocumentError
from ingest.parse.shared.encoding import codec_of
from ingest.parse.word.rtf.tokens import Token, tokens

_COMPRESSED, _STORED = b"LZFu", b"MELA"
_WINDOW = 4096
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS "
    b"Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    b"\\b\\i\\u\\tab\\tx"
)
_MARK_WITHIN = 400
"""Bytes at the start of an RTF text within which it says that it was made of HTML; the standard asks for 10 tokens."""

_DEFAULT_ENCODING = "cp1252"
_SKIPPED = frozenset("fonttbl colortbl stylesheet info pntext pict object header footer mhtmltag".split())
_WORDS = {
    "par": "\n", "line": "\n", "tab": "\t", "lquote": "&lsquo;", "rquote": "&rsquo;", "ldblquote": "&ldquo;",
    "rdblquote": "&rdquo;", "bullet": "&bull;", "endash": "&ndash;", "emdash": "&mdash;",
}  # fmt: skip
_SYMBOLS = {"~": "&nbsp;", "_": "&shy;", "{": "{", "}": "}", "\\": "\\"}


def unpacked(content: bytes) -> bytes:
    """Return the RTF of a compressed one. Raise DocumentError when it is damaged."""
    if len(content) < 16:
        raise DocumentError("its RTF text is damaged")
    _, size, kind, _ = struct.unpack_from("<II4sI", content)
    if kind == _STORED:
        return content[16 : 16 + size]
    if kind != _COMPRESSED:
        raise DocumentError("its RTF text is damaged")
    return _decompressed(content, size)


def _decompressed(content: bytes, size: int) -> bytes:
    """Decompress LZFu: eight items for each byte of flags, each a byte or a reference to the last 4,096 bytes."""
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\0"))
    output = bytearray()
    position = 16
    while position < len(content):
        flags = content[position]
        position += 1
        for bit in range(8):
            is_reference = flags >> bit & 1
            item = content[position : position + 1 + is_reference]
            position += 1 + is_reference
            at = (len(_DICTIONARY) + len(output)) % _WINDOW
            offset = int.from_bytes(item, "big") >> 4
            if len(item) <= is_reference or (is_reference and offset == at):
                return bytes(output[:size])
            for index in range((item[1] & 15) + 2 if is_reference else 1):
                byte = window[(offset + index) % _WINDOW] if is_reference else item[0]
                window[(at + index) % _WINDOW] = byte
                output.append(byte)
    return bytes(output[:size])


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds until the end of a group: whether its text is skipped, is RTF only, or is a tag of HTML."""

    skipped: bool = False
    rtf_only: bool = False
    is_tag: bool = False
    fallback: int = 1


def html_in(rtf: bytes) -> str | None:
    """Return the HTML that an RTF text was made of; None when it was not made of any."""
    if b"\\fromhtml" not in rtf[:_MARK_WITHIN]:
        return None
    reader = _Reader()
    for token in tokens(rtf):
        reader.read(token)
    return reader.text()


class _Reader:
    """Collects what is HTML in an RTF text."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._bytes = bytearray()
        self._encoding = _DEFAULT_ENCODING
        self._groups = [_Group()]
        self._starts_group = self._is_optional = False
        self._fallback = 0

    def text(self) -> str:
        """Return the HTML."""
        self._flush()
        return "".join(self._parts)

    def read(self, token: Token) -> None:
        """Read the next token."""
        starts, optional = self._starts_group, self._is_optional
        self._starts_group = self._is_optional = False
        match token.kind:
            case "open":
                self._groups.append(self._groups[-1])
                self._starts_group = True
            case "close":
                if len(self._groups) > 1:
                    self._groups.pop()
            case "symbol" if token.name == "*" and starts:
                self._is_optional = True
            case "symbol":
                self._write(_SYMBOLS.get(token.name, ""))
            case "bytes":
                self._add(token.data)
            case "word":
                self._word(token, starts or optional, optional)

    def _word(self, token: Token, starts: bool, optional: bool) -> None:
        group = self._groups[-1]
        name, value = token.name, token.value
        if name == "ansicpg" and value:
            self._encoding = codec_of(f"cp{value}") or _DEFAULT_ENCODING
        elif name == "htmlrtf":
            self._groups[-1] = replace(group, rtf_only=value != 0)
        elif name == "htmltag":
            self._groups[-1] = replace(group, is_tag=True)
        elif starts and (optional or name in _SKIPPED):
            self._groups[-1] = replace(group, skipped=True)
        elif name == "uc":
            self._groups[-1] = replace(group, fallback=value or 0)
        elif name == "u" and value is not None:
            self._write(f"&#{value % 65536};")
            self._fallback = group.fallback
        elif name in _WORDS:
            self._write(_WORDS[name])

    @property
    def _is_html(self) -> bool:
        group = self._groups[-1]
        return not group.skipped and not group.rtf_only

    def _add(self, data: bytes) -> None:
        passed = min(self._fallback, len(data))
        self._fallback -= passed
        if self._is_html:
            self._bytes += data[passed:]

    def _write(self, text: str) -> None:
        if self._is_html:
            self._flush()
            self._parts.append(text)

    def _flush(self) -> None:
        self._parts.append(self._bytes.decode(self._encoding, "replace"))
        self._bytes.clear()
