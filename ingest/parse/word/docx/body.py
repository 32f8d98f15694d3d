"""Blocks of a part (the body, a note, a header, a text box) to elements, in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from core.domain import Parsing
from ingest.parse.elements import Element, Note, Paragraph
from ingest.parse.inline import Position, join_runs, note_mark
from ingest.parse.ooxml.names import attribute, child, tag
from ingest.parse.ooxml.opc import Package
from ingest.parse.shared.compose import Label, comment_text, compose, flat
from ingest.parse.shared.left_out import Tally
from ingest.parse.word.docx.displayed import is_deleted
from ingest.parse.word.docx.drawings import Drawings
from ingest.parse.word.docx.notes import NoteMarks, NotePart
from ingest.parse.word.docx.numbering import Numbering
from ingest.parse.word.docx.runs import CommentReference, Drawn, Inline, NoteReference, RunReader, Text, TextBox
from ingest.parse.word.docx.styles import Styles
from ingest.parse.word.docx.tables import cells, is_layout, read_table

_UNREAD = frozenset({"w:sectPr", "w:tblPr", "w:tblGrid", "w:sdtPr", "w:sdtEndPr", "w:tcPr", "w:pPr"})


@dataclass(frozen=True, slots=True)
class Document:
    """What the parts of a document share. Numbers of lists and notes go on from one call to the next."""

    package: Package
    styles: Styles
    numbering: Numbering
    marks: NoteMarks
    notes: dict[str, NotePart]
    tally: Tally
    settings: Parsing


@dataclass(frozen=True, slots=True)
class Body:
    """Reads the blocks of one part of a document."""

    document: Document
    part: str

    def elements(self, blocks: Iterable[etree._Element]) -> Iterator[Element]:
        """Return the elements of blocks: paragraphs, tables, and what contains such.

        A paragraph whose end is deleted, and a large initial letter, are joined with the paragraph that follows.
        """
        pending: list[Inline] = []
        last: etree._Element | None = None
        for block in _blocks(blocks):
            if tag(block) == "w:p":
                pending += self._runs.inlines(block)
                last = block
                if _joins_next(block):
                    continue
                yield from self._paragraph(block, pending)
            else:
                if pending and last is not None:
                    yield from self._paragraph(last, pending)
                yield from self._other(block)
            pending = []
        if pending and last is not None:
            yield from self._paragraph(last, pending)

    @property
    def _runs(self) -> RunReader:
        drawings = Drawings(self.document.package, self.part, self.document.tally)
        return RunReader(self.document.styles, drawings, self.document.settings.hidden)

    def _other(self, block: etree._Element) -> Iterator[Element]:
        if tag(block) == "w:tbl":
            yield from self._table(block)
        else:
            self.document.tally["embedded document"] += 1

    def _paragraph(self, paragraph: etree._Element, inlines: list[Inline]) -> Iterator[Element]:
        """Return the paragraph, then the notes, comments, text boxes and drawings that it refers to."""
        runs: list[tuple[str, Position]] = []
        after: list[Element | TextBox] = []
        for inline in inlines:
            match inline:
                case Text(text, position):
                    runs.append((text, position))
                case NoteReference():
                    mark = self.document.marks.mark(inline)
                    runs.append((note_mark(mark), ""))
                    after += self._note(inline, mark)
                case CommentReference(identifier):
                    after += self._comment(identifier)
                case Drawn(element):
                    after.append(element)
                case TextBox():
                    after.append(inline)
        text = join_runs(runs)
        yield compose(text, self.document.styles.heading_level(paragraph), self._label(paragraph, text))
        for item in after:
            if isinstance(item, TextBox):
                yield from self.elements(item.content)
            else:
                yield item

    def _label(self, paragraph: etree._Element, text: str) -> Label | None:
        """Return the label of a paragraph that is displayed; others are not counted."""
        displayed = text.strip() or self.document.settings.hidden
        if not displayed and self.document.styles.is_hidden_mark(paragraph):
            return None
        return self.document.numbering.label(paragraph)

    def _note(self, reference: NoteReference, mark: str) -> list[Element]:
        text = self._entry(reference.kind, reference.id)
        # The author typed a mark of their own into the note, too.
        return [Note(mark, text.removeprefix(reference.mark).strip())] if text else []

    def _comment(self, identifier: str) -> list[Element]:
        if not self.document.settings.comments:
            return []
        text = self._entry("comment", identifier)
        part = self.document.notes.get("comment")
        author = attribute(part.entries.get(identifier), "w:author") if part else ""
        return [Paragraph(comment_text(text, author))] if text else []

    def _entry(self, kind: str, identifier: str) -> str:
        part = self.document.notes.get(kind)
        if part is None or identifier not in part.entries:
            return ""
        return flat(Body(self.document, part.name).elements(part.entries[identifier]))

    def _table(self, table: etree._Element) -> Iterator[Element]:
        if is_layout(table):
            for cell in cells(table):
                yield from self.elements(cell)
            return
        notes: list[Element] = []

        def read(cell: etree._Element) -> str:
            elements = list(self.elements(cell))
            notes.extend(element for element in elements if isinstance(element, Note))
            return flat(element for element in elements if not isinstance(element, Note))

        yield from read_table(table, read)
        yield from notes


def _blocks(blocks: Iterable[etree._Element]) -> Iterator[etree._Element]:
    """Return paragraphs, tables and embedded documents, also those within content controls and the like."""
    for block in blocks:
        name = tag(block)
        if name in ("w:p", "w:tbl", "w:altChunk"):
            yield block
        elif name not in _UNREAD:
            yield from _blocks(block)


def _joins_next(paragraph: etree._Element) -> bool:
    properties = child(paragraph, "w:pPr")
    initial = attribute(child(properties, "w:framePr"), "w:dropCap") in ("drop", "margin")
    return initial or is_deleted(child(properties, "w:rPr"))
