"""Read one file into text with headings, and the offsets at which its pages begin.

Text formats are read unchanged, so that a citation shows what the author wrote. Everything else is read by
kreuzberg. PDF is read as plain text page by page: its layout analysis loses page numbers and glues paragraphs.

Not covered: scanned pages (they need OCR), and the text of images.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal, Protocol

from charset_normalizer import from_bytes

from core.errors import DocumentError, UnsupportedDocument
from ingest.blocks import front_matter, main_heading

PARSER_VERSION = "1"
MAX_BYTES = 100_000_000
_TIMEOUT_SECONDS = 120
_PAGE_SEPARATOR = "\n\n"

# A letter or digit: an empty sheet becomes an empty table, which is drawn with bars and dashes.
_WRITTEN = re.compile(r"[^\W_]")

Markup = Literal["markdown", "plain"]

_MARKDOWN = frozenset({".md", ".markdown", ".mdx", ".mkd"})
_PLAIN = frozenset(
    ".txt .text .log .rst .adoc .asciidoc .org .tex .yaml .yml .toml .ini .cfg .conf .properties "
    ".py .pyi .js .mjs .ts .tsx .jsx .java .kt .go .rs .c .h .cc .cpp .hpp .cs .rb .php .swift .scala .sh .bash .zsh "
    ".ps1 .sql .r .jl .lua .pl .css .scss .vue .tf .proto .graphql".split()
)
# Kinds that kreuzberg reads without a download; for source code it would download a grammar.
_OFFICE = "application/vnd.openxmlformats-officedocument"
_RICH: Mapping[str, str] = {
    ".pdf": "application/pdf",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".dotx": f"{_OFFICE}.wordprocessingml.template",
    ".doc": "application/msword",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".ppsx": f"{_OFFICE}.presentationml.slideshow",
    ".ppt": "application/vnd.ms-powerpoint",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    ".xls": "application/vnd.ms-excel",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".rtf": "application/rtf",
    ".epub": "application/epub+zip",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".xml": "application/xml",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".ipynb": "application/x-ipynb+json",
    ".eml": "message/rfc822",
    ".msg": "application/vnd.ms-outlook",
    ".fb2": "application/x-fictionbook+xml",
    ".bib": "application/x-bibtex",
}


@dataclass(frozen=True, slots=True)
class ParsedText:
    """The text of a file. `title`: the document's own, if it has one. `page_starts[i]`: the offset of page i + 1."""

    text: str
    markup: Markup
    title: str | None
    page_starts: tuple[int, ...] = ()


class Parser(Protocol):
    """Reads the bytes of one file. Of `name` only the ending is used. Raises DocumentError."""

    def __call__(self, content: bytes, name: str) -> ParsedText:
        """Return text, markup, title and page starts."""
        ...


def read_file(path: Path) -> bytes:
    """Return the bytes of a file. Raise DocumentError when it is empty, too large or not readable."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DocumentError(f"it has {size:,} bytes, more than the limit of {MAX_BYTES:,}; split it")
        content = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"it cannot be read: {error.strerror or error}") from error
    if not content:
        raise DocumentError("it is empty")
    return content


def is_supported(name: str) -> bool:
    """Say whether a parser exists for files with the ending of `name`."""
    return _ending(name) in _MARKDOWN | _PLAIN | _RICH.keys()


def unsupported(name: str) -> UnsupportedDocument:
    """Return the error for a file that no parser reads."""
    ending = _ending(name)
    return UnsupportedDocument(f"files ending in '{ending}' are not read" if ending else "it has no file ending")


def parse(content: bytes, name: str) -> ParsedText:
    """Parse a file; this is the project's Parser, described at the top of the module."""
    ending = _ending(name)
    if ending in _MARKDOWN:
        parsed = _markdown(_decode(content))
    elif ending in _PLAIN:
        parsed = ParsedText(_decode(content), "plain", title=None)
    elif ending in _RICH:
        parsed = _rich(content, ending)
    else:
        raise unsupported(name)
    if not content.strip() or not _WRITTEN.search(parsed.text):
        raise DocumentError("it contains no text; a scanned document needs OCR first")
    return parsed


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()


def _decode(content: bytes) -> str:
    """Decode UTF-8, UTF-16 with a byte order mark, or else the most plausible encoding. Line ends become \\n."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
        if b"\x00" in content:
            raise DocumentError("it is a binary file, although its name ends like that of a text file")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        guess = from_bytes(content).best()
        if guess is None:
            raise DocumentError("its text encoding could not be detected; save it as UTF-8") from None
        text = str(guess)
    if "\x00" in text:
        raise DocumentError("it is a binary file, although its name ends like that of a text file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _markdown(text: str) -> ParsedText:
    named = re.search(r"^title:[ \t]*(\S.*)$", front_matter(text), re.MULTILINE)
    title = named.group(1).strip().strip("\"'") if named else main_heading(text)
    return ParsedText(text, "markdown", title)


def _rich(content: bytes, ending: str) -> ParsedText:
    import kreuzberg

    paged = ending == ".pdf"
    config = kreuzberg.ExtractionConfig(  # type: ignore[call-arg]  # its stubs lack disable_ocr
        output_format="plain" if paged else "markdown",
        pages=kreuzberg.PageConfig(extract_pages=True) if paged else None,
        use_cache=False,
        enable_quality_processing=False,
        disable_ocr=True,
        extraction_timeout_secs=_TIMEOUT_SECONDS,
    )
    try:
        result = kreuzberg.extract_bytes_sync(content, _RICH[ending], config=config)
    except kreuzberg.KreuzbergError as error:
        raise DocumentError(_reason(error)) from error
    named = str(result.metadata.get("title") or "").strip()
    # Programs write "untitled" into documents without a title.
    title = None if named.casefold() in ("", "untitled") else named
    if paged:
        pages = [str(page["content"]).replace("\r\n", "\n") for page in result.pages or []]
        return ParsedText(_PAGE_SEPARATOR.join(pages), "plain", title, _page_starts(pages))
    return ParsedText(_without_metadata(result.content), "markdown", title)


def _reason(error: Exception) -> str:
    """Return one sentence for the report; the messages of kreuzberg repeat their type."""
    message = str(error).split(": ", 1)[-1].splitlines()[0][:200]
    if "password" in message.lower():
        return "it is encrypted; save it without a password"
    return f"it could not be parsed: {message}"


def _page_starts(pages: list[str]) -> tuple[int, ...]:
    starts, position = [], 0
    for page in pages:
        starts.append(position)
        position += len(page) + len(_PAGE_SEPARATOR)
    return tuple(starts)


def _without_metadata(content: str) -> str:
    """Remove the <meta> values that kreuzberg puts before HTML; their last line looks like a heading."""
    return re.sub(r"\A---\n(?:(?!## ).*\n)*## .*\n+", "", content)
