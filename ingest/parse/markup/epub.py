"""E-books in EPUB 2 and 3: the chapters of the spine, in its order, each read as a page of HTML.

Notes are placed at their references, also when they are in another chapter. The table of contents is not read:
it repeats the headings. Chapters that are missing are reported.

Not covered: pictures, media overlays, books of fixed layout (their lines are read in the order of the source),
page numbers of the printed edition.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from lxml import etree
from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import ParsedElements
from ingest.parse.markup.html.page import read_pages
from ingest.parse.markup.html.xhtml import as_html
from ingest.parse.shared.archive import Archive, open_archive
from ingest.parse.shared.encoding import decode_markup
from ingest.parse.shared.xml_tree import parse_xml

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/xml", "text/xml", "image/svg+xml"})


def parse_epub(content: bytes, _: Parsing) -> ParsedElements:
    """Return the elements of all chapters. Raise DocumentError for a book that is damaged or encrypted."""
    archive = open_archive(content)
    package_path = _package_path(archive)
    package = parse_xml(archive.read(package_path))
    paths = list(dict.fromkeys(_chapters(package, package_path)))
    _check_encryption(archive, paths)
    missing = [path for path in paths if path not in archive]
    pages = {path: _page(archive.read(path)) for path in paths if path in archive}
    if not pages:
        raise DocumentError("it is damaged: it has none of the chapters that it lists")
    read = read_pages(pages)
    left_out = (*read.left_out, *(f"the chapter '{path}', which is missing" for path in missing))
    return ParsedElements(read.elements, _title(package), left_out)


def _package_path(archive: Archive) -> str:
    for node in _all(parse_xml(archive.read(_CONTAINER)), "rootfile"):
        path = node.get("full-path")
        if path and path in archive:
            return str(path)
    raise DocumentError("it is damaged: its list of chapters is missing")


def _chapters(package: etree._Element, package_path: str) -> Iterator[str]:
    """Yield the paths of the spine, without tables of contents."""
    folder = dirname(package_path)
    items = {item.get("id"): item for item in _all(package, "item")}
    contents = {
        _path(folder, reference.get("href"))
        for reference in _all(package, "reference")
        if (reference.get("type") or "").casefold() == "toc"
    }
    chapters = [items[node.get("idref")] for node in _all(package, "itemref") if node.get("idref") in items]
    for item in chapters:
        path = _path(folder, item.get("href"))
        of_contents = path in contents and len(chapters) > 1
        if item.get("media-type", "application/xhtml+xml") in _PAGES and not of_contents:
            yield path


def _page(content: bytes) -> LexborNode:
    root = LexborHTMLParser(as_html(decode_markup(content).text)).root
    if root is None:
        raise DocumentError("it is damaged: a chapter has no content")
    return root


def _check_encryption(archive: Archive, paths: list[str]) -> None:
    """Refuse a book whose chapters are encrypted; fonts often are in books that everybody may read."""
    if _ENCRYPTION not in archive:
        return
    encrypted = {
        unquote(node.get("URI") or "") for node in _all(parse_xml(archive.read(_ENCRYPTION)), "CipherReference")
    }
    if encrypted & set(paths):
        raise DocumentError("it is encrypted; save it without copy protection")


def _title(package: etree._Element) -> str | None:
    return next(("".join(node.itertext()) for node in _all(package, "title")), None)


def _path(folder: str, href: str | None) -> str:
    return normpath(join(folder, unquote((href or "").partition("#")[0])))


def _all(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the elements of a local name, whatever their namespace: books differ in it."""
    yield from (node for node in root.iter("{*}" + name))
