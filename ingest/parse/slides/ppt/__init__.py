"""Presentations of PowerPoint 97 to 2003 (.ppt): bytes to elements.

    records.py   the records of the file that are current
    text.py      texts with levels, bullets, raised and lowered characters

Read, for each slide: its title as heading, the other texts from back to front, and the speaker notes below. Many files
with this ending are .pptx; their content decides.

Left out and reported: hidden slides and comments, each unless the settings ask for them; embedded objects.
Left out: date, footer and slide number; texts of masters.

Not covered: list numbers that only a master asks for, tables (their cells are read one by one), charts, PowerPoint 95.

No maintained library for Python reads the format. kreuzberg reads the prompts of masters as headings, reads hidden
slides, and loses the beginnings of slides.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.domain import Parsing
from ingest.parse.elements import Element, Heading, PageStart, Paragraph, ParsedElements, first_heading
from ingest.parse.shared.compose import comment_text
from ingest.parse.shared.left_out import Tally, listed
from ingest.parse.slides.ppt.records import (
    BINARY_DATA,
    COMMENT,
    EMBEDDED,
    INFO_LIST,
    NOTES,
    OUTLINE_STYLE_HEADER_9,
    OUTLINE_STYLES_9,
    OUTLINE_TEXT,
    PLACEHOLDER,
    SHAPE,
    SHAPE_TEXT,
    SLIDE,
    SLIDE_ATOM,
    SLIDE_LIST,
    SLIDE_PERSIST,
    SLIDE_SHOW,
    STRING,
    STYLE_9,
    TAGS,
    Presentation,
    Record,
)
from ingest.parse.slides.ppt.text import TITLE_KINDS, Text, numbering_of, texts
from ingest.parse.slides.pptx import parse_pptx

_ZIP = b"PK\x03\x04"
_HIDDEN = 0x0004
_SLIDES, _NOTES = 0, 2
_TITLES = frozenset({13, 15, 17})
_DECORATION = frozenset({5, 7, 8, 9, 10, 11})
"""Date, slide number, footer, header, and the picture of the slide on its page of notes."""


def parse_ppt(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the elements of a presentation. Raise DocumentError when it is damaged or encrypted."""
    if content.startswith(_ZIP):
        return parse_pptx(content, settings)
    return _Reader(Presentation(content), settings).read()


class _Reader:
    """Reads the slides of a presentation and keeps account of what is left out."""

    def __init__(self, presentation: Presentation, settings: Parsing) -> None:
        self._presentation = presentation
        self._settings = settings
        self._hidden: list[int] = []
        self._left_out = Tally()
        self._numbering = dict(_outline_numbering(presentation.document))
        self._notes = {persist.number(12): persist.number(0) for persist, _ in self._list(_NOTES)}

    def read(self) -> ParsedElements:
        """Return the elements of all slides."""
        elements: list[Element] = []
        for number, (persist, outline) in enumerate(self._list(_SLIDES), start=1):
            slide = self._presentation.record(persist.number(0), SLIDE)
            if slide is not None:
                elements += self._slide(number, slide, outline)
        return ParsedElements(tuple(elements), first_heading(elements), self._report())

    def _report(self) -> tuple[str, ...]:
        slides = [listed("the hidden slide", self._hidden)] if self._hidden else []
        return (*slides, *self._left_out.phrases())

    def _list(self, instance: int) -> Iterator[tuple[Record, list[Text]]]:
        """Return the slides (or notes) in order, with the texts that the outline has of each."""
        for found in self._presentation.document.children(SLIDE_LIST):
            if found.instance != instance:
                continue
            persist: Record | None = None
            outline: list[Record] = []
            for record in found.children():
                if record.kind == SLIDE_PERSIST:
                    if persist is not None:
                        yield persist, self._outline(persist, outline)
                    persist, outline = record, []
                else:
                    outline.append(record)
            if persist is not None:
                yield persist, self._outline(persist, outline)

    def _outline(self, persist: Record, found: list[Record]) -> list[Text]:
        """Return the texts that the outline has of a slide, with their numbers."""
        read = texts(found)
        for text in read:
            text.numbering = self._numbering.get((persist.number(12), text.kind), {})
        return read

    def _slide(self, number: int, slide: Record, outline: list[Text]) -> list[Element]:
        show = next(slide.children(SLIDE_SHOW), None)
        if show is not None and show.content[10:11] and show.content[10] & _HIDDEN and not self._settings.hidden:
            self._hidden.append(number)
            return []
        shapes = [(_placeholder(shape), self._text(shape, outline)) for shape in slide.inside(SHAPE)]
        written = [(kind, text) for kind, text in shapes if text is not None and kind not in _DECORATION]
        headings = [Heading(_one_text(text)) for kind, text in written if _is_title(kind, text)]
        others = [element for kind, text in written if not _is_title(kind, text) for element in text.elements()]
        self._left_out["embedded object"] += sum(1 for _ in slide.inside(EMBEDDED))
        return [PageStart(number), *headings, *others, *self._notes_of(slide), *self._comments_of(slide)]

    def _text(self, shape: Record, outline: list[Text]) -> Text | None:
        """Return the text of a shape: its own, or one of the outline."""
        for box in shape.children(SHAPE_TEXT):
            for reference in box.children(OUTLINE_TEXT):
                return outline[reference.number(0)] if reference.number(0) < len(outline) else None
            for text in texts(box.children()):
                for style in _added(shape, STYLE_9):
                    text.numbering = numbering_of(style.content)
                return text
        return None

    def _notes_of(self, slide: Record) -> Iterator[Element]:
        atom = next(slide.children(SLIDE_ATOM), None)
        number = self._notes.get(atom.number(16), 0) if atom is not None else 0
        notes = self._presentation.record(number, NOTES) if number else None
        if notes is not None:
            for shape in notes.inside(SHAPE):
                text = self._text(shape, [])
                if text is not None and _placeholder(shape) not in _DECORATION:
                    yield from text.elements()

    def _comments_of(self, slide: Record) -> Iterator[Element]:
        for comment in slide.inside(COMMENT):
            if not self._settings.comments:
                self._left_out["comment"] += 1
                continue
            for part in comment.children(STRING):
                if part.instance == 1:
                    yield Paragraph(comment_text(part.content.decode("utf-16-le", "replace")))


def _outline_numbering(document: Record) -> Iterator[tuple[tuple[int, int], dict[int, tuple[str, int]]]]:
    """Return the numbering of the outline's texts, by the slide and the kind of the text."""
    for info in document.children(INFO_LIST):
        for styles in _added(info, OUTLINE_STYLES_9):
            key = (0, 0)
            for record in styles.children():
                if record.kind == OUTLINE_STYLE_HEADER_9:
                    key = (record.number(0), record.number(4))
                elif record.kind == STYLE_9:
                    yield key, numbering_of(record.content)


def _added(record: Record, kind: int) -> Iterator[Record]:
    """Return what PowerPoint 2000 added to a shape or a document."""
    for tags in record.inside(TAGS):
        for data in tags.inside(BINARY_DATA):
            yield from data.children(kind)


def _placeholder(shape: Record) -> int:
    """Return the kind of placeholder that a shape is; 0 for a shape of its own."""
    return next((found.content[4] for found in shape.inside(PLACEHOLDER) if len(found.content) > 4), 0)


def _is_title(placeholder: int, text: Text) -> bool:
    return placeholder in _TITLES or (placeholder != 0 and text.kind in TITLE_KINDS)


def _one_text(text: Text) -> str:
    return " ".join(element.text for element in text.elements())
