"""The text of a document: its blocks in reading order, the lines in them, and what is anchored in the lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from core.domain import Parsing
from ingest.parse.elements import Element, Heading, ListItem, Note, Paragraph
from ingest.parse.inline import Position, join_runs, note_mark
from ingest.parse.odf.lists import Counters
from ingest.parse.odf.names import Node, attribute, child, children, count, name
from ingest.parse.odf.styles import Styles
from ingest.parse.odf.tables import cells, is_layout, read_table
from ingest.parse.shared.compose import comment_text, flat
from ingest.parse.shared.left_out import Tally

_WHITE_SPACE = re.compile(r"[ \t\r\n]+")
_MOST_BLANKS = 1_000
_DEEPEST = 60
_SHAPES = frozenset(
    "draw:frame draw:custom-shape draw:rect draw:ellipse draw:circle draw:line draw:polyline draw:polygon draw:path "
    "draw:regular-polygon draw:connector draw:caption draw:measure draw:g draw:a".split()
)
_SKIPPED = frozenset(
    "text:tracked-changes text:sequence-decls text:variable-decls text:user-field-decls text:dde-connection-decls "
    "text:alphabetical-index-auto-mark-file text:number text:script text:note office:annotation text:hidden-text "
    "text:hidden-paragraph text:ruby office:forms office:event-listeners svg:title svg:desc table:shapes".split()
)


@dataclass
class _Line:
    """A line under construction: its runs, and the elements that follow it."""

    runs: list[tuple[str, Position]] = field(default_factory=list)
    after: list[Element] = field(default_factory=list)
    hidden: bool = False


class TextReader:
    """Reads blocks of one document; `shape` reads a frame or a drawn shape.

    What is not read is counted in `left_out` by its name in the singular.
    """

    def __init__(
        self,
        styles: Styles,
        settings: Parsing,
        shape: Callable[[Node], Iterable[Element]],
        left_out: Tally,
    ) -> None:
        self.left_out = left_out
        self.styles = styles
        self._settings = settings
        self._shape = shape
        self._outline = Counters()
        self._lists: dict[str, Counters] = {}
        self._last_list: tuple[str, Counters] = ("", Counters())
        self._depth = 0

    def blocks(self, nodes: Iterable[Node]) -> Iterator[Element]:
        """Return the elements of blocks that follow each other."""
        self._depth += 1
        if self._depth <= _DEEPEST:
            for node in nodes:
                yield from self._block(node)
        else:
            self.left_out["deeply nested part"] += 1
        self._depth -= 1

    def _block(self, node: Node) -> Iterable[Element]:
        match name(node):
            case "text:p":
                return self._paragraph(node)
            case "text:h":
                return self._heading(node)
            case "text:list":
                return self._list(node)
            case "text:numbered-paragraph":
                return self._numbered_paragraph(node)
            case "table:table":
                return self.blocks(cells(node)) if is_layout(node) else self._table(node)
            case "text:section" if self._hides(node):
                self.left_out[f"the hidden section '{attribute(node, 'text:name')}'"] += 1
                return []
            case "office:annotation":
                return self._comment(node)
            case known if known in _SHAPES:
                return self._shape(node)
            case known if known in _SKIPPED or known.endswith("-source"):
                return []
        return self.blocks(children(node))

    def _table(self, node: Node) -> list[Element]:
        """Return a table, and then the notes of all its cells."""
        notes: list[Element] = []

        def read_cell(cell: Node) -> str:
            elements = list(self.blocks(children(cell)))
            notes.extend(element for element in elements if isinstance(element, Note))
            return flat(element for element in elements if not isinstance(element, Note))

        return [*read_table(node, read_cell), *notes]

    def _paragraph(self, node: Node) -> list[Element]:
        text, after = self._text(node)
        style = attribute(node, "text:style-name")
        return [Heading(text) if self.styles.is_title(style) else Paragraph(text), *after]

    def _heading(self, node: Node, mark: str = "") -> list[Element]:
        text, after = self._text(node)
        level = max(1, count(node, "text:outline-level", 1, 10))
        if not mark and text.strip():
            mark = self._outline_mark(node, level)
        return [Heading(f"{mark} {text}" if mark else text, level), *after]

    def _outline_mark(self, node: Node, level: int) -> str:
        if attribute(node, "text:is-list-header") == "true" or self.styles.outline is None:
            return ""
        if self.styles.list_of(attribute(node, "text:style-name")) == "":
            return ""
        restarts = attribute(node, "text:restart-numbering") == "true"
        start = count(node, "text:start-value", 1) if restarts or attribute(node, "text:start-value") else None
        mark = self._outline.next_mark(self.styles.outline, level, start)
        return _written_number(node) or mark.removeprefix("-")

    def _text(self, node: Node) -> tuple[str, list[Element]]:
        """Return the text of a paragraph, and the elements that follow it; nothing when it is hidden."""
        line = _Line()
        self._inline(node, "", line)
        if (line.hidden or self.styles.hides("paragraph", attribute(node, "text:style-name"))) and self._leaves_out():
            self.left_out["passage of hidden text"] += 1
            return "", []
        return join_runs(line.runs), line.after

    def _leaves_out(self) -> bool:
        return not self._settings.hidden

    def _hides(self, section: Node) -> bool:
        display = attribute(section, "text:display")
        hidden = display == "none" or (display == "condition" and attribute(section, "text:is-hidden") == "true")
        return hidden and self._leaves_out()

    def _inline(self, node: Node, position: Position, line: _Line) -> None:
        _add(line, node.text, position)
        for inner in node:
            self._inner(inner, position, line)
            _add(line, inner.tail, position)

    def _inner(self, node: Node, position: Position, line: _Line) -> None:
        match name(node):
            case "text:s":
                line.runs.append((" " * count(node, "text:c", 1, _MOST_BLANKS), position))
            case "text:tab":
                line.runs.append(("\t", position))
            case "text:line-break":
                line.runs.append(("\n", position))
            case "text:span":
                self._span(node, position, line)
            case "text:note":
                self._note(node, line)
            case "office:annotation":
                line.after += self._comment(node)
            case "text:ruby":
                self._ruby(node, position, line)
            case "text:hidden-text" | "text:hidden-paragraph" as kind:
                self._conditional(node, kind, position, line)
            case known if known in _SHAPES:
                line.after += self._shape(node)
            case known if known in _SKIPPED:
                pass
            case _:
                self._inline(node, position, line)

    def _span(self, node: Node, position: Position, line: _Line) -> None:
        style = attribute(node, "text:style-name")
        if self.styles.hides("text", style) and self._leaves_out():
            self.left_out["passage of hidden text"] += 1
            return
        own = self.styles.position(style)
        self._inline(node, position if own is None else own, line)

    def _note(self, node: Node, line: _Line) -> None:
        citation = child(node, "text:note-citation")
        mark = "".join(citation.itertext()).strip() if citation is not None else ""
        text = flat(self.blocks(children(child(node, "text:note-body"))))
        line.runs.append((note_mark(mark), ""))
        line.after.append(Note(mark, text))

    def _comment(self, node: Node) -> list[Element]:
        if not self._settings.comments:
            self.left_out["comment"] += 1
            return []
        text, creator = flat(self.blocks(children(node, "text:p", "text:list"))), child(node, "dc:creator")
        return [Paragraph(comment_text(text, "" if creator is None else (creator.text or "").strip()))]

    def _ruby(self, node: Node, position: Position, line: _Line) -> None:
        """Add a text and, in brackets, the reading that is displayed above it."""
        for base in children(node, "text:ruby-base"):
            self._inline(base, position, line)
        for reading in children(node, "text:ruby-text"):
            line.runs.append(("(", position))
            self._inline(reading, position, line)
            line.runs.append((")", position))

    def _conditional(self, node: Node, kind: str, position: Position, line: _Line) -> None:
        hidden = attribute(node, "text:is-hidden") == "true"
        if kind == "text:hidden-paragraph":
            line.hidden = line.hidden or hidden
        elif hidden and self._leaves_out():
            self.left_out["passage of hidden text"] += 1
        else:
            _add(line, attribute(node, "text:string-value") or node.text, position)

    def _list(self, node: Node) -> Iterator[Element]:
        """Return the items of a list of the outermost level."""
        style = self._list_style_name(node)
        before = attribute(node, "text:continue-list")
        last_style, last = self._last_list
        continues = attribute(node, "text:continue-numbering") == "true" and last_style == style
        counters = self._lists.get(before) or (last if continues else Counters())
        if named := attribute(node, "xml:id"):
            self._lists[named] = counters
        self._last_list = (style, counters)
        yield from self._items(node, style, 1, counters)

    def _list_style_name(self, node: Node) -> str:
        own = attribute(node, "text:style-name")
        first = next((found for found in node.iter() if name(found) in ("text:p", "text:h")), None)
        return own or self.styles.list_of(attribute(first, "text:style-name")) or ""

    def _items(self, node: Node, style: str, level: int, counters: Counters) -> Iterator[Element]:
        for item in children(node, "text:list-item", "text:list-header"):
            yield from self._item(item, style, level, counters)

    def _item(self, item: Node, style: str, level: int, counters: Counters) -> Iterator[Element]:
        labelled = name(item) == "text:list-item"
        for block in children(item):
            match name(block):
                case "text:list":
                    inner = attribute(block, "text:style-name") or style
                    if attribute(block, "text:continue-numbering") != "true":
                        counters.restart(level + 1)
                    yield from self._items(block, inner, level + 1, counters)
                case "text:p" | "text:h":
                    mark = self._item_mark(item, style, level, counters) if labelled else ""
                    yield from self._labelled(block, mark, level)
                    labelled = False
                case _:
                    yield from self._block(block)

    def _item_mark(self, item: Node, style: str, level: int, counters: Counters) -> str:
        used = self.styles.list_style(attribute(item, "text:style-override") or style)
        start = count(item, "text:start-value", 1) if attribute(item, "text:start-value") else None
        return _written_number(item) or counters.next_mark(used, level, start)

    def _labelled(self, block: Node, mark: str, level: int) -> list[Element]:
        if name(block) == "text:h":
            return self._heading(block, mark.removeprefix("-"))
        text, after = self._text(block)
        return [ListItem(text, mark, level - 1) if mark else Paragraph(text), *after]

    def _numbered_paragraph(self, node: Node) -> Iterator[Element]:
        level = count(node, "text:level", 1, 10)
        counters = self._lists.setdefault(attribute(node, "text:list-id"), Counters())
        for block in children(node, "text:p", "text:h"):
            mark = self._item_mark(node, attribute(node, "text:style-name"), level, counters)
            yield from self._labelled(block, mark, level)


def _add(line: _Line, text: str | None, position: Position) -> None:
    if text:
        line.runs.append((_WHITE_SPACE.sub(" ", text), position))


def _written_number(node: Node) -> str:
    """Return the number that some programs write beside the text, as it was displayed."""
    number = child(node, "text:number")
    return "" if number is None else "".join(number.itertext()).strip()
