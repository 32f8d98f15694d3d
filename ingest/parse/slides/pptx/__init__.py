"""Presentations of PowerPoint (.pptx, .ppsx, .pptm, .potx …): bytes to elements.

    shapes.py         the shapes of a slide in reading order
    placeholders.py   titles and bodies of slides, and the list styles that they inherit
    tables.py         tables; what shapes have in common with other drawings is in `ingest/parse/ooxml/`

Read, for each slide: its title as heading (only a title placeholder is one), texts, lists with the numbers displayed,
tables, the titles and values of charts, SmartArt, equations, the alternative text that an author gave a picture, and
then the speaker notes, as paragraphs below the slide. The number of a page is the number that the slide displays.

Left out and reported: hidden slides and shapes, and comments, each unless the settings ask for them; pictures,
embedded objects, damaged slides.
Left out: date, footer and slide number; texts of layouts and masters; the names of sections; animations and media.

Not covered: text inside pictures; struck-through text, which is read like any other; what a field would show today
(its last value is read).

python-pptx is not used: it refuses slide shows and templates, and one damaged part costs it the whole file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Element, PageStart, Paragraph, ParsedElements, first_heading
from ingest.parse.ooxml.local import Node, child, children, relation_id
from ingest.parse.ooxml.opc import Package, open_package
from ingest.parse.ooxml.text import plain_text, text_elements
from ingest.parse.shared.compose import comment_text
from ingest.parse.shared.left_out import Tally, listed
from ingest.parse.slides.pptx.placeholders import Layouts, placeholder_type
from ingest.parse.slides.pptx.shapes import ShapeReader

_LARGEST_FIRST_NUMBER = 9_999
# What programs write as title when nobody has written one.
_UNNAMED = re.compile(r"PowerPoint\b.*|Presentation\d*|Slide \d+|Folie \d+|Präsentation\d*", re.IGNORECASE | re.DOTALL)


def parse_pptx(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the elements of a presentation. Raise DocumentError when it is damaged or encrypted."""
    package = open_package(content)
    presentation = package.main("ppt/presentation.xml")
    reader = _Reader(package, presentation, settings)
    elements = [element for number, slide in _slides(package, presentation) for element in reader.slide(number, slide)]
    return ParsedElements(tuple(elements), _title(package) or first_heading(elements), reader.report())


def _slides(package: Package, presentation: str) -> Iterator[tuple[int, str]]:
    """Return the slides' numbers as displayed and the names of their parts, in the order of the show."""
    root = package.root(presentation)
    first = root.get("firstSlideNum", "1")
    number = min(int(first), _LARGEST_FIRST_NUMBER) if first.isdecimal() else 1
    for slide in children(child(root, "sldIdLst"), "sldId"):
        yield number, package.target(presentation, relation_id(slide)) or ""
        number += 1


class _Reader:
    """Reads slides one by one and keeps account of what is left out."""

    def __init__(self, package: Package, presentation: str, settings: Parsing) -> None:
        self._package = package
        self._layouts = Layouts(package, presentation)
        self._settings = settings
        self._hidden: list[int] = []
        self._damaged: list[int] = []
        self._left_out = Tally()

    def slide(self, number: int, part: str) -> list[Element]:
        """Return the elements of a slide; none when it is hidden or damaged."""
        try:
            root = self._package.root(part)
            if root.get("show") in ("0", "false") and not self._settings.hidden:
                self._hidden.append(number)
                return []
            return [PageStart(max(1, number)), *self._shapes(root, part), *self._notes(part), *self._comments(part)]
        except DocumentError:
            self._damaged.append(number)
            return []

    def report(self) -> tuple[str, ...]:
        """Return what was left out, as noun phrases."""
        slides = [
            listed(f"the {kind} slide", numbers)
            for kind, numbers in (("hidden", self._hidden), ("damaged", self._damaged))
            if numbers
        ]
        return (*slides, *self._left_out.phrases())

    def _shapes(self, root: Node, part: str) -> list[Element]:
        reader = ShapeReader(self._package, part, self._layouts.of(part), self._settings.hidden, self._left_out)
        return reader.read(child(root, "cSld", "spTree"))

    def _notes(self, part: str) -> list[Element]:
        trees = [child(root, "cSld", "spTree") for root in self._related(part, "notesSlide")]
        bodies = [shape for tree in trees for shape in children(tree, "sp") if placeholder_type(shape) == "body"]
        return [element for shape in bodies for element in text_elements(child(shape, "txBody"))]

    def _comments(self, part: str) -> list[Element]:
        roots = self._related(part, "comments")
        comments = [comment for root in roots for comment in root.iter("{*}cm", "{*}reply")]
        if self._settings.comments:
            return [Paragraph(comment_text(_comment(comment))) for comment in comments]
        self._left_out["comment"] += len(comments)
        return []

    def _related(self, part: str, kind: str) -> list[Node]:
        return [self._package.root(name) for name in self._package.related(part, kind)]


def _comment(comment: Node) -> str:
    """Return the text of a comment; those before Office 2021 have plain text, the later ones a text body."""
    body = child(comment, "txBody")
    text = child(comment, "text")
    return plain_text(body) if body is not None else (text.text or "") if text is not None else ""


def _title(package: Package) -> str | None:
    """Return the title among the document's properties, if an author has written it."""
    title = package.title()
    return title if title and not _UNNAMED.fullmatch(title) else None
