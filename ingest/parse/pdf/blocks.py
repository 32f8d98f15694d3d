"""Lines of one column to blocks: paragraphs, headings, list items and tables.

A block ends where the file shows it: a wider space, another size, a bold line, an indented first line, the mark of a
list item. A line that ends early, although the next word would have fitted, keeps its line end: addresses, forms,
code. Headings are larger than the text of the document, or bold and alone in their line.

Not covered: headings that differ in colour or font only; lists without marks.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

from ingest.parse.pdf.geometry import Box, Grid
from ingest.parse.pdf.lines import Line
from ingest.parse.pdf.marks import is_bullet, list_mark, number_of

_LARGER = 1.12
"""A heading is larger than the text by this factor; word processors use 1.17 or more for their lowest larger level."""

_SAME_SIZE, _SMALL = 0.06, 0.95
_WIDER = 1.3
"""In usual distances of lines: a wider distance ends a block."""

_INDENT = 0.8
"""In sizes of the font."""

_LONGEST_HEADING = 25
"""Words; 15 for one that is only bold."""

_LEADER = re.compile(r"(?:\.\s?){4,}\s*\S{1,8}$|_{3,}")

Kind = Literal["text", "heading", "item", "table"]


@dataclass(slots=True)
class Block:
    """Lines that belong together.

    `ends[i]` says whether line i keeps its line end; `rest` is the first line of an item without its mark;
    `relative` is the size of the font in sizes of the running text.
    """

    kind: Kind
    lines: list[Line] = field(default_factory=list)
    ends: list[bool] = field(default_factory=list)
    grid: Grid | None = None
    mark: str = ""
    left: float = 0.0
    rest: str = ""
    relative: float = 1.0

    @property
    def size(self) -> float:
        """Return the size of the font."""
        return self.lines[0].size if self.lines else 0.0

    @property
    def texts(self) -> list[str]:
        """Return the text of each line, without the mark of an item."""
        written = [line.text for line in self.lines]
        return [self.rest, *written[1:]] if self.kind == "item" else written


@dataclass(frozen=True, slots=True)
class Style:
    """What the text of a document looks like: the size of most of its letters, and whether they are bold."""

    size: float
    bold: bool


def styles_of(pages: Sequence[Sequence[Line]]) -> list[Style]:
    """Return the style of the running text on each page: that of the document, unless a page has another scale."""
    counts = [_letters(lines) for lines in pages]
    total = sum(counts, Counter())
    usual = _most_common(total)
    return [usual if _shares(count, usual.size) else _most_common(count) for count in counts]


_OWN_SCALE = 0.1
_LEAST_LETTERS = 500
"""A page has a scale of its own if less than this part of its letters, of this many, have the usual size."""


def _letters(lines: Iterable[Line]) -> Counter[tuple[float, bool]]:
    counts: Counter[tuple[float, bool]] = Counter()
    for line in lines:
        for word in line.words:
            counts[round(word.size, 1), word.bold] += len(word.text)
    return counts


def _most_common(counts: Counter[tuple[float, bool]]) -> Style:
    sizes: Counter[float] = Counter()
    for (size, _), count in counts.items():
        sizes[size] += count
    bold = sum(count for (_, is_bold), count in counts.items() if is_bold)
    return Style(max(sizes, key=lambda size: sizes[size], default=0.0), bold > counts.total() / 2)


def _shares(counts: Counter[tuple[float, bool]], usual: float) -> bool:
    alike = sum(count for (size, _), count in counts.items() if abs(size - usual) <= _SAME_SIZE * usual)
    return counts.total() < _LEAST_LETTERS or alike >= _OWN_SCALE * counts.total()


def blocks_of(lines: Sequence[Line], style: Style, bounds: Box | None = None) -> list[Block]:
    """Return the blocks of one column. `bounds` are those of the page where the column is as wide as the page."""
    blocks: list[Block] = []
    right = _right_edge(lines, bounds)
    usual = _usual_step(lines)
    for number, line in enumerate(lines):
        if line.table is not None:
            blocks.append(Block("table", grid=line.table))
            continue
        before = blocks[-1] if blocks and blocks[-1].kind != "table" else None
        mark = _mark(line, before, lines[number - 1] if number else None, blocks, right)
        if mark is not None:
            blocks.append(Block("item", [line], mark=mark[0], rest=mark[1], left=line.left))
        elif before is None or _begins(line, before, usual, right, lines[number + 1 :]) or _is_note(line, style):
            blocks.append(Block("text", [line], left=line.left))
        else:
            before.ends.append(_ends_early(before.lines[-1], line, right))
            before.lines.append(line)
    for block in blocks:
        block.relative = block.size / (style.size or 1.0)
        if block.kind in ("text", "item") and _is_heading(block, style):
            block.kind = "heading"
    return blocks


def _usual_step(lines: Sequence[Line]) -> float:
    """Return the usual distance of baselines, in sizes of the font."""
    steps = [
        (below.baseline - above.baseline) / below.size
        for above, below in itertools.pairwise(lines)
        if above.words and below.words and _same_size(above, below) and below.baseline > above.baseline
    ]
    near = [step for step in steps if step < 2.2]
    # The distance of lines in a paragraph is the smaller one where there are many short paragraphs.
    return min(median(near), 1.05 * _quartile(near) + 0.1) if near else 1.2


def _quartile(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 4]


def _same_size(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= _SAME_SIZE * max(one.size, other.size)


def _begins(line: Line, block: Block, usual: float, right: float, following: Sequence[Line]) -> bool:
    """Say whether a line begins a block of its own."""
    last = block.lines[-1]
    step = (line.baseline - last.baseline) / (line.size or 1.0)
    if not 0 < step <= _WIDER * usual or not _same_size(line, last):
        return True
    if line.text.startswith("[^"):
        return True
    if line.bold != last.bold and (line.bold or all(one.bold for one in block.lines)):
        return True
    indent = _INDENT * line.size
    if block.kind == "item":
        # The text of an item is at its mark or right of it; left of it only if its first line is indented and full.
        outdented = line.left < block.left - 1
        hanging = len(block.lines) > 1 and last.left >= block.left - 1
        return outdented and (hanging or _ends_early(last, line, right))
    if line.left > block.lines[0].left + indent and len(block.lines) > 1 and line.left > last.left + indent:
        return bool(following) and following[0].left < line.left - indent / 2
    return False


def _is_note(line: Line, style: Style) -> bool:
    """Say whether a line begins a footnote whose number is not raised."""
    return line.size < _SMALL * style.size and bool(re.match(r"\d{1,3} \S", line.text))


def _mark(
    line: Line, block: Block | None, above: Line | None, blocks: Sequence[Block], right: float
) -> tuple[str, str] | None:
    """Return the mark of a line that begins a list item, and the text after it."""
    text = line.text
    found = list_mark(text)
    if found is None:
        return None
    mark, _ = found
    if block is None or above is None or is_bullet(mark):
        return found
    far = (line.baseline - above.baseline) / (line.size or 1.0) > _WIDER * 1.2
    if far or not _same_size(line, above) or _ends_early(above, line, right):
        return found
    if block.kind == "item" and abs(line.left - block.left) < 2:
        return found
    number = number_of(mark)
    before = next((number_of(one.mark) for one in reversed(blocks) if one.kind == "item"), None)
    follows = number is not None and (number == 1 or (before is not None and number == before + 1))
    return found if follows and re.search(r"[.:;!?)]$", above.text) else None


def _right_edge(lines: Sequence[Line], bounds: Box | None) -> float:
    """Return where the lines of a column end when they are full.

    That is where several end; if none do, the text is narrower than its column, whose margins are taken as equal.
    """
    written = [line for line in lines if line.words]
    if not written:
        return 0.0
    right = max(line.right for line in written)
    full = sum(line.right >= right - 2 * line.size for line in written)
    if bounds is None or (full >= 2 and len(written) >= 3):
        return right
    return max(right, bounds.right - (min(line.left for line in written) - bounds.left))


def _ends_early(line: Line, after: Line, right: float) -> bool:
    """Say whether the first word of the next line would have fitted into this one."""
    if _LEADER.search(line.text):
        return True
    first = after.words[0]
    return line.right + (first.right - first.left) + 0.5 * line.size < right


def _is_heading(block: Block, style: Style) -> bool:
    words = [word for line in block.lines for word in line.words]
    letters = sum(map(str.isalpha, "".join(word.text for word in words)))
    if letters < 2 or len(block.lines) > 3 or len(words) > _LONGEST_HEADING:
        return False
    if block.kind == "item" and is_bullet(block.mark):
        return False
    text = block.lines[-1].text
    if block.size >= _LARGER * style.size:
        return not re.search(r"[a-z][.;,]$", text) or len(words) <= 8
    bold = all(line.bold for line in block.lines) and not style.bold
    return (
        bold
        and block.size >= 0.95 * style.size
        and len(words) <= 15
        and not re.search(r"[.;,:]$", text)
        and len(block.lines) <= 2
    )


_NEXT_LEVEL = 0.08
_MOST_SIZES = 4
"""Headings of one level differ in size by less than the first (pages of one file may have different scales); more sizes
than the second are ornaments of a title page, and the smallest are one level."""


def heading_levels(blocks: Iterable[Block]) -> list[float]:
    """Return the relative sizes of the headings, the largest first; sizes that hardly differ are one."""
    sizes: list[float] = []
    for size in sorted({round(block.relative, 2) for block in blocks if block.kind == "heading"}, reverse=True):
        if len(sizes) < _MOST_SIZES and (not sizes or size < sizes[-1] * (1 - _NEXT_LEVEL)):
            sizes.append(size)
    return sizes


def level_of(block: Block, sizes: Sequence[float]) -> int:
    """Return the level of a heading: its size among those of all headings, and the depth of its number."""
    rank = sum(size * (1 - _NEXT_LEVEL) > block.relative for size in sizes[:-1])
    number = re.match(r"(\d{1,3}(?:\.\d{1,3})+)\b", block.lines[0].text)
    return 1 + rank + (number[1].count(".") if number and rank == len(sizes) - 1 else 0)
