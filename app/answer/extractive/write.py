"""Write the chosen excerpts as Markdown with their citation markers.

Sentences that follow each other are one paragraph, items a list, rows a table under its header, code a fenced block.
The marker is at the end of each paragraph, list and table, and on a line of its own after code; a lead-in has that of
what it introduces. Text that several passages contain word for word is shown once and cites all of them: [1, 2, 3].
Text of a neighbour of a passage, which none contains, cites the passage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import dedent

from app.answer.extractive.choose import Excerpt
from app.answer.extractive.text import compared, item_number, plain, row
from app.answer.extractive.units import Outline, UnitKind
from app.answer.types import Passage

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_NESTED = 2
"""Blanks by which a nested item is indented further than its own item."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Units of one group as they are written: a line of Markdown each, and the text that is compared with passages.

    `introduces` says that the next piece follows under it, and has its marker.
    """

    kind: UnitKind
    lines: tuple[str, ...]
    raw: tuple[str, ...]
    header: str
    introduces: bool


def write(excerpts: Sequence[Excerpt], passages: Sequence[Passage]) -> str:
    """Return the answer; "" without excerpts."""
    texts = {passage.index: compared(passage.chunk.text) for passage in passages}
    written: list[str] = []
    seen: set[str] = set()
    for excerpt in excerpts:
        for piece in _pieces(excerpt, seen):
            numbers = [number for number, text in texts.items() if all(raw in text for raw in piece.raw)]
            numbers = numbers or [excerpt.passage.index]
            written.append(_marked(piece, f"[{', '.join(map(str, sorted(numbers)))}]"))
    return "\n\n".join(written)


def _pieces(excerpt: Excerpt, seen: set[str]) -> Iterator[_Piece]:
    """Yield the groups of an excerpt without the units that were written before."""
    lines = excerpt.outline
    new = list(_new(excerpt, seen))
    introducing = {lines.group_of(position).lead_in for position in new}
    for _, positions in groupby(new, key=lambda position: lines.units[position].group):
        run = list(positions)
        group = lines.group_of(run[0])
        raw = [lines.raw(position) for position in run]
        of_list = lines.list_of(run[0])
        if group.kind == "row":
            shown = [row(text) for text in raw]
        elif group.kind == "code":
            shown = [_fenced(text) for text in raw]
        elif group.kind == "item":
            alone = sum(lines.group_of(one).kind == "item" and lines.list_of(one) == of_list for one in new) == 1
            depths = [_indentation(lines, position) for position in run]
            shown = _items([_mark(text, alone=alone) for text in raw], [plain(text) for text in raw], depths)
        else:
            shown = [plain(text) for text in raw]
        yield _Piece(group.kind, tuple(shown), tuple(map(compared, raw)), group.header, run[-1] in introducing)


def _indentation(lines: Outline, position: int) -> int:
    """Return the number of blanks before a unit on its line."""
    start = lines.text.rfind("\n", 0, lines.units[position].start) + 1
    line = lines.text[start : lines.units[position].end].expandtabs(4)
    return len(line) - len(line.lstrip())


def _items(marks: Sequence[str], texts: Sequence[str], depths: Sequence[int]) -> list[str]:
    """Return the lines of a list; an item that is indented further than the one before it is nested under that one."""
    written: list[str] = []
    above: list[tuple[int, int]] = []
    for mark, text, depth in zip(marks, texts, depths, strict=True):
        while above and depth < above[-1][0] + _NESTED:
            above.pop()
        indentation = above[-1][1] if above else 0
        written.append(f"{' ' * indentation}{mark} {text}")
        above.append((depth, indentation + len(mark) + 1))
    return written


def _mark(item: str, *, alone: bool) -> str:
    """Return the mark of a list item; a step without the others has no number."""
    number = item_number(item)
    return f"{number}." if number and not alone else "-"


def _new(excerpt: Excerpt, seen: set[str]) -> Iterator[int]:
    for position in excerpt.positions:
        key = compared(excerpt.outline.raw(position))
        if key not in seen:
            seen.add(key)
            yield position


def _fenced(code: str) -> str:
    """Return a code block with both of its fences, without the indentation that it has under an item."""
    lines = dedent(code).strip("\n").splitlines()
    opening = _FENCE.match(lines[0])
    fence = (opening or _FENCE.match(lines[-1]) or ["", "```"])[1]
    opened = lines if opening else [fence, *lines]
    closed = len(opened) > 1 and opened[-1].strip().startswith(fence)
    return "\n".join(opened if closed else [*opened, fence])


def _marked(piece: _Piece, marker: str) -> str:
    if piece.kind == "sentence":
        return " ".join(piece.lines if piece.introduces else [*piece.lines, marker])
    if piece.kind == "code":
        return "\n".join([*piece.lines, marker])
    if piece.kind == "item":
        return "\n".join([*piece.lines[:-1], f"{piece.lines[-1]} {marker}"])
    last = piece.lines[-1]
    end = f"{last[:-1].rstrip()} {marker} |" if last.endswith("|") else f"{last} {marker}"
    return "\n".join([*([piece.header] if piece.header else []), *piece.lines[:-1], end])
