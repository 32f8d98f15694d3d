"""Paragraphs of DrawingML: their runs, and the bullets and numbers that are displayed before them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.parse.elements import ListItem, Paragraph
from ingest.parse.inline import Position, join_runs
from ingest.parse.ooxml.equations import equation
from ingest.parse.ooxml.local import Node, child, children
from ingest.parse.ooxml.numbering import Numbers
from ingest.parse.shared.xml_tree import local_name

ListStyles = Sequence[Node]
"""List styles that apply to a text, the nearest one first."""

# Line ends and tabs that some programs write as characters with an escape.
_ESCAPED = re.compile("_x000([9ABD])_")
_BULLETS = ("buNone", "buChar", "buBlip", "buAutoNum")
_LARGEST_START = 32_767


def text_elements(body: Node | None, styles: ListStyles = ()) -> list[Paragraph | ListItem]:
    """Return the paragraphs and list items of a text body that are not empty."""
    own = child(body, "lstStyle")
    styles = styles if own is None else (own, *styles)
    numbers = Numbers()
    elements: list[Paragraph | ListItem] = []
    for paragraph in children(body, "p"):
        text = paragraph_text(paragraph)
        if not text.strip():
            continue
        level = _level(paragraph)
        mark = _mark(_bullet(paragraph, level, styles), level, numbers)
        elements.append(ListItem(text, mark, level) if mark else Paragraph(text))
    return elements


def plain_text(body: Node | None) -> str:
    """Return the lines of a text body, numbered ones with their number, without bullets."""
    return "\n".join(
        f"{element.mark} {element.text}" if isinstance(element, ListItem) and element.mark != "-" else element.text
        for element in text_elements(body)
    )


def paragraph_text(paragraph: Node) -> str:
    """Return the text of a paragraph; forced line breaks are line ends."""
    return join_runs(_runs(paragraph))


def _runs(paragraph: Node) -> Iterator[tuple[str, Position]]:
    for node in children(paragraph):
        match local_name(node):
            case "r" | "fld":
                yield _run_text(node), _position(child(node, "rPr"))
            case "br":
                yield "\n", ""
            case "m" | "oMath" | "oMathPara":
                yield equation(node), ""


def _run_text(run: Node) -> str:
    text = "".join(node.text or "" for node in children(run, "t"))
    return _ESCAPED.sub(lambda found: "\t" if found[1] == "9" else "\n", text).replace("\x0b", "\n")


def _position(properties: Node | None) -> Position:
    baseline = "" if properties is None else properties.get("baseline", "")
    if not baseline.strip("0%."):
        return ""
    return "sub" if baseline.startswith("-") else "super"


def _level(paragraph: Node) -> int:
    properties = child(paragraph, "pPr")
    return _limited(None if properties is None else properties.get("lvl"), 0, 8)


def _bullet(paragraph: Node, level: int, styles: ListStyles) -> Node | None:
    """Return the bullet or numbering of a paragraph: its own, or that of the nearest list style."""
    properties = [child(paragraph, "pPr"), *(child(style, f"lvl{level + 1}pPr") for style in styles)]
    return next((bullet for found in properties for bullet in children(found, *_BULLETS)), None)


def _mark(bullet: Node | None, level: int, numbers: Numbers) -> str:
    """Return what is displayed before the next paragraph; nothing when it has no bullet."""
    if bullet is not None and local_name(bullet) == "buAutoNum":
        return numbers.mark(level, bullet.get("type", ""), _limited(bullet.get("startAt"), 1, _LARGEST_START))
    numbers.interrupt(level)
    return "" if bullet is None or local_name(bullet) == "buNone" else "-"


def _limited(value: str | None, default: int, largest: int) -> int:
    return min(int(value), largest) if value and value.isascii() and value.isdigit() else default
