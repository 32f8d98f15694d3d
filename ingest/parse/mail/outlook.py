"""Mails of Outlook (.msg, MS-OXMSG): a compound file with a stream for each property.

python-oxmsg is not used: it loses mails inside mails and HTML that is kept as RTF, and reads texts that are not Unicode
with the wrong code page.

Not covered: times and places of appointments, fields of contacts and tasks (their subject and text are read).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.parser import HeaderParser
from email.utils import format_datetime

import olefile

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Element
from ingest.parse.mail.eml import read_eml
from ingest.parse.mail.headers import SHOWN, shown_header
from ingest.parse.mail.mail import MAX_DEPTH, Attachment, Mail
from ingest.parse.mail.plain import paragraphs
from ingest.parse.mail.rtf import html_in, unpacked
from ingest.parse.markup.html import html_elements
from ingest.parse.shared.encoding import codec_of, decode_markup
from ingest.parse.shared.left_out import counted
from ingest.parse.word.rtf import parse_rtf

# Identifiers of properties (MS-OXPROPS).
_MESSAGE_CLASS, _SUBJECT, _SENT, _TRANSPORT_HEADERS = 0x001A, 0x0037, 0x0039, 0x007D
_SENDER, _SENDER_ADDRESS, _SENDER_SMTP, _DELIVERED = 0x0C1A, 0x0C1F, 0x5D01, 0x0E06
_BODY, _RTF, _HTML, _INTERNET_CODE_PAGE, _CODE_PAGE = 0x1000, 0x1009, 0x1013, 0x3FDE, 0x3FFD
_RECIPIENT_KIND, _NAME, _ADDRESS, _SMTP = 0x0C15, 0x3001, 0x3003, 0x39FE
_DATA, _METHOD, _FILE_NAME, _SHORT_NAME, _CONTENT_ID, _MIME, _HIDDEN = (
    0x3701, 0x3705, 0x3707, 0x3704, 0x3712, 0x370E, 0x7FFE,
)  # fmt: skip
_EMBEDDED_MAIL, _EMBEDDED_OBJECT = 5, 6
_UNICODE, _STRING, _BINARY, _STORAGE = 0x001F, 0x001E, 0x0102, 0x000D
_KINDS = {1: "To", 2: "Cc"}
_HEADER_BYTES = {"mail": 32, "inner mail": 24, "part": 8}
_FIRST_DAY = datetime(1601, 1, 1, tzinfo=UTC)
_ENCODING = "cp1252"
_NO_MAIL = "it is damaged: it is not a mail of Outlook, or not all of one"


def read_msg(content: bytes) -> Mail:
    """Return the mail. Raise DocumentError when it is none, or is encrypted."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            return _mail(file, (), 0)
    except (OSError, struct.error, IndexError, ValueError, RecursionError) as error:
        raise DocumentError(_NO_MAIL) from error


class _Properties:
    """The properties of a mail, a recipient or an attachment: those of one storage of the file."""

    def __init__(self, file: olefile.OleFileIO, path: tuple[str, ...], header: int, encoding: str) -> None:
        self._file = file
        self._path = path
        self._encoding = encoding
        table = self._stream("__properties_version1.0")
        self.exist = table is not None
        self._fixed = dict(_fixed(table or b"", header))
        code_page = self.number(_CODE_PAGE) or self.number(_INTERNET_CODE_PAGE)
        if code_page:
            self._encoding = codec_of(f"cp{code_page}") or self._encoding

    @property
    def encoding(self) -> str:
        """Return the encoding of texts that are not Unicode."""
        return self._encoding

    def text(self, *names: int) -> str:
        """Return the first of these properties that is a text and not empty."""
        for name in names:
            content = self._stream(_stream_name(name, _UNICODE))
            encoding = "utf-16-le" if content is not None else self._encoding
            content = content or self._stream(_stream_name(name, _STRING)) or b""
            if text := content.decode(encoding, "replace").rstrip("\0"):
                return text
        return ""

    def binary(self, name: int) -> bytes:
        """Return a property that is binary; empty when it is missing."""
        return self._stream(_stream_name(name, _BINARY)) or b""

    def number(self, name: int) -> int:
        """Return a property that is a number or a truth value; 0 when it is missing."""
        return int.from_bytes(self._fixed.get(name, b"")[:4], "little")

    def time(self, name: int) -> str:
        """Return a property that is a time, as the date of a mail; empty when it is missing."""
        ticks = int.from_bytes(self._fixed.get(name, b""), "little")
        if not ticks:
            return ""
        try:
            return format_datetime(_FIRST_DAY + timedelta(microseconds=ticks // 10))
        except OverflowError:
            return ""

    def parts(self, prefix: str) -> Iterator[tuple[str, ...]]:
        """Return the storages of recipients or attachments, in order."""
        depth = len(self._path)
        for path in sorted(self._file.listdir(streams=False, storages=True)):
            if len(path) == depth + 1 and tuple(path[:depth]) == self._path and path[depth].startswith(prefix):
                yield tuple(path)

    def _stream(self, name: str) -> bytes | None:
        path = "/".join((*self._path, name))
        return self._file.openstream(path).read() if self._file.exists(path) else None


def _fixed(content: bytes, header: int) -> Iterator[tuple[int, bytes]]:
    """Return the values of properties of fixed size, from the table of all properties."""
    for position in range(header, len(content) - 15, 16):
        (tag,) = struct.unpack_from("<I", content, position)
        yield tag >> 16, content[position + 8 : position + 16]


def _stream_name(name: int, kind: int) -> str:
    return f"__substg1.0_{name:04X}{kind:04X}"


def _mail(file: olefile.OleFileIO, path: tuple[str, ...], depth: int) -> Mail:
    mail = _Properties(file, path, _HEADER_BYTES["inner mail" if path else "mail"], _ENCODING)
    if not mail.exist:
        raise DocumentError(_NO_MAIL)
    kind = mail.text(_MESSAGE_CLASS).casefold()
    headers = _headers(file, mail)
    if kind.endswith("smime.multipartsigned"):
        return _signed(file, mail, headers)
    if kind.endswith("smime"):
        raise DocumentError("it is encrypted; save the mail as Outlook shows it, decrypted")
    left_out: list[str] = []
    body = _body(mail, left_out)
    inner: list[Attachment | Mail] = []
    pictures = 0
    for storage in mail.parts("__attach_version1.0_"):
        part = _Properties(file, storage, _HEADER_BYTES["part"], mail.encoding)
        if part.number(_HIDDEN) or (part.text(_CONTENT_ID) and part.text(_MIME).startswith("image/")):
            pictures += 1
        elif part.number(_METHOD) == _EMBEDDED_MAIL and depth <= MAX_DEPTH:
            inner.append(_mail(file, (*storage, _stream_name(_DATA, _STORAGE)), depth + 1))
        elif part.number(_METHOD) in (_EMBEDDED_MAIL, _EMBEDDED_OBJECT):
            left_out.append(f"the embedded object '{part.text(_NAME, _FILE_NAME)}'")
        else:
            inner.append(Attachment(part.text(_FILE_NAME, _SHORT_NAME, _NAME) or "attachment", part.binary(_DATA)))
    if pictures:
        left_out.append(counted(pictures, "picture"))
    return Mail(mail.text(_SUBJECT), headers, body, tuple(inner), tuple(left_out))


def _signed(file: olefile.OleFileIO, mail: _Properties, headers: tuple[tuple[str, str], ...]) -> Mail:
    """Return a signed mail, which is kept as it was received, in its only attachment."""
    for storage in mail.parts("__attach_version1.0_"):
        received = read_eml(_Properties(file, storage, _HEADER_BYTES["part"], mail.encoding).binary(_DATA))
        return replace(received, subject=mail.text(_SUBJECT), headers=headers)
    raise DocumentError(_NO_MAIL)


def _headers(file: olefile.OleFileIO, mail: _Properties) -> tuple[tuple[str, str], ...]:
    """Return the headers as the mail was received, or else from the properties that Outlook has of it."""
    received = HeaderParser(policy=policy.compat32).parsestr(mail.text(_TRANSPORT_HEADERS))
    people: dict[str, list[str]] = {"From": [_person(mail.text(_SENDER), mail.text(_SENDER_SMTP, _SENDER_ADDRESS))]}
    for storage in mail.parts("__recip_version1.0_"):
        person = _Properties(file, storage, _HEADER_BYTES["part"], mail.encoding)
        kind = _KINDS.get(person.number(_RECIPIENT_KIND), "")
        people.setdefault(kind, []).append(_person(person.text(_NAME), person.text(_SMTP, _ADDRESS)))
    known = {kind: ", ".join(person for person in found if person) for kind, found in people.items()}
    known["Date"] = mail.time(_SENT) or mail.time(_DELIVERED)
    return tuple((name, shown_header(received, name) or known.get(name, "")) for name in SHOWN)


def _person(name: str, address: str) -> str:
    """Return a name with its address; that of Exchange ("/o=…") is none for a reader."""
    address = address if "@" in address else ""
    return f"{name} <{address}>" if name and address and name != address else name or address


def _body(mail: _Properties, left_out: list[str]) -> tuple[Element, ...]:
    """Return the text: HTML, HTML kept as RTF, RTF, or plain text, the first that has words."""
    rtf = unpacked(mail.binary(_RTF)) if mail.binary(_RTF) else b""
    html = decode_markup(mail.binary(_HTML), mail.encoding).text or mail.text(_HTML) or html_in(rtf)
    if html:
        read = html_elements(html)
    elif rtf and b"\\fromtext" not in rtf[:400]:
        read = parse_rtf(rtf, Parsing())
    else:
        return paragraphs(mail.text(_BODY).replace("\r\n", "\n"))
    left_out += read.left_out
    return read.elements or paragraphs(mail.text(_BODY).replace("\r\n", "\n"))
