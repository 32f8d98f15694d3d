"""Pages to elements: the stages from words to the parts of the document, in order.

direction.py  text from right to left, placed as if it ran from left to right
lines.py      words to lines
margins.py    what is repeated at the edges of pages is left out
ruled.py      tables with drawn lines; aligned.py: tables without
columns.py    the reading order of columns
blocks.py     lines to paragraphs, headings and list items
hyphens.py    words that a line's end parts
notes.py      footnotes, after the paragraph that refers to them
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.parse.elements import Element, Heading, ListItem, PageStart, Paragraph, Table
from ingest.parse.pdf.aligned import with_tables
from ingest.parse.pdf.blocks import Block, Style, blocks_of, heading_levels, level_of, styles_of
from ingest.parse.pdf.columns import reading_order
from ingest.parse.pdf.direction import from_left_to_right
from ingest.parse.pdf.geometry import Box, Grid, Page, Word, turned
from ingest.parse.pdf.hyphens import Spelling, join_lines, joined
from ingest.parse.pdf.lines import Line, lines_of
from ingest.parse.pdf.margins import find_margins
from ingest.parse.pdf.notes import with_notes
from ingest.parse.pdf.ruled import ruled_tables


@dataclass(frozen=True, slots=True)
class _Text:
    """The lines of a page that run at one angle, from top to bottom, the edges of the page and the lines drawn on
    it."""

    lines: tuple[Line, ...]
    bounds: Box
    rules: tuple[Box, ...]


def elements_of(pages: Sequence[Page]) -> tuple[list[Element], tuple[str, ...]]:
    """Return the elements of all pages, and what was left out of them as repeated."""
    texts = [_texts(page) for page in pages]
    margins = find_margins([(page[0].lines, page[0].bounds) if page else ((), _NOTHING) for page in texts])
    kept = [
        [_without(text, margins.lines.get(number, frozenset())) if not at else text for at, text in enumerate(page)]
        for number, page in enumerate(texts)
    ]
    regions = [[region for text in page for region in _regions(text)] for page in kept]
    lines = [[line for region in page for line in region.lines] for page in regions]
    styles = styles_of(lines)
    spelling = Spelling(line.text for page in lines for line in page if line.words)
    blocks = [_blocks(page, style) for page, style in zip(regions, styles, strict=True)]
    sizes = heading_levels(block for page in blocks for block in page)
    written = _joined_over_pages([_Page(page, spelling, sizes).elements() for page in blocks], spelling)
    elements: list[Element] = []
    for page, content in zip(pages, written, strict=True):
        elements += [PageStart(page.number), *content]
    return elements, margins.left_out


_NOTHING = Box(0.0, 0.0, 0.0, 0.0)


def _texts(page: Page) -> list[_Text]:
    """Return the text of each angle, that with most letters first; drawn lines make tables with the first."""
    letters: Counter[int] = Counter()
    for word in page.words:
        letters[word.angle] += len(word.text)
    texts = []
    for number, (angle, _) in enumerate(letters.most_common()):
        own = tuple(word for word in page.words if word.angle == angle)
        turned_page = from_left_to_right(_turned(replace(page, words=own), angle))
        words = list(turned_page.words)
        tables: list[Grid] = []
        if not number:
            tables, words = ruled_tables(turned_page, words, _cell_text)
        texts.append(_Text(tuple(lines_of(words, tables)), turned_page.bounds, turned_page.horizontals))
    return texts


def _turned(page: Page, angle: int) -> Page:
    if not angle:
        return page
    drawn = [_turned_box(box, angle) for box in (*page.horizontals, *page.verticals)]
    return replace(
        page,
        bounds=_turned_box(page.bounds, angle),
        horizontals=tuple(box for box in drawn if box.width > box.height),
        verticals=tuple(box for box in drawn if box.width <= box.height),
    )


def _turned_box(box: Box, angle: int) -> Box:
    return turned(box.left, -box.bottom, box.right, -box.top, angle)


def _cell_text(words: Sequence[Word]) -> str:
    """Return the lines of a cell; words are joined later, when all of the document is known."""
    return "\n".join(line.text for line in lines_of(words))


def _without(text: _Text, left_out: frozenset[int]) -> _Text:
    if not left_out:
        return text
    return replace(text, lines=tuple(line for number, line in enumerate(text.lines) if number not in left_out))


@dataclass(frozen=True, slots=True)
class _Region:
    """The lines of one column; `bounds` are those of the page where the column is as wide as the page."""

    lines: Sequence[Line]
    bounds: Box | None
    rules: Sequence[Box]


def _regions(text: _Text) -> list[_Region]:
    columns = reading_order(text.lines)
    bounds = text.bounds if len(columns) == 1 else None
    return [_Region(lines, bounds, text.rules) for lines in columns]


def _blocks(regions: Sequence[_Region], style: Style) -> list[Block]:
    blocks: list[Block] = []
    for region in regions:
        found = blocks_of(with_tables(region.lines, region.rules), style, region.bounds)
        if blocks and found and _goes_on(blocks[-1], found[0]):
            first = found.pop(0)
            blocks[-1].ends += [False, *first.ends]
            blocks[-1].lines += first.lines
        blocks += found
    return blocks


def _goes_on(last: Block, first: Block) -> bool:
    """Say whether a paragraph goes on at the top of the next column."""
    if last.kind not in ("text", "item") or first.kind != "text" or abs(last.size - first.size) > 0.5:
        return False
    end, begin = last.lines[-1].text, first.lines[0].text
    return begin[:1].islower() and end[-1:] not in ".!?:"


@dataclass(frozen=True, slots=True)
class _Page:
    """The blocks of one page, and what is known of the document."""

    blocks: Sequence[Block]
    spelling: Spelling
    sizes: Sequence[float]

    def elements(self) -> list[Element]:
        written = [(self._element(block), block.relative < 0.95) for block in self.blocks]
        return with_notes(written)

    def _element(self, block: Block) -> Element:
        if block.grid is not None:
            return Table(tuple(self._cells(row) for row in block.grid.rows), block.grid.header_rows)
        separators = ["\n" if ends else " " for ends in block.ends]
        text = join_lines(block.texts, self.spelling, separators)
        if block.kind == "heading":
            return Heading(" ".join(text.split()), level_of(block, self.sizes))
        if block.kind == "item":
            return ListItem(text, block.mark)
        return Paragraph(text)

    def _cells(self, row: Iterable[str | None]) -> tuple[str | None, ...]:
        return tuple(None if cell is None else join_lines(cell.split("\n"), self.spelling) for cell in row)


def _joined_over_pages(pages: list[list[Element]], spelling: Spelling) -> Iterator[list[Element]]:
    """Complete a word that the end of a page parts on the page where it begins."""
    for number, page in enumerate(pages):
        if number + 1 < len(pages) and page and pages[number + 1]:
            last, first = page[-1], pages[number + 1][0]
            if isinstance(last, Paragraph | ListItem) and isinstance(first, Paragraph) and last.text.endswith("-"):
                word, _, rest = first.text.partition(" ")
                if word[:1].islower():
                    page = [*page[:-1], replace(last, text=joined(last.text, word, spelling))]
                    pages[number + 1] = [Paragraph(rest), *pages[number + 1][1:]]
        yield page
