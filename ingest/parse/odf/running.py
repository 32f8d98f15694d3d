"""Headers and footers: each distinct text once, without page numbers."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.parse.elements import Element
from ingest.parse.odf.names import Node, children, descendants
from ingest.parse.odf.text import TextReader
from ingest.parse.shared.compose import PAGE_NUMBER, RunningTexts

_KINDS = {
    "header": ("style:header", "style:header-left", "style:header-first", "loext:header-first"),
    "footer": ("style:footer", "style:footer-left", "style:footer-first", "loext:footer-first"),
}


def running_text(styles: Node | None, kind: str, reader: TextReader) -> Iterator[Element]:
    """Return what the headers (kind "header") or footers of the pages say."""
    texts = RunningTexts()
    for page in descendants(styles, "style:master-page"):
        for part in children(page, *_KINDS[kind]):
            for number in descendants(part, "text:page-number", "text:page-count"):
                number.text = PAGE_NUMBER
            yield from texts.new(reader.blocks(children(part)))
