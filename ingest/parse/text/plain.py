"""Plain text and source code: the text is taken as it is, so that a citation shows what the author wrote."""

from __future__ import annotations

from core.domain import Parsing
from ingest.blocks import split_blocks
from ingest.parse.parsed import ParsedText
from ingest.parse.shared.encoding import decode_text


def parse_plain(content: bytes, _: Parsing) -> ParsedText:
    """Return the text, with a block for each paragraph."""
    decoded = decode_text(content)
    blocks = tuple(split_blocks(decoded.text, markdown=False))
    return ParsedText(decoded.text, blocks, left_out=decoded.left_out, format="plain")
