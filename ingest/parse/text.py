"""Markdown, plain text and source code: the text is taken as it is, so that a citation shows what the author wrote."""

from __future__ import annotations

import re

from core.domain import Parsing
from ingest.blocks import front_matter, main_heading, split_blocks
from ingest.parse.encoding import decode
from ingest.parse.parsed import ParsedText


def parse_markdown(content: bytes, _: Parsing) -> ParsedText:
    """Return the text; its title is that of the front matter, or else its first heading of level 1."""
    text = decode(content)
    named = re.search(r"^title:[ \t]*(\S.*)$", front_matter(text), re.MULTILINE)
    title = named.group(1).strip().strip("\"'") if named else main_heading(text)
    return ParsedText(text, tuple(split_blocks(text, markdown=True)), title)


def parse_plain(content: bytes, _: Parsing) -> ParsedText:
    """Return the text, with a block for each paragraph."""
    text = decode(content)
    return ParsedText(text, tuple(split_blocks(text, markdown=False)))
