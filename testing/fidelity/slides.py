"""Plan random presentations and write them as PPTX with python-pptx and the XML that it has no calls for."""

from __future__ import annotations

import copy
import io
import random
from collections.abc import Callable
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches

from testing.fidelity.model import Piece, label_piece
from testing.fidelity.texts import numeral
from testing.fidelity.words import Words

_SCHEMES = (
    ("arabicPeriod", "decimal", "{}."),
    ("arabicParenR", "decimal", "{})"),
    ("alphaLcParenR", "lowerLetter", "{})"),
    ("alphaUcPeriod", "upperLetter", "{}."),
    ("romanLcPeriod", "lowerRoman", "{}."),
    ("romanUcPeriod", "upperRoman", "{}."),
)
_TITLE_AND_CONTENT, _TITLE_ONLY = 1, 5


class _Slides:
    """Adds slides to a presentation and the pieces that a reading must hold."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.rng = words.rng
        self.presentation = Presentation()
        self.pieces: list[Piece] = []

    def slide(self, layout: int, construct: str) -> Any:
        """Add a slide with a title."""
        slide = self.presentation.slides.add_slide(self.presentation.slide_layouts[layout])
        title = self.words.phrase(2, 4)
        slide.shapes.title.text_frame.text = title
        self.pieces.append(Piece(construct, title))
        return slide

    def bullets(self) -> None:
        """Bullets of several levels, with words cut over runs."""
        frame = self.slide(_TITLE_AND_CONTENT, "titles").placeholders[1].text_frame
        for number in range(self.rng.randint(2, 5)):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.level = self.rng.randint(0, 2) if number else 0
            word, text = self.words.word(), self.words.phrase(1, 4)
            cut = self.rng.randint(1, len(word) - 1)
            for part in (f"{text} ", word[:cut], word[cut:]):
                paragraph.add_run().text = part
            paragraph.runs[1].font.bold = True
            self.pieces.append(Piece("bullets and runs", f"{text} {word}"))

    def numbered(self) -> None:
        """Automatic numbers in several schemes, with a start, of two levels."""
        frame = self.slide(_TITLE_AND_CONTENT, "titles").placeholders[1].text_frame
        scheme, style, pattern = self.rng.choice(_SCHEMES)
        start = self.rng.choice((1, 1, 4))
        outer, inner = start - 1, 0
        for number in range(self.rng.randint(3, 6)):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            level = 0 if number == 0 else self.rng.randint(0, 1)
            paragraph.level = level
            if level == 0:
                outer, inner = outer + 1, 0
                label = pattern.format(numeral(style, outer))
            else:
                inner += 1
                label = f"{numeral('lowerLetter', inner)})"
            text = self.words.phrase(1, 4)
            paragraph.add_run().text = text
            properties = paragraph._p.get_or_add_pPr()
            number_element = etree.SubElement(properties, qn("a:buAutoNum"))
            number_element.set("type", scheme if level == 0 else "alphaLcParenR")
            if level == 0 and start > 1:
                number_element.set("startAt", str(start))
            self.pieces += [label_piece(label, "list numbers"), Piece("list numbers", text)]

    def texts(self) -> None:
        """Tabs, line breaks, characters that XML escapes, hyphens, superscripts, links."""
        frame = self.slide(_TITLE_AND_CONTENT, "titles").placeholders[1].text_frame
        word, digits = self.words.word, self.words.digits
        signs = f"{word('latin')}_{word('latin')}_x *{word()} #{digits()} [{word()}] C:\\{word()} {word()}|{word()}"
        hyphens = f"{word()}\u2011{digits()} {digits()}\u00a0{word()} {word()}\u00ad{word().lower()}"
        lines = [
            ("tabs and breaks", f"{word()}\t{digits()}\v{self.words.token()}"),
            ("character references", f'{word()} > {digits()} & {word()} <{word()}> "{word()}" {word()}&{word()}'),
            ("character references", f"&amp;{word()}; {word()}'s"),
            ("Markdown signs", signs),
            ("hyphens and no-break spaces", hyphens),
        ]
        self.rng.shuffle(lines)
        for number, (construct, text) in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.text = text
            shown = text.replace("\u2011", "-").replace("\u00ad", "")
            self.pieces.append(Piece(construct, shown))
        paragraph = frame.add_paragraph()
        for text, baseline in ((f"{word()} {digits()}·10", 0), ("6", 30000), (f" m{word('latin')} {word()} H", 0),
                               ("2", -25000), (f"O {word()} m", 0), ("2", 30000), (f" {word()}", 0)):  # fmt: skip
            run = paragraph.add_run()
            run.text = text
            if baseline:
                run.font._element.set("baseline", str(baseline))
        runs = paragraph.runs
        shown = f"{runs[0].text}^6{runs[2].text}2{runs[4].text}^2{runs[6].text}"
        self.pieces.append(Piece("superscripts and subscripts", shown))
        paragraph = frame.add_paragraph()
        text = self.words.phrase()
        run = paragraph.add_run()
        run.text = text
        run.hyperlink.address = "https://example.org/a?b=1&c=2"
        self.pieces.append(Piece("links", text))

    def table(self) -> None:
        """A table, with cells over two columns and two rows."""
        slide = self.slide(_TITLE_ONLY, "titles")
        rows, columns = self.rng.randint(3, 5), self.rng.randint(3, 4)
        table = slide.shapes.add_table(rows, columns, Inches(1), Inches(2), Inches(8), Inches(3)).table
        merged = self.rng.random() < 0.6
        wide, tall = ((1, 1), (1, 2)), ((1, 0), (2, 0))
        if merged:
            for first, last in (wide, tall):
                table.cell(*first).merge(table.cell(*last))
        for row in range(rows):
            for column in range(columns):
                if merged and (row, column) in (wide[1], tall[1]):
                    continue
                lines = [self.words.phrase(1, 2) for _ in range(2 if self.rng.random() < 0.2 else 1)]
                table.cell(row, column).text_frame.text = "\n".join(lines)
                spans = merged and (row, column) in (wide[0], tall[0])
                construct = "merged cells" if spans else "tables"
                self.pieces.append(Piece(construct, " ".join(lines), repeats=spans))

    def boxes(self) -> None:
        """Text boxes and a group of shapes."""
        slide = self.slide(_TITLE_ONLY, "titles")
        for number in range(2):
            box = slide.shapes.add_textbox(Inches(1), Inches(2 + number), Inches(4), Inches(1))
            box.text_frame.text = self.words.sentence()
            self.pieces.append(Piece("text boxes", box.text_frame.text, order="own"))
        group = slide.shapes.add_group_shape()
        for number in range(2):
            box = group.shapes.add_textbox(Inches(5), Inches(2 + number), Inches(3), Inches(1))
            box.text_frame.text = self.words.phrase()
            self.pieces.append(Piece("groups", box.text_frame.text, order="own"))

    def notes(self) -> None:
        """Speaker notes."""
        slide = self.slide(_TITLE_AND_CONTENT, "titles")
        slide.placeholders[1].text_frame.text = body = self.words.sentence()
        slide.notes_slide.notes_text_frame.text = notes = f"{self.words.sentence()}\n{self.words.sentence()}"
        self.pieces += [Piece("text", body), Piece("speaker notes", notes, order="own")]

    def hidden(self) -> None:
        """A hidden slide."""
        before = len(self.pieces)
        slide = self.slide(_TITLE_AND_CONTENT, "titles")
        slide.placeholders[1].text_frame.text = body = self.words.sentence()
        slide._element.set("show", "0")
        absent = f"{self.pieces[before].expected} {body}"
        self.pieces[before:] = [Piece("hidden slides", absent=absent)]

    def numbered_pages(self) -> None:
        """A footer and a slide number, which may be left out."""
        slide = self.slide(_TITLE_AND_CONTENT, "titles")
        slide.placeholders[1].text_frame.text = body = self.words.sentence()
        footer = self.words.phrase()
        for placeholder in slide.slide_layout.placeholders:
            if placeholder.placeholder_format.type in (15, 13):
                element = copy.deepcopy(placeholder._element)
                slide.shapes._spTree.append(element)
                if placeholder.placeholder_format.type == 15:
                    slide.shapes[-1].text_frame.text = footer
        self.pieces += [Piece("text", body), Piece("footers", optional=f"{footer} ‹#›", order="any")]


def pptx(rng: random.Random) -> tuple[bytes, tuple[Piece, ...]]:
    """Return a presentation with every construct in random order."""
    slides = _Slides(Words(rng))
    slides.presentation.slide_width = Emu(9144000)
    kinds: list[Callable[[], None]] = [
        slides.bullets, slides.numbered, slides.texts, slides.table, slides.table, slides.boxes, slides.notes,
        slides.hidden, slides.numbered_pages,
    ]  # fmt: skip
    rng.shuffle(kinds)
    for kind in kinds:
        kind()
    buffer = io.BytesIO()
    slides.presentation.save(buffer)
    return buffer.getvalue(), tuple(slides.pieces)
