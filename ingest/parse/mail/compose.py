"""The elements of a mail: subject, headers and text, and then its attachments and the mails in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import TypeAlias

from core.errors import DocumentError, UnsupportedDocument
from ingest.parse.elements import Element, Heading, PageStart, Paragraph, ParsedElements
from ingest.parse.mail.eml import read_eml
from ingest.parse.mail.mail import MAX_DEPTH, Attachment, Mail
from ingest.parse.mail.outlook import read_msg
from ingest.parse.shared.left_out import counted

ParseAttachment: TypeAlias = Callable[[bytes, str], ParsedElements]
"""Reads the bytes of a file of this name. Raises DocumentError, and UnsupportedDocument for a kind that is not read."""

MAX_ATTACHMENTS = 200
"""Attachments of one mail that are read."""

_READERS: Mapping[str, Callable[[bytes], Mail]] = {".eml": read_eml, ".msg": read_msg}


class Composer:
    """Turns mails into elements; `left_out` names what they have and the elements have not."""

    def __init__(self, parse: ParseAttachment) -> None:
        self._parse = parse
        self.left_out: list[str] = []

    def elements(self, mail: Mail, depth: int = 0) -> Iterator[Element]:
        """Return the elements of a mail that is inside `depth` others; its headings are below theirs."""
        yield Heading(mail.subject, depth + 1)
        yield Paragraph("\n".join(f"{name}: {value}" for name, value in mail.headers if value))
        yield from _below(mail.body, depth + 1)
        self.left_out += mail.left_out
        for inner in mail.inner[:MAX_ATTACHMENTS]:
            yield from self._inner(inner, depth + 1)
        if (more := len(mail.inner) - MAX_ATTACHMENTS) > 0:
            self.left_out.append(counted(more, "further attachment"))

    def _inner(self, inner: Mail | Attachment, depth: int) -> Iterable[Element]:
        if isinstance(inner, Attachment):
            read = _READERS.get(PurePath(inner.name).suffix.lower())
            return self._file(inner, depth) if read is None else self._mail_file(inner, read, depth)
        if depth > MAX_DEPTH:
            self.left_out.append(f"the mail '{inner.subject}' inside {MAX_DEPTH} others")
            return []
        return self.elements(inner, depth)

    def _mail_file(self, file: Attachment, read: Callable[[bytes], Mail], depth: int) -> Iterable[Element]:
        if depth > MAX_DEPTH:
            self.left_out.append(f"the mail '{file.name}' inside {MAX_DEPTH} others")
            return []
        try:
            return self.elements(read(file.content), depth)
        except DocumentError as error:
            self.left_out.append(f"the attachment '{file.name}' ({error.reason})")
            return []

    def _file(self, file: Attachment, depth: int) -> list[Element]:
        try:
            parsed = self._parse(file.content, file.name)
        except UnsupportedDocument:
            self.left_out.append(f"the attachment '{file.name}'")
            return []
        except DocumentError as error:
            self.left_out.append(f"the attachment '{file.name}' ({error.reason})")
            return []
        self.left_out += [f"{what} of the attachment '{file.name}'" for what in parsed.left_out]
        return [Heading(file.name, depth + 1), *_below(parsed.elements, depth + 1)]


def _below(elements: Iterable[Element], level: int) -> Iterator[Element]:
    """Return elements with their headings below that level; the pages of an attachment are none of the mail's."""
    for element in elements:
        if isinstance(element, Heading):
            yield replace(element, level=element.level + level)
        elif not isinstance(element, PageStart):
            yield element
