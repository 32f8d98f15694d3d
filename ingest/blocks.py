"""Split a document's text into blocks with offsets: the lines that belong together, and the headings above them.

A line-based parser of CommonMark and GitHub's tables: ATX and setext headings, fenced code, tables, list items,
paragraphs, front matter, HTML comments. Not covered: nesting (a code fence inside a list item ends the item),
reference definitions, and setext headings of more than one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from core.text import collapse_padding

Kind = Literal["paragraph", "item", "table", "code"]
Markup = Literal["markdown", "plain"]

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_ITEM = re.compile(r"[ \t]*(?:[-*+•·]|\d{1,9}[.)])[ \t]+\S")
_TABLE_RULE = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_RULE = re.compile(r" {0,3}(?:[-*_][ \t]*){3,}$")
# The line that opens front matter has no blank line after it; with one, it is a rule.
_FRONT_MATTER = re.compile(r"---\n(?!\s*\n)(.*?\n)??---(?:\n|\Z)", re.DOTALL)
_INLINE = re.compile(r"\{#.*?\}|[*_`]+|!?\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Block:
    """`text[start:end]` of the document. `lead` is the header of the table that the block is the body of."""

    kind: Kind
    start: int
    end: int
    section: tuple[str, ...] = ()
    lead: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    title: str
    lines: int


def split_blocks(text: str, *, markdown: bool) -> list[Block]:
    """Return the blocks in order, without headings, blank lines, rules and comments."""
    if not markdown:
        return list(_plain_blocks(list(_lines(text, 0))))
    return list(_markdown_blocks(list(_lines(text, _body_start(text)))))


def front_matter(text: str) -> str:
    """Return the lines between the two `---` at the head of a Markdown text; empty when there are none."""
    found = _FRONT_MATTER.match(text)
    return (found.group(1) or "") if found else ""


def main_heading(text: str) -> str | None:
    """Return the first heading of level 1 of a Markdown text, as plain text; None when there is none."""
    lines = list(_lines(text, _body_start(text)))
    index = 0
    while index < len(lines):
        heading = _heading_at(lines, index)
        if heading is not None and heading.level == 1 and heading.title:
            return heading.title
        fence = _FENCE.match(lines[index].text)
        end = _end_of_fence(lines, index, fence.group(1)) if fence else _end_of_comment(lines, index)
        index = end or index + 1
    return None


def _body_start(text: str) -> int:
    found = _FRONT_MATTER.match(text)
    return found.end() if found else 0


def _lines(text: str, position: int) -> Iterator[_Line]:
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        yield _Line(text[position:end], position, end)
        position = end + 1


def _plain_blocks(lines: list[_Line]) -> Iterator[Block]:
    index = 0
    while index < len(lines):
        if not lines[index].text.strip():
            index += 1
            continue
        end = index + 1
        while end < len(lines) and lines[end].text.strip():
            end += 1
        yield Block("paragraph", lines[index].start, lines[end - 1].end)
        index = end


def _markdown_blocks(lines: list[_Line]) -> Iterator[Block]:
    path: dict[int, str] = {}
    index = 0
    while index < len(lines):
        line = lines[index].text
        section = tuple(path[level] for level in sorted(path))
        if heading := _heading_at(lines, index):
            path = {level: title for level, title in path.items() if level < heading.level}
            if heading.title:
                path[heading.level] = heading.title
            index += heading.lines
        elif not line.strip() or _RULE.match(line):
            index += 1
        elif end := _end_of_comment(lines, index):
            index = end
        elif fence := _FENCE.match(line):
            end = _end_of_fence(lines, index, fence.group(1))
            yield Block("code", lines[index].start, lines[end - 1].end, section)
            index = end
        elif _is_table(lines, index):
            end = _end_of_paragraph(lines, index + 2)
            header = f"{collapse_padding(line).strip()}\n{collapse_padding(lines[index + 1].text).strip()}"
            body = index + 2 if end > index + 2 else index
            yield Block("table", lines[body].start, lines[end - 1].end, section, header if body != index else "")
            index = end
        else:
            end = _end_of_text(lines, index)
            kind: Kind = "item" if _ITEM.match(line) else "paragraph"
            yield Block(kind, lines[index].start, lines[end - 1].end, section)
            index = end


def plain_heading(text: str) -> str:
    """Return a heading without the marks of emphasis, links and attributes."""
    return _INLINE.sub(lambda match: match.group(1) or "", text).strip()


def _heading_at(lines: list[_Line], index: int) -> _Heading | None:
    line = lines[index].text
    if atx := _HEADING.match(line):
        title = atx.group(2).rstrip(" \t")
        # A blank separates closing marks; that of "C#" belongs to the title.
        unclosed = title.rstrip("#")
        closed = not unclosed or unclosed[-1] in " \t"
        return _Heading(len(atx.group(1)), plain_heading(unclosed if closed else title), lines=1)
    if _is_setext(lines, index):
        level = 1 if lines[index + 1].text.lstrip().startswith("=") else 2
        return _Heading(level, plain_heading(line), lines=2)
    return None


def _is_setext(lines: list[_Line], index: int) -> bool:
    if index + 1 >= len(lines) or not lines[index].text.strip() or _ITEM.match(lines[index].text):
        return False
    before = lines[index - 1].text.strip() if index else ""
    return not before and bool(_SETEXT.match(lines[index + 1].text)) and "|" not in lines[index].text


def _is_table(lines: list[_Line], index: int) -> bool:
    if index + 1 >= len(lines) or "|" not in lines[index].text:
        return False
    rule = lines[index + 1].text
    return "|" in rule and bool(_TABLE_RULE.match(rule))


def _end_of_fence(lines: list[_Line], index: int, fence: str) -> int:
    for end in range(index + 1, len(lines)):
        closing = _FENCE.match(lines[end].text)
        if closing and closing.group(1).startswith(fence) and not lines[end].text.strip().strip(fence[0]):
            return end + 1
    return len(lines)


def _end_of_comment(lines: list[_Line], index: int) -> int | None:
    """Return the index after an HTML comment that begins on this line and is alone on its lines; else None."""
    if not lines[index].text.lstrip().startswith("<!--"):
        return None
    for end in range(index, len(lines)):
        _, closed, rest = lines[end].text.partition("-->")
        if closed:
            return None if rest.strip() else end + 1
    return None


def _end_of_paragraph(lines: list[_Line], index: int) -> int:
    while index < len(lines) and lines[index].text.strip():
        index += 1
    return index


def _end_of_text(lines: list[_Line], index: int) -> int:
    """Return the index after a paragraph or list item: a blank line, or the beginning of another block."""
    index += 1
    while index < len(lines):
        line = lines[index].text
        if not line.strip() or _ITEM.match(line) or _HEADING.match(line) or _FENCE.match(line):
            break
        if _is_table(lines, index):
            break
        index += 1
    return index
