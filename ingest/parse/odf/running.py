"""Headers and footers: each distinct text once, without page numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.parse.elements import Element, Paragraph
from ingest.parse.odf.names import Node, children, descendants
from ingest.parse.odf.tables import as_lines
from ingest.parse.odf.text import TextReader

_PAGE_NUMBER = "\ufdd0"
"""Where a page number was displayed: a character that no text contains."""

_WORD = re.compile(r"\w+")
_WORDS_OF_A_PAGE_NUMBER = 2
_KINDS = {
    "header": ("style:header", "style:header-left", "style:header-first", "loext:header-first"),
    "footer": ("style:footer", "style:footer-left", "style:footer-first", "loext:footer-first"),
}


def running_text(styles: Node | None, kind: str, reader: TextReader) -> Iterator[Element]:
    """Return what the headers (kind "header") or footers of the pages say."""
    seen: set[str] = set()
    for page in descendants(styles, "style:master-page"):
        for part in children(page, *_KINDS[kind]):
            _mark_page_numbers(part)
            for line in _lines(reader.blocks(children(part))):
                if line.casefold() not in seen:
                    seen.add(line.casefold())
                    yield Paragraph(line)


def _mark_page_numbers(part: Node) -> None:
    for number in descendants(part, "text:page-number", "text:page-count"):
        number.text = _PAGE_NUMBER


def _lines(elements: Iterable[Element]) -> Iterator[str]:
    for line in as_lines(elements).split("\n"):
        text = "\t".join(_unnumbered(segment) for segment in line.split("\t")).strip()
        if text:
            yield text


def _unnumbered(text: str) -> str:
    """Return the text between two tabs without its page number; nothing is left of "Page 3 of 7"."""
    if _PAGE_NUMBER not in text:
        return text
    rest = text.replace(_PAGE_NUMBER, "")
    is_only_number = len(_WORD.findall(rest)) <= _WORDS_OF_A_PAGE_NUMBER and not any(char.isdigit() for char in rest)
    return "" if is_only_number else rest
