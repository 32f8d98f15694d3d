"""Several mails in one file (mbox): each begins with a line "From " and a date.

Of the four variants of the format, the lines ">From " of mboxrd and mboxo are read; lengths in a header Content-Length
are ignored, as most programs do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.errors import DocumentError

_START = re.compile(rb"^From [^\r\n]*\d{4}[^\r\n]*\r?\n(?=[!-9;-~]+:|From |>From )", re.MULTILINE)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def mails_in(content: bytes) -> Iterator[bytes]:
    """Return the bytes of each mail, in order. Raise DocumentError when the file has none."""
    starts = [found.end() for found in _START.finditer(content)]
    ends = [found.start() for found in _START.finditer(content)][1:]
    if not starts:
        raise DocumentError("it is not a mailbox: no line begins a mail")
    for start, end in zip(starts, [*ends, len(content)], strict=True):
        yield _QUOTED.sub(rb"\1", content[start:end])
