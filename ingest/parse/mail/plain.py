"""Plain text of a mail: its paragraphs, and lines that only the sender's program has broken."""

from __future__ import annotations

import re

from ingest.parse.elements import Paragraph

_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_QUOTED = re.compile(r">*")
_SIGNATURE = "-- "


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Return the paragraphs of a plain text; quoted lines and signatures stay as they are."""
    return tuple(Paragraph(block.strip("\n")) for block in _BLANK_LINES.split(text) if block.strip())


def unflowed(text: str, *, delete_space: bool = False) -> str:
    """Join the lines of a text with format=flowed (RFC 3676): one that ends with a blank goes on in the next.

    `delete_space`: that blank is not part of the text.
    """
    lines: list[str] = []
    depth_before, flows = 0, False
    for line in text.split("\n"):
        quotes = (_QUOTED.match(line) or [""])[0]
        content = line[len(quotes) :].removeprefix(" ")
        if flows and len(quotes) == depth_before and content != _SIGNATURE:
            lines[-1] += content
        else:
            lines.append(f"{quotes} {content}" if quotes else content)
        flows = content.endswith(" ") and content != _SIGNATURE
        if flows and delete_space:
            lines[-1] = lines[-1][:-1]
        depth_before = len(quotes)
    return "\n".join(lines)
