"""Read one file into text with headings, blocks with offsets, and the offsets at which its pages begin.

    formats.py    which parser reads which kind of file; `parse`, the project's Parser
    <format>.py   bytes to elements: one file for each format
    elements.py   what a format's parser returns; inline.py: characters inside a line
    render.py     elements to text and blocks
    parsed.py     the result, and the protocol

Plain text and source code are read unchanged. Parsers run in a process of their own: see `ingest/sandbox.py`.
"""

from ingest.parse.files import MAX_BYTES, read_file
from ingest.parse.formats import PARSER_VERSION, is_supported, parse, unsupported
from ingest.parse.parsed import ParsedText, Parser

__all__ = ["MAX_BYTES", "PARSER_VERSION", "ParsedText", "Parser", "is_supported", "parse", "read_file", "unsupported"]
