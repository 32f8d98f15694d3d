"""Read one file into text with headings, blocks with offsets, and the offsets at which its pages begin.

    files.py      a file to bytes
    formats.py    which parser reads which kind of file; `parse`, the project's Parser
    elements.py   what a format's parser returns; inline.py: characters inside a line
    render.py     elements to text and blocks; embedded.py: the text of a file inside another one to elements
    parsed.py     the result, and the protocol

The parsers, from bytes to elements, by families of formats:

    word/         docx, doc, rtf
    slides/       pptx, ppt
    spreadsheet/  xlsx, xls, xlsb, ods, and delimited text
    odf/          texts and presentations of OpenDocument
    markup/       HTML, EPUB, FictionBook, XML
    text/         plain text, Markdown, JSON, notebooks
    mail/         eml, mbox, msg
    pdf/          PDF
    images/       pictures of pages, and the recognition of their text
    ooxml/        what docx, pptx and xlsx share
    shared/       what several families share

Plain text and source code are read unchanged. Parsers run in a process of their own: see `ingest/sandbox.py`.
"""

from ingest.parse.files import MAX_BYTES, read_file
from ingest.parse.formats import PARSER_VERSION, is_readable_text, is_supported, parse, unsupported
from ingest.parse.parsed import ParsedText, Parser

__all__ = [
    "MAX_BYTES",
    "PARSER_VERSION",
    "ParsedText",
    "Parser",
    "is_readable_text",
    "is_supported",
    "parse",
    "read_file",
    "unsupported",
]
