"""Which parser reads which kind of file.

Each format has one function that returns elements or text. Its module, and the library that it uses, is imported when
the first file of the format is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import PurePath
from typing import TypeAlias, cast

from core.domain import Parsing
from core.errors import DocumentError, UnsupportedDocument
from ingest.parse.elements import ParsedElements
from ingest.parse.embedded import as_elements
from ingest.parse.parsed import ParsedText
from ingest.parse.render import render

PARSER_VERSION = "3"
"""Raise it whenever a parser returns another text: it is part of an index's fingerprint."""

FormatParser: TypeAlias = Callable[[bytes, Parsing], ParsedElements | ParsedText]
"""Reads the bytes of one format. Raises DocumentError with a sentence for the report."""

# A letter or digit: an empty sheet becomes an empty table, which is drawn with bars and dashes.
_WRITTEN = re.compile(r"[^\W_]")

_TEXT = (
    ".txt .text .log .bib .rst .adoc .asciidoc .org .tex .yaml .yml .toml .ini .cfg .conf .properties "
    ".py .pyi .js .mjs .ts .tsx .jsx .java .kt .go .rs .c .h .cc .cpp .hpp .cs .rb .php .swift .scala .sh .bash .zsh "
    ".ps1 .sql .r .jl .lua .pl .css .scss .vue .tf .proto .graphql"
)
_FORMATS = {
    ".md .markdown .mdx .mkd": ("text.markdown", "parse_markdown"),
    _TEXT: ("text.plain", "parse_plain"),
    ".pdf": ("pdf", "parse_pdf"),
    ".png .jpg .jpeg .tif .tiff .webp .bmp": ("images.image", "parse_image"),
    ".docx .docm .dotx .dotm": ("word.docx", "parse_docx"),
    ".doc": ("word.doc", "parse_doc"),
    ".rtf": ("word.rtf", "parse_rtf"),
    ".odt .ott .odp .otp .fodt .fodp": ("odf", "parse_odf"),
    ".ppt .pps .pot": ("slides.ppt", "parse_ppt"),
    ".pptx .pptm .ppsx .ppsm .potx .potm": ("slides.pptx", "parse_pptx"),
    ".xlsx .xlsm .xltx .xltm": ("spreadsheet.xlsx", "parse_xlsx"),
    ".xls .xlt": ("spreadsheet.xls", "parse_xls"),
    ".xlsb": ("spreadsheet.xlsb", "parse_xlsb"),
    ".ods .ots .fods": ("spreadsheet.ods", "parse_ods"),
    ".csv .tsv": ("spreadsheet.delimited", "parse_delimited"),
    ".html .htm .xhtml": ("markup.html", "parse_html"),
    ".epub": ("markup.epub", "parse_epub"),
    ".xml .fb2": ("markup.xml", "parse_xml"),
    ".json": ("text.json", "parse_json"),
    ".jsonl .ndjson": ("text.json", "parse_json_lines"),
    ".ipynb": ("text.ipynb", "parse_notebook"),
}
"""Endings, with the module of `ingest.parse` and the function that read them."""
_MODULES: Mapping[str, tuple[str, str]] = {
    ending: parser for endings, parser in _FORMATS.items() for ending in endings.split()
}
# What a mail has attached is parsed too, so that its parser is given this module's.
_MAIL: Mapping[str, str] = {".eml": "parse_eml", ".mbox": "parse_mbox", ".msg": "parse_msg"}


def is_supported(name: str) -> bool:
    """Say whether a parser exists for files with the ending of `name`."""
    return _ending(name) in _MODULES.keys() | _MAIL.keys()


def is_readable_text(name: str) -> bool:
    """Say whether a file with the ending of `name` is text that a person can read as it is, and no markup of a page."""
    module, _ = _MODULES.get(_ending(name), ("", ""))
    return module.startswith("text.") or module == "spreadsheet.delimited"


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
    if ending in _MODULES:
        module, function = _MODULES[ending]
        return cast(FormatParser, getattr(import_module(f"ingest.parse.{module}"), function))
    if ending in _MAIL:
        return _mail_parser(_MAIL[ending])
    return None


def _mail_parser(function: str) -> FormatParser:
    from ingest.parse import mail

    parse_mail = getattr(mail, function)
    return lambda content, settings: cast(
        ParsedElements, parse_mail(content, lambda inner, name: _elements(inner, name, settings))
    )


def _elements(content: bytes, name: str, settings: Parsing) -> ParsedElements:
    """Parse a file that is inside another one."""
    parser = _parser_of(_ending(name))
    if parser is None:
        raise unsupported(name)
    parsed = parser(content, settings)
    return parsed if isinstance(parsed, ParsedElements) else as_elements(parsed)


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()
