"""Read Word documents (.docx, .docm, .dotx, .dotm) as Word displays them.

    displayed.py   the tree of a part reduced to what is displayed: accepted changes, results of fields
    styles.py, numbering.py, notes.py   what applies to paragraphs: headings, hidden text, list numbers, note marks
    runs.py, drawings.py   the content of a paragraph; equations, charts and SmartArt are in `ingest/parse/ooxml/`
    tables.py, body.py, running.py   blocks to elements; headers and footers

Read: paragraphs, headings by outline level and style, list numbers and bullets, tables (merged and nested cells, header
rows), footnotes and endnotes after the paragraph that refers to them, text boxes after the paragraph where they are
anchored, content controls, results of fields, equations in one line, charts as tables of their values, text of
diagrams, alternative texts, symbols, and each distinct header and footer once, before and after the section that first
has it.

Left out and reported: comments and hidden text (unless the settings read them), pictures, embedded objects and
documents, tables of contents, indexes of terms. Left out: deleted and moved-away text, instructions of fields, page
numbers in headers and footers.

Not covered: fields without a stored result (EQ, LISTNUM, AUTONUM), text raised by a distance instead of as superscript,
pages (Word stores none), the order of text boxes on the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Element, Heading, Paragraph, ParsedElements
from ingest.parse.ooxml.names import child, descendants, is_on, tag
from ingest.parse.ooxml.opc import Package, open_package
from ingest.parse.shared.left_out import Tally
from ingest.parse.word.docx.body import Body, Document
from ingest.parse.word.docx.displayed import reduce
from ingest.parse.word.docx.notes import NoteMarks, NotePart, note_part
from ingest.parse.word.docx.numbering import Numbering
from ingest.parse.word.docx.running import HeadersAndFooters
from ingest.parse.word.docx.styles import Styles

_MAIN = "word/document.xml"
_NOTES = {"footnote": "footnotes", "endnote": "endnotes", "comment": "comments"}


def parse_docx(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the elements of a Word document. Raise DocumentError when it is damaged, encrypted or no such document."""
    package = open_package(content)
    main = package.main(_MAIN)
    body = _body(package.root(main))
    tally = Tally()
    reduce(body, tally)
    document = _document(package, main, tally, settings)
    elements = tuple(_sections(document, main, body))
    title = _displayed_title(document, body) or package.title()
    return ParsedElements(elements, title, tally.phrases())


def _body(root: etree._Element) -> etree._Element:
    body = child(root, "w:body")
    if body is None:
        raise DocumentError("it is not a Word document, although its name ends like that of one")
    return body


def _document(package: Package, main: str, tally: Tally, settings: Parsing) -> Document:
    styles = Styles(_optional(package, main, "styles"))
    marks = NoteMarks()
    marks.configure(_optional(package, main, "settings"), new_section=False)
    notes = {kind: part for kind in _NOTES if (part := _notes(package, main, kind, tally)) is not None}
    if "comment" in notes and not settings.comments:
        tally["comment"] += len(notes["comment"].entries)
    numbering = Numbering(_optional(package, main, "numbering"), styles)
    return Document(package, styles, numbering, marks, notes, tally, settings)


def _notes(package: Package, main: str, kind: str, tally: Tally) -> NotePart | None:
    name = _part(package, main, _NOTES[kind])
    if name is None:
        return None
    root = package.root(name)
    reduce(root, tally)
    return note_part(name, root, f"w:{kind}")


def _optional(package: Package, main: str, kind: str) -> etree._Element | None:
    name = _part(package, main, kind)
    return package.root(name) if name else None


def _part(package: Package, main: str, kind: str) -> str | None:
    """Return the part of a kind: the related one, or the one with the usual name in a file that lacks relationships."""
    related = package.related(main, kind)
    usual = f"word/{kind}.xml"
    return related[0] if related else (usual if usual in package else None)


def _sections(document: Document, main: str, body: etree._Element) -> Iterator[Element]:
    """Return headers, blocks and footers of each section. The properties of a section are in its last paragraph."""
    settings = _optional(document.package, main, "settings")
    running = HeadersAndFooters(document, main, even_differs=is_on(child(settings, "w:evenAndOddHeaders")))
    reader = Body(document, main)
    for properties, blocks in _split(body):
        document.marks.configure(properties, new_section=True)
        yield from running.elements(properties, "header")
        yield from reader.elements(blocks)
        yield from running.elements(properties, "footer")


def _split(body: etree._Element) -> Iterator[tuple[etree._Element | None, list[etree._Element]]]:
    blocks: list[etree._Element] = []
    for block in body:
        if tag(block) == "w:sectPr":
            yield block, blocks
            blocks = []
            continue
        blocks.append(block)
        properties = next(
            (found for found in descendants(block, "w:sectPr") if tag(found.getparent()) == "w:pPr"), None
        )
        if properties is not None:
            yield properties, blocks
            blocks = []
    if blocks:
        yield None, blocks


def _displayed_title(document: Document, body: etree._Element) -> str | None:
    """Return the text of the first paragraph with the style of a title."""
    for paragraph in descendants(body, "w:p"):
        if document.styles.is_title(paragraph):
            texts = Body(document, _MAIN).elements([paragraph])
            title = next((element.text for element in texts if isinstance(element, Heading | Paragraph)), "")
            if title.strip():
                return title
    return None
