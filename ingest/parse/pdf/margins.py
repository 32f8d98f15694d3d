"""Headers, footers and page numbers: what is repeated at the edges of pages.

A running header is kept where it is first and left out of the other pages; numbers of pages are left out everywhere. A
line is repeated if the same text is at the same height of nearby pages; numbers in it may differ only as the numbers of
the pages do. So a total that is below each page's table stays: its number does not grow with the page's.

Not covered: page numbers in letters ("page three"), running headers that are on two pages only of a longer document.
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
    """A line at the edge of a page: `page` and `line` are indexes."""

    page: int
    line: int
    text: str
    height: float
    outermost: bool
    apart: bool
    large: bool


@dataclass(frozen=True, slots=True)
class Margins:
    """What to leave out: indexes of lines for each page, and how to report them."""

    lines: Mapping[int, frozenset[int]]
    left_out: tuple[str, ...]


def find_margins(pages: Sequence[tuple[Sequence[Line], Box]]) -> Margins:
    """Find what is repeated. Each page is its lines from top to bottom, and its bounds."""
    edges = [edge for number, page in enumerate(pages) for edge in _edges(number, *page)]
    least = 2 if len(pages) == 2 else _LEAST_PAGES
    dropped: dict[int, set[int]] = defaultdict(set)
    headers: list[tuple[str, int]] = []
    for group in _groups(edges):
        enough = _LEAST_PAGES_LARGE if group[0].large else least
        if len({edge.page for edge in group}) < enough or not _counts(group) or _is_sentence(group[0].text):
            continue
        numbers_only = all(_PAGE_NUMBER.match(edge.text) for edge in group)
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


def _reported(text: str, pages: int) -> str:
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}…"
    return f"the repeated line '{shown}' on {pages} {'page' if pages == 1 else 'pages'}"


def _edges(number: int, lines: Sequence[Line], bounds: Box) -> Iterable[_Edge]:
    margin = _EDGE * bounds.height
    written = [n for n, line in enumerate(lines) if line.words]
    usual = median([lines[n].size for n in written]) if written else 0.0
    top = [n for n in _apart(lines, written) if lines[n].box.bottom <= bounds.top + margin]
    bottom = [n for n in _apart(lines, written[::-1]) if lines[n].box.top >= bounds.bottom - margin]
    outermost = {*written[:_OUTERMOST], *written[-_OUTERMOST:]}
    for line in sorted({*top, *bottom, *outermost}):
        yield _Edge(
            page=number,
            line=line,
            text=lines[line].text,
            height=lines[line].baseline - bounds.top,
            outermost=line in outermost,
            apart=line in top or line in bottom,
            large=lines[line].size > _LARGER * usual,
        )


def _apart(lines: Sequence[Line], order: Sequence[int]) -> Sequence[int]:
    """Return the lines from an edge on, in this order, that a space parts from the text after them."""
    last = 0
    for number, (line, following) in enumerate(pairwise(order[: _EDGE_LINES + 1]), 1):
        above, below = sorted((lines[line].box, lines[following].box), key=lambda box: box.top)
        if below.top - above.bottom > _APART * lines[line].size:
            last = number
    return order[:last]


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
