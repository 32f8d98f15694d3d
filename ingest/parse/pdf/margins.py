"""Headers, footers and page numbers: what is repeated at the edges of pages.

A running header is kept where it is first and left out of the other pages; numbers of pages are left out everywhere. A
line is repeated if the same text is at the same height of nearby pages; numbers in it may differ only as the numbers of
the pages do. So a total that is below each page's table stays: its number does not grow with the page's.

A header that is kept costs little, a sentence that is lost makes an answer wrong. So a line stays if it is on fewer
than three pages, unless it is the page's own number; if anything between it and the edge of the page stays; if it is a
part of a sentence; or if the space between it and the text is no wider than those within the text on half of its pages.
The last does not hold for the first or last line of most pages of a long document.

Not covered: page numbers in letters ("page three"), running headers that are on two pages only, or that are below or
above a line that differs on each page.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.parse.pdf.geometry import Box
from ingest.parse.pdf.lines import Line

_EDGE_LINES = 4
"""Lines from the top or bottom of a page that may be repeated, if they are at the edge."""

_OUTERMOST = 2
"""Lines from the top or bottom that may be numbered as the pages are, wherever the page's text ends."""

_APART = 0.6
"""In sizes of the font: the space between a running header, or footer, and the text; lines are 0.1 to 0.5 apart."""

_WIDER = 1.1
"""In spaces between the paragraphs of the page (median): that between a running header, or footer, and the text."""

_LONGEST = 10
"""Words of a sentence that may be a running header."""

_EDGE = 0.15
"""The part of the page's height that is its edge."""

_SAME_HEIGHT = 6.0
"""Points."""

_LONGEST_SHOWN = 60

_NEARBY = 2
"""Pages: headers of left and right pages differ."""

_LEAST_PAGES, _LEAST_PAGES_LARGE = 3, 6
"""Titles of short parts ("CERTIFICATION") are repeated too: larger text must be on more pages."""

_LEAST_PAGES_EVERYWHERE = 6
"""The first or last line of most pages needs no wide space to the text, if these are at least as many."""

_LARGER = 1.12
"""In sizes of the page's lines (median)."""

_ROMAN = re.compile(r"[ivxl]+$", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.|s\.|pg\.?)?\s*[-–—|\[(]*\s*(?:\d{1,4}|[A-Z]-\d{1,3}|[ivxl]{1,6})\s*[-–—|\])]*"
    r"(?:\s*(?:of|von|/|de|sur)\s*\d{1,4})?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line at the edge of a page: `page` and `line` are indexes, `outside` are the lines between it and the edge.

    `passage` is the text of the lines that no space parts from it. `apart` says whether a space parts it from the text,
    `clear` whether that space is wider than the usual one between paragraphs.
    """

    page: int
    line: int
    text: str
    passage: str
    height: float
    outside: tuple[int, ...]
    outermost: bool
    apart: bool
    clear: bool
    large: bool


@dataclass(frozen=True, slots=True)
class Margins:
    """What to leave out: indexes of lines for each page, and how to report them."""

    lines: Mapping[int, frozenset[int]]
    left_out: tuple[str, ...]


def find_margins(pages: Sequence[tuple[Sequence[Line], Box]]) -> Margins:
    """Find what is repeated. Each page is its lines from top to bottom, and its bounds."""
    edges = [edge for number, page in enumerate(pages) for edge in _edges(number, *page)]
    running = _unbroken(list(_groups(edges)), len(pages))
    dropped: dict[int, set[int]] = defaultdict(set)
    headers: list[tuple[str, int]] = []
    for group in running:
        numbers_only = _numbers_only(group)
        repeated = group if numbers_only else group[1:]
        if not numbers_only:
            headers.append((group[0].text, len(repeated)))
        for edge in repeated:
            dropped[edge.page].add(edge.line)
    for page, (lines, _) in enumerate(pages):
        # A page of nothing else keeps its lines.
        if len(dropped.get(page, ())) == sum(bool(line.words or line.table) for line in lines):
            dropped.pop(page, None)
    left_out = tuple(_reported(text, count) for text, count in headers)
    return Margins({page: frozenset(lines) for page, lines in dropped.items()}, left_out)


def _is_margin(group: Sequence[_Edge], pages: int) -> bool:
    """Say whether a line that is on several pages is a running header, a footer or the number of the page."""
    if not group or not _counts(group):
        return False
    if _numbers_only(group) and pages == 2:
        return len(group) == 2 and all(_is_number_of(edge) for edge in group)
    large = group[0].large
    if len(group) < (_LEAST_PAGES_LARGE if large else _LEAST_PAGES):
        return False
    if _numbers_only(group):
        return True
    if any(edge.text != group[0].text for edge in group):
        # "Step 1", "Step 2" in large letters are the titles of the pages.
        return not large and not _is_sentence(group[0].text)
    if any(_is_sentence(edge.passage) for edge in group):
        return False
    everywhere = len(group) >= _LEAST_PAGES_EVERYWHERE and 2 * len(group) > pages
    return (everywhere and not any(edge.outside for edge in group)) or 2 * sum(edge.clear for edge in group) > len(
        group
    )


def _numbers_only(group: Sequence[_Edge]) -> bool:
    return all(_PAGE_NUMBER.match(edge.text) for edge in group)


def _is_number_of(edge: _Edge) -> bool:
    """Say whether a line is the number of its own page, counted from 1."""
    return _NUMBER.findall(edge.text)[:1] == [str(edge.page + 1)]


def _unbroken(groups: Sequence[Sequence[_Edge]], pages: int) -> list[Sequence[_Edge]]:
    """Return what is a margin, without the lines that have a line of the text between them and the edge of the page."""
    left = [group for group in groups if _is_margin(group, pages)]
    while True:
        margins = {(edge.page, edge.line) for group in left for edge in group}
        unbroken = [
            [edge for edge in group if all((edge.page, line) in margins for line in edge.outside)] for group in left
        ]
        if [len(group) for group in unbroken] == [len(group) for group in left]:
            return left
        left = [group for group in unbroken if _is_margin(group, pages)]


def _reported(text: str, pages: int) -> str:
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}…"
    return f"the repeated line '{shown}' on {pages} {'page' if pages == 1 else 'pages'}"


def _edges(number: int, lines: Sequence[Line], bounds: Box) -> Iterable[_Edge]:
    margin = _EDGE * bounds.height
    written = [n for n, line in enumerate(lines) if line.words]
    present = [n for n, line in enumerate(lines) if line.words or line.table]
    usual = median([lines[n].size for n in written]) if written else 0.0
    top = [n for n in _apart(lines, written) if lines[n].box.bottom <= bounds.top + margin]
    bottom = [n for n in _apart(lines, written[::-1]) if lines[n].box.top >= bounds.bottom - margin]
    clear = {*_clear(lines, written), *_clear(lines, written[::-1])}
    outermost = {*written[:_OUTERMOST], *written[-_OUTERMOST:]}
    for line in sorted({*top, *bottom, *outermost}):
        at = written.index(line)
        below = line in bottom or (line not in top and line in written[-_OUTERMOST:])
        yield _Edge(
            page=number,
            line=line,
            text=lines[line].text,
            passage=_passage(lines, written, at),
            height=lines[line].baseline - bounds.top,
            outside=tuple(n for n in present if (n > line if below else n < line)),
            outermost=line in outermost,
            apart=line in top or line in bottom,
            clear=line in clear,
            large=lines[line].size > _LARGER * usual,
        )


def _space(lines: Sequence[Line], one: int, other: int) -> float:
    """Return the space between two lines, in sizes of the font of the first."""
    above, below = sorted((lines[one].box, lines[other].box), key=lambda box: box.top)
    return (below.top - above.bottom) / lines[one].size


def _apart(lines: Sequence[Line], order: Sequence[int]) -> Sequence[int]:
    """Return the lines from an edge on, in this order, that a space parts from the text after them."""
    spaces = [_space(lines, *pair) for pair in pairwise(order[: _EDGE_LINES + 1])]
    return order[: max((number for number, space in enumerate(spaces, 1) if space > _APART), default=0)]


def _clear(lines: Sequence[Line], order: Sequence[int]) -> Sequence[int]:
    """Return the lines from an edge on, in this order, before a space that is wider than those of the text after it."""
    spaces = [_space(lines, *pair) for pair in pairwise(order)]
    for number in range(min(_EDGE_LINES, len(spaces)), 0, -1):
        before, after = (
            [space for space in part if space > _APART] for part in (spaces[: number - 1], spaces[number:])
        )
        if spaces[number - 1] > max(_APART, _WIDER * median(after or before or [0.0])):
            return order[:number]
    return ()


def _passage(lines: Sequence[Line], written: Sequence[int], at: int) -> str:
    """Return the text of the lines around one that no space parts from it."""
    first = last = at
    while first and _space(lines, written[first], written[first - 1]) <= _APART:
        first -= 1
    while last + 1 < len(written) and _space(lines, written[last], written[last + 1]) <= _APART:
        last += 1
    return " ".join(lines[number].text for number in written[first : last + 1])


def _groups(edges: Iterable[_Edge]) -> Iterable[list[_Edge]]:
    """Group the lines that read alike, are at one height and on nearby pages."""
    alike: dict[str, list[_Edge]] = defaultdict(list)
    for edge in edges:
        key = "#" if _ROMAN.match(edge.text) else _NUMBER.sub("#", edge.text)
        alike[" ".join(key.split())].append(edge)
    for found in alike.values():
        open_groups: list[list[_Edge]] = []
        for edge in sorted(found, key=lambda one: one.page):
            for group in open_groups:
                last = group[-1]
                if 0 < edge.page - last.page <= _NEARBY and (
                    (edge.apart and last.apart and abs(edge.height - last.height) <= _SAME_HEIGHT)
                    or _counts_on(last, edge)
                ):
                    group.append(edge)
                    break
            else:
                open_groups.append([edge])
        yield from open_groups


def _is_sentence(text: str) -> bool:
    return len(text.split()) > _LONGEST and text.endswith(".")


def _counts_on(last: _Edge, edge: _Edge) -> bool:
    """Say whether the text ends a page, or begins it, and its number has grown as that of the page."""
    return last.outermost and edge.outermost and last.text != edge.text and _counts((last, edge))


def _counts(group: Sequence[_Edge]) -> bool:
    """Say whether the numbers in the lines are the same on each page, or grow with the pages."""
    if all(edge.text == group[0].text for edge in group):
        return True
    if all(_ROMAN.match(edge.text) for edge in group):
        return True
    numbers = [[int(number) for number in _NUMBER.findall(edge.text)] for edge in group]
    for column in zip(*numbers, strict=True):
        constant = len(set(column)) == 1
        counting = len({value - edge.page for value, edge in zip(column, group, strict=True)}) == 1
        if not constant and not counting:
            return False
    return True
