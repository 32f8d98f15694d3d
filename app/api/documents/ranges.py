"""The header `Range` of a request for a file.

Checked before FileResponse reads it, which refuses a range in plain text.
"""

from __future__ import annotations

import re

from core.errors import RequestError, UnsatisfiableRange

_ONE = r"[ \t]*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))[ \t]*"
"""18 digits: 10^18 bytes exceed every file, and Python refuses to read numbers of more than 4,300 digits."""
_ALL = re.compile(rf"bytes=({_ONE}(?:,{_ONE})*)", re.IGNORECASE)
_SHOWN_CHARACTERS = 100


def check_range(value: str, size: int) -> None:
    """Raise RequestError for ranges that cannot be read, UnsatisfiableRange unless the file of `size` bytes has each.

    An empty value asks for the whole file.
    """
    if not value:
        return
    shown = repr(value[:_SHOWN_CHARACTERS])
    found = _ALL.fullmatch(value)
    ranges = re.findall(_ONE, found[1]) if found else []
    if not ranges or any(last and int(last) < int(first) for first, last, _ in ranges):
        raise RequestError(
            f"The header Range is {shown}. Give bytes, such as bytes=0-999 or bytes=-500, or leave it out.",
            code="bad_range",
        )
    if not all(int(suffix) > 0 if suffix else int(first) < size for first, _, suffix in ranges):
        raise UnsatisfiableRange(
            f"The header Range is {shown}, but the file has {size:,} bytes.", code="range_not_satisfiable"
        )
