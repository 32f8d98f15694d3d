"""The content of a paragraph in order: text with its position on the line, references, and drawings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lxml import etree

from ingest.parse.elements import Element
from ingest.parse.inline import Position
from ingest.parse.ooxml.equations import equation
from ingest.parse.ooxml.names import attribute, child, descendants, tag
from ingest.parse.shared.symbols import decode_symbols, symbol
from ingest.parse.word.docx.drawings import Drawings
from ingest.parse.word.docx.styles import Styles

NoteKind: TypeAlias = Literal["footnote", "endnote"]
_TABS = frozenset({"w:tab", "w:ptab"})
_LINE_ENDS = frozenset({"w:br", "w:cr"})
_DRAWINGS = frozenset({"w:drawing", "w:pict", "w:object"})
_UNSHOWN = frozenset({"w:pPr", "w:sdtPr", "w:sdtEndPr", "w:customXmlPr", "w:smartTagPr", "w:fldData"})


@dataclass(frozen=True, slots=True)
class Text:
    """Characters of a run."""

    text: str
    position: Position = ""


@dataclass(frozen=True, slots=True)
class NoteReference:
    """The reference to a note; `mark` is the author's own, if it is not a number."""

    kind: NoteKind
    id: str
    mark: str


@dataclass(frozen=True, slots=True)
class CommentReference:
    """The reference to a comment."""

    id: str


@dataclass(frozen=True, slots=True)
class TextBox:
    """The content of a text box that is anchored here."""

    content: etree._Element


@dataclass(frozen=True, slots=True)
class Drawn:
    """An element that a drawing was read as."""

    element: Element


Inline: TypeAlias = Text | NoteReference | CommentReference | TextBox | Drawn


@dataclass(frozen=True, slots=True)
class RunReader:
    """Reads the paragraphs of one part."""

    styles: Styles
    drawings: Drawings
    read_hidden: bool

    def inlines(self, paragraph: etree._Element) -> list[Inline]:
        """Return the content of a paragraph. A paragraph with hidden text is counted once."""
        found = list(self._children(paragraph, paragraph))
        if None in found:
            self.drawings.tally["passage of hidden text"] += 1
        return [inline for inline in found if inline is not None]

    def _children(self, parent: etree._Element, paragraph: etree._Element) -> Iterator[Inline | None]:
        """Return the content of a part of a paragraph; None in place of hidden text."""
        for element in parent:
            match tag(element):
                case "w:r":
                    yield from self._run(element, paragraph)
                case "m:oMath" | "m:oMathPara":
                    yield Text(_spaced_equation(element))
                case name if name not in _UNSHOWN:
                    yield from self._children(element, paragraph)

    def _run(self, run: etree._Element, paragraph: etree._Element) -> Iterator[Inline | None]:
        if self.styles.is_hidden(run, paragraph) and not self.read_hidden:
            if any((text.text or "").strip() for text in descendants(run, "w:t")):
                yield None
            return
        if (reference := _custom_reference(run)) is not None:
            yield reference
            return
        position, font = self.styles.position(run, paragraph), self.styles.font(run, paragraph)
        for element in run:
            yield from self._content(element, paragraph, position, font)

    def _content(
        self, element: etree._Element, paragraph: etree._Element, position: Position, font: str
    ) -> Iterator[Inline | None]:
        name = tag(element)
        if written := _characters(element, name, font):
            yield Text(written, position)
        elif name in ("w:footnoteReference", "w:endnoteReference"):
            yield _reference(element, "")
        elif name == "w:commentReference":
            yield CommentReference(attribute(element, "w:id"))
        elif name in _DRAWINGS:
            yield from self._drawing(element)
        elif name == "w:ruby":
            yield from self._ruby(element, paragraph)
        elif name.startswith("mc:"):
            for inner in element:
                yield from self._content(inner, paragraph, position, font)

    def _drawing(self, drawing: etree._Element) -> Iterator[Inline]:
        for box in self.drawings.boxes(drawing):
            yield TextBox(box)
        for element in self.drawings.elements(drawing):
            yield Drawn(element)

    def _ruby(self, ruby: etree._Element, paragraph: etree._Element) -> Iterator[Inline | None]:
        """Return the base text, then its reading in brackets."""
        base, reading = child(ruby, "w:rubyBase"), child(ruby, "w:rt")
        if base is not None:
            yield from self._children(base, paragraph)
        if reading is not None:
            yield Text("(")
            yield from self._children(reading, paragraph)
            yield Text(")")


def _characters(element: etree._Element, name: str, font: str) -> str:
    if name == "w:t":
        return decode_symbols((element.text or "").replace("\n", " "), font)
    if name in _TABS:
        return "\t"
    if name in _LINE_ENDS:
        return "\n"
    if name == "w:noBreakHyphen":
        return "-"
    if name == "w:sym":
        return symbol(attribute(element, "w:char"), attribute(element, "w:font"))
    return ""


def _custom_reference(run: etree._Element) -> NoteReference | None:
    """Return the note that a run refers to with a mark of its own, which is the run's text."""
    for reference in descendants(run, "w:footnoteReference", "w:endnoteReference"):
        if attribute(reference, "w:customMarkFollows") in ("1", "true", "on"):
            mark = "".join(_characters(element, tag(element), "") for element in run).strip()
            return _reference(reference, mark) if mark else None
    return None


def _reference(element: etree._Element, mark: str) -> NoteReference:
    kind: NoteKind = "footnote" if tag(element) == "w:footnoteReference" else "endnote"
    return NoteReference(kind, attribute(element, "w:id"), mark)


def _spaced_equation(element: etree._Element) -> str:
    """Return an equation; those of a paragraph of their own are on lines of their own."""
    if tag(element) == "m:oMath":
        return equation(element)
    return "\n".join(equation(inner) for inner in element if tag(inner) == "m:oMath")
