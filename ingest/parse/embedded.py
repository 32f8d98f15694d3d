"""Turn the text of a file that is inside another one (an attachment of a mail) into elements of the outer one."""

from __future__ import annotations

import re

from ingest.parse.elements import Code, Element, Heading, Paragraph, ParsedElements
from ingest.parse.parsed import ParsedText

_INDENTED = re.compile(r"^[ \t]+\S", re.MULTILINE)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~).*\n?", re.MULTILINE)


def as_elements(parsed: ParsedText) -> ParsedElements:
    """Return the blocks of a text as elements; those with indented lines keep them."""
    elements: list[Element] = []
    before: tuple[str, ...] = ()
    for block in parsed.blocks:
        if block.section != before:
            elements += _new_headings(before, block.section)
            before = block.section
        text = parsed.text[block.start : block.end]
        keeps_lines = block.kind in ("code", "table") or _INDENTED.search(text)
        elements.append(Code(_FENCE.sub("", text)) if keeps_lines else Paragraph(text))
    return ParsedElements(tuple(elements), parsed.title, parsed.left_out)


def _new_headings(before: tuple[str, ...], section: tuple[str, ...]) -> list[Element]:
    """Return the headings of a section from the first on that differs from those before."""
    same = next((at for at, (one, other) in enumerate(zip(before, section, strict=False)) if one != other), len(before))
    return [Heading(name, level) for level, name in enumerate(section, 1) if level > same]
