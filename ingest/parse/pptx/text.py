"""Paragraphs of DrawingML: their runs, and the bullets and numbers that are displayed before them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.parse.docx.equations import equation
from ingest.parse.elements import ListItem, Paragraph
from ingest.parse.inline import Position, join_runs
from ingest.parse.numerals import number
from ingest.parse.pptx.names import Node, child, children, local_name

ListStyles = Sequence[Node]
"""List styles that apply to a text, the nearest one first."""

# Line ends and tabs that some programs write as characters with an escape.
_ESCAPED = re.compile("_x000([9ABD])_")
_BULLETS = ("buNone", "buChar", "buBlip", "buAutoNum")
_LARGEST_START = 32_767
_STYLES = {
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "circleNum": "decimalEnclosedCircle",
    "ea1ChsPlain": "chineseCounting",
    "ea1ChsPeriod": "chineseCounting",
}
_FORMS = {"ParenBoth": "({})", "ParenR": "{})", "Period": "{}.", "Minus": "{}-"}


def text_elements(body: Node | None, styles: ListStyles = ()) -> list[Paragraph | ListItem]:
    """Return the paragraphs and list items of a text body that are not empty."""
    own = child(body, "lstStyle")
    styles = styles if own is None else (own, *styles)
    numbers = _Numbers()
    elements: list[Paragraph | ListItem] = []
    for paragraph in children(body, "p"):
        text = paragraph_text(paragraph)
        if not text.strip():
            continue
        level = _level(paragraph)
        mark = numbers.mark(level, _bullet(paragraph, level, styles))
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


class _Numbers:
    """Counts the numbered paragraphs of a text on each level, as PowerPoint does.

    A number goes on until a paragraph of an outer level, or one of its own level with other numbering, comes between.
    """

    def __init__(self) -> None:
        self._counts: dict[int, tuple[tuple[str, int], int]] = {}

    def mark(self, level: int, bullet: Node | None) -> str:
        """Return what is displayed before the next paragraph; nothing when it has no bullet."""
        self._counts = {deeper: count for deeper, count in self._counts.items() if deeper <= level}
        if bullet is None or local_name(bullet) != "buAutoNum":
            self._counts.pop(level, None)
            return "" if bullet is None or local_name(bullet) == "buNone" else "-"
        scheme = (bullet.get("type", ""), _limited(bullet.get("startAt"), 1, _LARGEST_START))
        before, count = self._counts.get(level, (scheme, scheme[1] - 1))
        count = count + 1 if before == scheme else scheme[1]
        self._counts[level] = (scheme, count)
        return _written(count, scheme[0])


def _written(count: int, scheme: str) -> str:
    """Return a number under one of PowerPoint's schemes; in scripts other than Latin in digits."""
    style = next((style for prefix, style in _STYLES.items() if scheme.startswith(prefix)), "decimal")
    form = next((form for suffix, form in _FORMS.items() if scheme.endswith(suffix)), "{}")
    return form.format(number(count, style))


def _limited(value: str | None, default: int, largest: int) -> int:
    return min(int(value), largest) if value and value.isascii() and value.isdigit() else default
