"""Internet mails (RFC 5322 and MIME): which of their parts is the text, and which are attachments."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from email.parser import BytesParser

from core.errors import DocumentError
from ingest.parse.elements import Code, Element, Heading, ListItem, Note, Paragraph, Table
from ingest.parse.mail.calendar import events
from ingest.parse.mail.headers import SHOWN, decoded_header, header, shown_header
from ingest.parse.mail.mail import Attachment, Mail
from ingest.parse.mail.plain import paragraphs, unflowed
from ingest.parse.markup.html import html_elements
from ingest.parse.shared.encoding import codec_of, decode_markup, decode_text
from ingest.parse.shared.left_out import counted

_WORD = re.compile(r"\w+")
_UNREAD = frozenset(
    "application/pgp-signature application/pkcs7-signature application/x-pkcs7-signature application/pgp-keys "
    "application/pgp-encrypted message/delivery-status message/feedback-report message/disposition-notification "
    "text/rfc822-headers text/x-amp-html".split()
)
"""Parts for programs: signatures, and what a report to the sender says to its mail server."""

_ENCRYPTED = frozenset("multipart/encrypted application/pkcs7-mime application/x-pkcs7-mime".split())
_LEAST_OF_PLAIN = 0.5
"""HTML with fewer than half of the words of the plain text is not the mail's text: it asks to open a web page."""


@dataclass
class _Parts:
    """What is found in a mail."""

    body: list[Element] = field(default_factory=list)
    inner: list[Attachment | Mail] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    pictures: int = 0

    @property
    def words(self) -> int:
        """Return the number of words of the text."""
        return sum(len(_WORD.findall(line)) for element in self.body for line in _texts(element))


def read_eml(content: bytes) -> Mail:
    """Return the mail. Raise DocumentError when it is none, or is encrypted."""
    if b"\x00" in content[:1000]:
        # Some programs save a mail as UTF-16.
        content = decode_text(content).text.encode("utf-8")
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(content)
        if not message.keys():
            raise DocumentError("it is not a mail: it has no headers")
        if message.get_content_type() in _ENCRYPTED:
            raise DocumentError("it is encrypted; save the mail as its program shows it, decrypted")
        return _mail(message)
    except RecursionError as error:
        raise DocumentError("its parts are nested too deeply") from error


def _mail(message: Message) -> Mail:
    parts = _Parts()
    _read(message, parts)
    if parts.pictures:
        parts.left_out.append(counted(parts.pictures, "picture"))
    headers = tuple((name, shown_header(message, name)) for name in SHOWN)
    return Mail(header(message, "Subject"), headers, tuple(parts.body), tuple(parts.inner), tuple(parts.left_out))


def _read(part: Message, parts: _Parts) -> None:
    kind, name = part.get_content_type(), _file_name(part)
    inner = _inner_messages(part)
    if kind in _ENCRYPTED:
        parts.left_out.append("an encrypted part")
    elif kind in _UNREAD:
        pass
    elif kind == "message/rfc822" and inner:
        parts.inner.append(_mail(inner[0]))
    elif kind == "multipart/alternative":
        _read_best(inner, parts)
    elif inner:
        for message in inner:
            _read(message, parts)
    elif kind.startswith("image/") and _is_placed(part):
        parts.pictures += 1
    elif kind.startswith("text/") and (not name or _is_placed(part)):
        _read_text(part, kind, parts)
    elif not part.is_multipart():
        parts.inner.append(Attachment(name or f"attachment{mimetypes.guess_extension(kind) or ''}", _file(part, kind)))


def _is_placed(part: Message) -> bool:
    """Say whether the sender has placed a part in the text, and has not attached it."""
    disposition = part.get_content_disposition()
    return disposition == "inline" or (disposition is None and "Content-ID" in part)


def _inner_messages(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _file(part: Message, kind: str) -> bytes:
    """Return the bytes of an attachment; of a text whose encoding only the mail names, in UTF-8."""
    content, charset = _bytes(part), part.get_content_charset()
    if not kind.startswith("text/") or charset is None or codec_of(charset) in (None, "utf-8"):
        return content
    try:
        return decode_text(content, charset).text.encode("utf-8")
    except DocumentError:
        return content


def _read_best(alternatives: list[Message], parts: _Parts) -> None:
    """Read one of several forms of the same text: the last, which is the richest, unless it lacks the words."""
    forms: list[_Parts] = []
    for alternative in alternatives:
        form = parts if alternative.get_content_type() == "text/calendar" else _Parts()
        _read(alternative, form)
        if form is not parts:
            forms.append(form)
    most = max((form.words for form in forms), default=0)
    best = next((form for form in reversed(forms) if form.words >= max(1, _LEAST_OF_PLAIN * most)), _Parts())
    parts.body += best.body
    parts.left_out += best.left_out
    for form in forms:
        parts.inner += form.inner
        parts.pictures += form.pictures


def _read_text(part: Message, kind: str, parts: _Parts) -> None:
    content, charset = _bytes(part), part.get_content_charset()
    if kind == "text/html":
        decoded = decode_markup(content, charset)
        read = html_elements(decoded.text)
        parts.body += read.elements
        parts.left_out += read.left_out
    else:
        decoded = decode_text(content, charset or "")
        parts.body += _plain(decoded.text, part) if kind != "text/calendar" else events(decoded.text)
    parts.left_out += decoded.left_out


def _plain(text: str, part: Message) -> tuple[Element, ...]:
    if str(part.get_param("format", "")).casefold() == "flowed":
        text = unflowed(text, delete_space=str(part.get_param("delsp", "")).casefold() == "yes")
    return paragraphs(text)


def _file_name(part: Message) -> str:
    return decoded_header(part.get_filename() or "").replace("/", "_")


def _texts(element: Element) -> Iterator[str]:
    match element:
        case Table(rows):
            yield from (cell for row in rows for cell in row if cell)
        case Heading(text) | Paragraph(text) | ListItem(text) | Code(text) | Note(_, text):
            yield text
