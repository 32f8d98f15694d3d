"""Which parser reads which kind of file.

Each format has one module with one function that returns elements or text. A module, and the library that it uses, is
imported when the first file of its format is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import TypeAlias

from core.domain import Parsing
from core.errors import DocumentError, UnsupportedDocument
from ingest.parse.elements import Code, Element, Heading, Paragraph, ParsedElements
from ingest.parse.parsed import ParsedText
from ingest.parse.render import render

PARSER_VERSION = "2"
"""Raise it whenever a parser returns another text: it is part of an index's fingerprint."""

FormatParser: TypeAlias = Callable[[bytes, Parsing], ParsedElements | ParsedText]
"""Reads the bytes of one format. Raises DocumentError with a sentence for the report."""

# A letter or digit: an empty sheet becomes an empty table, which is drawn with bars and dashes.
_WRITTEN = re.compile(r"[^\W_]")

_INDENTED = re.compile(r"^[ \t]+\S", re.MULTILINE)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~).*\n?", re.MULTILINE)

_MARKDOWN = frozenset({".md", ".markdown", ".mdx", ".mkd"})
_PLAIN = frozenset(
    ".txt .text .log .rst .adoc .asciidoc .org .tex .yaml .yml .toml .ini .cfg .conf .properties "
    ".py .pyi .js .mjs .ts .tsx .jsx .java .kt .go .rs .c .h .cc .cpp .hpp .cs .rb .php .swift .scala .sh .bash .zsh "
    ".ps1 .sql .r .jl .lua .pl .css .scss .vue .tf .proto .graphql".split()
)
_WORD = frozenset({".docx", ".docm", ".dotx", ".dotm"})
_WORKBOOK = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
_PRESENTATION = frozenset({".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"})
_HTML = frozenset({".html", ".htm", ".xhtml"})
_OPEN_DOCUMENTS = frozenset({".odt", ".ott", ".odp", ".otp", ".fodt", ".fodp"})
_MAIL = frozenset({".eml", ".mbox"})
# Kinds that kreuzberg reads without a download; for source code it would download a grammar.
_KREUZBERG: Mapping[str, str] = {
    ".ppt": "application/vnd.ms-powerpoint",
    ".xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    ".xls": "application/vnd.ms-excel",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".ipynb": "application/x-ipynb+json",
    ".msg": "application/vnd.ms-outlook",
    ".bib": "application/x-bibtex",
}


def is_supported(name: str) -> bool:
    """Say whether a parser exists for files with the ending of `name`."""
    return _parser_of(_ending(name)) is not None


def unsupported(name: str) -> UnsupportedDocument:
    """Return the error for a file that no parser reads."""
    ending = _ending(name)
    return UnsupportedDocument(f"files ending in '{ending}' are not read" if ending else "it has no file ending")


def parse(content: bytes, name: str, settings: Parsing | None = None) -> ParsedText:
    """Parse a file; this is the project's Parser. Raises DocumentError."""
    parser = _parser_of(_ending(name))
    if parser is None:
        raise unsupported(name)
    parsed = parser(content, settings or Parsing())
    if isinstance(parsed, ParsedElements):
        parsed = render(parsed)
    if not content.strip() or not _WRITTEN.search(parsed.text):
        raise DocumentError("it contains no text")
    return parsed


def _parser_of(ending: str) -> FormatParser | None:
    if ending in _MARKDOWN:
        from ingest.parse.text import parse_markdown

        return parse_markdown
    if ending in _PLAIN:
        from ingest.parse.text import parse_plain

        return parse_plain
    if ending in _WORD:
        from ingest.parse.docx import parse_docx

        return parse_docx
    if ending in _WORKBOOK:
        from ingest.parse.xlsx import parse_xlsx

        return parse_xlsx
    if ending in _PRESENTATION:
        from ingest.parse.pptx import parse_pptx

        return parse_pptx
    if ending in _HTML:
        from ingest.parse.html import parse_html

        return parse_html
    if ending == ".epub":
        from ingest.parse.epub import parse_epub

        return parse_epub
    if ending in (".xml", ".fb2"):
        from ingest.parse.xml import parse_xml

        return parse_xml
    if ending in _OPEN_DOCUMENTS:
        from ingest.parse.odf import parse_odf

        return parse_odf
    if ending in _MAIL:
        return _mail_parser(ending)
    if ending == ".pdf":
        from ingest.parse.pdf import parse_pdf

        return parse_pdf
    if ending == ".doc":
        from ingest.parse.doc import parse_doc

        return parse_doc
    if ending == ".rtf":
        from ingest.parse.rtf import parse_rtf

        return parse_rtf
    if ending in _KREUZBERG:
        from ingest.parse.kreuzberg import parse_with_kreuzberg

        return parse_with_kreuzberg(_KREUZBERG[ending])
    return None


def _mail_parser(ending: str) -> FormatParser:
    from ingest.parse import mail

    parse_mail = {".eml": mail.parse_eml, ".mbox": mail.parse_mbox}[ending]
    return lambda content, settings: parse_mail(content, lambda inner, name: _elements(inner, name, settings))


def _elements(content: bytes, name: str, settings: Parsing) -> ParsedElements:
    """Parse a file that is inside another one."""
    parser = _parser_of(_ending(name))
    if parser is None:
        raise unsupported(name)
    parsed = parser(content, settings)
    return parsed if isinstance(parsed, ParsedElements) else _as_elements(parsed)


def _as_elements(parsed: ParsedText) -> ParsedElements:
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


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()
