"""Read the binary documents of Word 97 to 2003 (.doc): they are converted to .docx, and that is read.

The converter, msdoc2docx, is Python without dependencies. kreuzberg was compared with it on documents of known text: it
read tabs as "&#9;" and field codes as text, and lost list numbers, text boxes and characters beyond U+FFFF.

Many files with this ending are RTF or .docx; their content decides.

Not covered: Word 95 and older; text boxes in groups (reported); passwords. A file that the converter refuses has
failed.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import ParsedElements
from ingest.parse.word.docx import parse_docx
from ingest.parse.word.rtf import is_rtf, parse_rtf

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What the converter leaves out and diagnoses, by its code.
_LEFT_OUT = {
    "MAIN_TEXTBOX_TABLE_MALFORMED": "the text boxes",
    "GROUPED_MAIN_TEXTBOXES_DEFERRED": "the text boxes in groups",
    "HEADER_FOOTER_TABLE_MALFORMED": "the headers and footers",
    "GROUPED_HEADER_TEXTBOXES_DEFERRED": "the text boxes in headers and footers",
    "NUMBERING_TABLE_MALFORMED": "the list numbers",
}


def parse_doc(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the elements of a document. Raise DocumentError when it cannot be converted, with the reason."""
    if is_rtf(content):
        return parse_rtf(content, settings)
    if content.startswith(_ZIP):
        return parse_docx(content, settings)
    if not content.startswith(_OLE):
        raise DocumentError("it is not a Word document, although its name ends like that of one")
    converted, left_out = _convert(content)
    parsed = parse_docx(converted, settings)
    return replace(parsed, left_out=(*parsed.left_out, *left_out))


def _convert(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return the document as .docx, and what the conversion left out. The converter reads and writes files."""
    from doc2docx import convert
    from doc2docx.errors import Doc2DocxError, EncryptedDocumentError
    from doc2docx.msdoc import formatting

    formatting.parse_grpprl = complete_properties
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "a.doc"), Path(folder, "a.docx")
        source.write_bytes(content)
        try:
            report = convert(source, target).report.to_dict()
        except EncryptedDocumentError as error:
            raise DocumentError("it is encrypted; save it without a password") from error
        except (Doc2DocxError, ValueError, LookupError, ArithmeticError, struct.error) as error:
            raise DocumentError(f"it could not be converted ({error}); save it as .docx") from error
        return target.read_bytes(), tuple(_left_out(report["diagnostics"]))


def complete_properties(data: bytes, *, label: str, **_: object) -> object:
    """Return the properties of a paragraph or run that are complete.

    LibreOffice fills the last byte with anything and cuts long lists of properties off. Word ignores both; the
    converter (version 0.36.6) refuses the file, so this function replaces its own.
    """
    from doc2docx.errors import InvalidWordDocument
    from doc2docx.msdoc.sprm import parse_grpprl

    while True:
        try:
            return parse_grpprl(data, label=label)
        except InvalidWordDocument:
            data = data[:-1]


def _left_out(diagnostics: Iterable[dict[str, object]]) -> Iterable[str]:
    codes = {str(diagnostic["code"]) for diagnostic in diagnostics}
    return (name for code, name in _LEFT_OUT.items() if code in codes)
