"""Mails (.eml, .mbox, .msg): bytes to elements.

    mail.py       a mail as a value; compose.py: its elements, with those of its attachments
    eml.py        Internet mails; headers.py, plain.py, calendar.py: what is in them
    mbox.py       several mails in one file
    outlook.py    mails of Outlook; rtf.py: the form in which it keeps HTML

Read: the subject as heading, sender, receivers and date as lines of a paragraph, the text once (of several forms the
richest that has the words), quoted mails and signatures in it, invitations, and below, under their names, the
attachments of all kinds that the project reads and the mails inside.

Left out and reported: attachments of other kinds, pictures, encrypted parts, mails inside more than five others.
Left out: other headers, blind copies, signatures of cryptography, parts that are written for mail servers.

Not covered: Outlook's winmail.dat (reported as an attachment), texts and files on other servers that a mail refers to.
"""

from __future__ import annotations

from core.errors import DocumentError
from ingest.parse.elements import Element, ParsedElements
from ingest.parse.mail.compose import Composer, ParseAttachment
from ingest.parse.mail.eml import read_eml
from ingest.parse.mail.mail import Mail
from ingest.parse.mail.mbox import mails_in
from ingest.parse.mail.outlook import read_msg
from ingest.parse.shared.left_out import counted


def parse_eml(content: bytes, parse: ParseAttachment) -> ParsedElements:
    """Return the elements of an Internet mail. Raise DocumentError when it is none, or is encrypted."""
    return _composed(read_eml(content), parse)


def parse_msg(content: bytes, parse: ParseAttachment) -> ParsedElements:
    """Return the elements of a mail of Outlook. Raise DocumentError when it is none, or is encrypted."""
    return _composed(read_msg(content), parse)


def parse_mbox(content: bytes, parse: ParseAttachment) -> ParsedElements:
    """Return the elements of all mails of a mailbox. Raise DocumentError when none can be read."""
    composer = Composer(parse)
    elements: list[Element] = []
    failed: list[DocumentError] = []
    for mail in mails_in(content):
        try:
            elements += composer.elements(read_eml(mail))
        except DocumentError as error:
            failed.append(error)
    if not elements and failed:
        raise failed[0]
    left_out = [*composer.left_out, *([counted(len(failed), "unreadable mail")] if failed else [])]
    return ParsedElements(tuple(elements), None, tuple(left_out))


def _composed(mail: Mail, parse: ParseAttachment) -> ParsedElements:
    composer = Composer(parse)
    return ParsedElements(tuple(composer.elements(mail)), mail.subject or None, tuple(composer.left_out))
