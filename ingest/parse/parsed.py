"""What the ingestion needs of a parser: its result and its protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.types import TextFormat
from ingest.blocks import Block


@dataclass(frozen=True, slots=True)
class ParsedText:
    """The text of a file.

    `blocks` are its parts with offsets, in order; `title` is the document's own, if it has one; `page_starts[i]` is the
    offset of page i + 1 (empty for a format without pages); `left_out` names what the file has and the text has not;
    `format` says how the text is to be read.
    """

    text: str
    blocks: tuple[Block, ...]
    title: str | None = None
    page_starts: tuple[int, ...] = ()
    left_out: tuple[str, ...] = ()
    format: TextFormat = "rendered"


class Parser(Protocol):
    """Reads the bytes of one file. Of `name` only the ending is used. Raises DocumentError."""

    def __call__(self, content: bytes, name: str) -> ParsedText:
        """Return text, blocks, title, page starts and what was left out."""
        ...
