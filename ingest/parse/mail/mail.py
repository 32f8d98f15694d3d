"""A mail as a value, whatever file it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.parse.elements import Element

MAX_DEPTH = 5
"""How many mails may be inside each other; what is deeper is reported."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: `headers` are those displayed above its text, `inner` the attachments and mails in it, in order.

    `left_out` names what its reader has already left out.
    """

    subject: str
    headers: tuple[tuple[str, str], ...]
    body: tuple[Element, ...]
    inner: tuple[Attachment | Mail, ...] = ()
    left_out: tuple[str, ...] = ()
