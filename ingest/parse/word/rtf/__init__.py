"""Read Rich Text Format (.rtf) as a word processor displays it.

    tokens.py      bytes to control words, groups and text
    fonts.py       the encodings of text
    reader.py, state.py, properties.py   the state of groups, and where their text goes
    story.py, tables.py   paragraphs and tables to elements

Read: text in every code page and in Unicode, headings by outline level and style, list numbers and bullets as they are
stored for display, tables (merged and nested cells, header rows), footnotes and endnotes after the paragraph that
refers to them, text boxes, results of fields, each distinct header (where it is defined) and footer (at the end) once.

Left out and reported: comments and hidden text (unless the settings read them), pictures, embedded objects, equations,
tables of contents. Left out: deleted and moved-away text, page numbers.

Not covered: list numbers that are only defined and not stored (\\listtext), character styles that hide or raise text,
text in drawings other than text boxes, embedded files.

striprtf and kreuzberg were measured on documents with known text: both lose footnote marks, deleted and hidden text is
read as text, and characters beyond U+FFFF become two halves or vanish.
"""

from __future__ import annotations

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import ParsedElements
from ingest.parse.shared.left_out import Tally
from ingest.parse.word.rtf.reader import Reader
from ingest.parse.word.rtf.tokens import tokens

_START = b"{\\rtf"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def is_rtf(content: bytes) -> bool:
    """Say whether a file is RTF, whatever its name."""
    return content.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(_START)


def parse_rtf(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the elements of an RTF file. Raise DocumentError when it is none."""
    if not is_rtf(content):
        raise DocumentError("it is not an RTF file, although its name ends like that of one")
    tally = Tally()
    reader = Reader(settings, tally)
    for token in tokens(content.removeprefix(_BYTE_ORDER_MARK)):
        reader.read(token)
    elements = tuple(reader.finish())
    return ParsedElements(elements, reader.title or None, tally.phrases())
