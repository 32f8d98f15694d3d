"""Walk over a page: what each of its elements becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from selectolax.lexbor import LexborNode

from ingest.parse.elements import Code, Element, Heading, ListItem, Paragraph
from ingest.parse.markup.html.flow import Flow, NoteHere
from ingest.parse.markup.html.formula import formula
from ingest.parse.markup.html.line import Kind
from ingest.parse.markup.html.lists import ListMarks
from ingest.parse.markup.html.notes import Notes
from ingest.parse.markup.html.style import is_hidden, style_of
from ingest.parse.markup.html.tables import TableBuilder, is_layout
from ingest.parse.shared.compose import BULLET
from ingest.parse.shared.descriptions import picture_text
from ingest.parse.shared.left_out import Tally

_Attributes: TypeAlias = Mapping[str, str | None]
_Leave: TypeAlias = Callable[[], None]

_BLOCKS = frozenset(
    "address article aside blockquote body center details dialog div dl fieldset figcaption figure footer form header "
    "hgroup hr html legend main nav optgroup option p search section summary td th tr tbody thead tfoot caption li ul "
    "ol menu dir dt dd table marquee text".split()
)

_SKIPPED = frozenset(
    "head script style template noscript audio video canvas object embed iframe frame map datalist progress meter "
    "defs desc metadata title annotation annotation-xml rp param source track area".split()
)
_EMBEDDED = frozenset("audio video object embed iframe frame".split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset("ul ol menu dir".split())
_PREFORMATTED = frozenset("pre listing xmp plaintext".split())
_TABLE_PARTS = frozenset("tbody thead tfoot tr td th".split())
_BOXES = frozenset("button img input select textarea".split())
_BOX_DISPLAY = frozenset("inline-block inline-flex inline-grid inline-table".split())
_BLOCK_DISPLAY = frozenset("block flex grid list-item table table-row table-cell flow-root".split())
_PERMALINK = frozenset({"¶", "#", "§", "🔗", ""})
_FIELDS_WITHOUT_TEXT = frozenset("hidden password file image color range".split())
_QUOTES = {"de": "„“‚‘", "fr": "«»‹›", "it": "«»“”", "es": "«»“”", "ru": "«»„“", "pl": "„”«»", "": "“”‘’"}


class Reader:
    """Walks a tree in document order without recursion: pages may be nested as deeply as they like."""

    def __init__(self, notes: Notes, hidden: frozenset[str], left_out: Tally, *, navigation: bool) -> None:
        self._notes = notes
        self._hidden = hidden
        self._left_out = left_out
        self._navigation = navigation
        self._flows = [Flow()]
        self._tables: list[TableBuilder | None] = []  # None: the table is layout
        self._lists: list[ListMarks] = []
        self._preformatted = 0
        self._quotes = 0
        self._root = 0
        self._language = ""

    def read(self, root: LexborNode) -> list[Element | NoteHere]:
        """Return the elements below (and of) a node."""
        self._root = root.mem_id
        self._language = root.attributes.get("lang") or ""
        pending: list[LexborNode | _Leave] = [root]
        while pending:
            item = pending.pop()
            if not isinstance(item, LexborNode):
                item()
                continue
            if item.tag == "-text":
                self._text(item.text_content or "")
            elif item.is_element_node:
                leave = self._enter(item)
                if leave is not None:
                    pending.append(leave)
                    pending += reversed(list(item.iter(include_text=True)))
        self._flow.end_part()
        return self._flow.elements

    @property
    def _flow(self) -> Flow:
        return self._flows[-1]

    def _text(self, text: str) -> None:
        if self._preformatted:
            pieces = text.replace("\r\n", "\n").split("\n")
            for index, piece in enumerate(pieces):
                if index:
                    self._flow.line.add("", "break")
                self._flow.line.add(piece, "pre")
        else:
            self._flow.line.add(text)

    def _enter(self, node: LexborNode) -> _Leave | None:
        """Begin an element. Return what ends it, or None when its content is not read."""
        tag, attributes = node.tag or "", node.attributes
        if self._is_left_out(node, tag, attributes):
            return None
        if node.mem_id in self._notes.references:
            self._reference(*self._notes.references[node.mem_id])
            return None
        if tag in _HEADINGS or attributes.get("role") == "heading":
            return self._heading(tag, attributes)
        if tag in _LISTS:
            return self._list(node)
        if tag == "li" and node.mem_id != self._root:
            return self._item(attributes)
        if tag in ("dl", "dt", "dd"):
            return self._definition(tag)
        if tag == "table":
            return self._layout() if is_layout(node) else self._table()
        builder = self._tables[-1] if self._tables else None
        if tag in _TABLE_PARTS and builder is not None:
            return self._table_part(tag, node, builder)
        if tag in _PREFORMATTED:
            return self._code()
        if tag == "math":
            self._flow.line.add(formula(node))
            return None
        if tag in _BOXES:
            return self._box(node, tag, attributes)
        return self._other(tag, attributes)

    def _is_left_out(self, node: LexborNode, tag: str, attributes: _Attributes) -> bool:
        """Say whether an element is not read, and count it if the report names it."""
        key = node.mem_id
        if tag in _SKIPPED:
            if tag in _EMBEDDED:
                self._left_out["embedded object"] += 1
            return True
        if key in self._notes.dropped or (key in self._notes.moved and key != self._root):
            return True
        if is_hidden(tag, attributes, self._hidden):
            if node.text(strip=True):
                self._left_out["passage of hidden text"] += 1
            return True
        if tag == "del":
            self._left_out["deletion"] += 1
            return True
        if not self._navigation and (tag == "nav" or attributes.get("role") == "navigation"):
            self._left_out["the navigation"] += 1
            return True
        return self._is_permalink(node, tag, attributes)

    def _is_permalink(self, node: LexborNode, tag: str, attributes: _Attributes) -> bool:
        """Say whether a link is the sign beside a heading that links to the heading itself."""
        if tag != "a" or not (attributes.get("href") or "").startswith("#"):
            return False
        block = self._flow.block
        return block is not None and block.heading and node.text().strip() in _PERMALINK

    def _reference(self, mark: str, key: int | None) -> None:
        self._flow.line.add(mark, "reference")
        if key is not None:
            self._flow.references.append(NoteHere(key))

    def _heading(self, tag: str, attributes: _Attributes) -> _Leave:
        level = _HEADINGS.get(tag) or int(re.sub(r"\D", "", attributes.get("aria-level") or "")[:1] or 2)
        self._flow.end_line()
        number = self._flow.take_mark()
        self._flow.open(lambda text: Heading(f"{number} {text}" if number else text, level), heading=True)
        return self._flow.close

    def _list(self, node: LexborNode) -> _Leave:
        self._flow.end_part()
        self._lists.append(ListMarks(node))
        return self._end_list

    def _end_list(self) -> None:
        self._flow.end_part()
        self._lists.pop()

    def _item(self, attributes: _Attributes) -> _Leave:
        depth = max(0, len(self._lists) - 1)
        mark = self._lists[-1].next(attributes) if self._lists else BULLET
        self._flow.open(lambda text: ListItem(text, mark, depth), mark=mark)
        return self._flow.close

    def _definition(self, tag: str) -> _Leave:
        """A term and what follows it up to the next term are one paragraph of several lines."""
        if tag == "dl":
            self._flow.open(Paragraph)
            return self._flow.close
        self._flow.end_line()
        block = self._flow.block
        if tag == "dt" and block and block.defined:
            self._flow.end_part()
        if block:
            block.defined = tag == "dd"
        return self._flow.end_line

    def _layout(self) -> _Leave:
        self._flow.end_line()
        self._tables.append(None)
        return self._end_layout

    def _end_layout(self) -> None:
        self._flow.end_line()
        self._tables.pop()

    def _table(self) -> _Leave:
        self._flow.end_part()
        builder = TableBuilder()
        self._tables.append(builder)
        return lambda: self._end_table(builder)

    def _end_table(self, builder: TableBuilder) -> None:
        self._tables.pop()
        self._flow.add(builder.table())

    def _table_part(self, tag: str, node: LexborNode, builder: TableBuilder) -> _Leave:
        if tag in ("thead", "tbody", "tfoot"):
            builder.group(tag)
        elif tag == "tr":
            builder.row()
        else:
            lists, self._lists = self._lists, []
            self._flows.append(Flow())
            return lambda: self._end_cell(builder, node, lists)
        return _nothing

    def _end_cell(self, builder: TableBuilder, node: LexborNode, lists: list[ListMarks]) -> None:
        flow, self._lists = self._flows.pop(), lists
        builder.cell(node, flow.text())
        self._flow.references += [note for note in flow.elements if isinstance(note, NoteHere)]

    def _code(self) -> _Leave:
        self._flow.open(Code)
        self._preformatted += 1
        return self._end_code

    def _end_code(self) -> None:
        self._preformatted -= 1
        self._flow.close()

    def _box(self, node: LexborNode, tag: str, attributes: _Attributes) -> _Leave | None:
        """What is drawn as a box of its own within a line."""
        line = self._flow.line
        if tag == "button" and self._preformatted:
            return None
        if tag == "button":
            line.add("", "box")
            return lambda: line.add("", "box")
        if tag == "img":
            line.add(picture_text(attributes.get("alt") or ""), "box")
        elif tag == "textarea":
            line.add(node.text(), "box")
        elif tag == "select":
            for option in self._options(node, attributes):
                line.add(option, "box")
        else:
            line.add(_field(attributes), "box")
        return None

    def _options(self, select: LexborNode, attributes: _Attributes) -> Iterator[str]:
        """Yield what a drop-down list shows (the selected option or the first), or a list box with its selection."""
        options = select.css("option")
        selected = [option for option in options if "selected" in option.attributes]
        if "multiple" in attributes:
            yield from (f"[{'x' if option in selected else ' '}] {option.text().strip()}" for option in options)
            return
        shown = (selected or options)[-1 if selected else 0 :][:1]
        yield from (option.text().strip() for option in shown)
        if len(options) > len(shown):
            self._left_out["unselected option"] += len(options) - len(shown)

    def _other(self, tag: str, attributes: _Attributes) -> _Leave:
        """Paragraphs and inline elements."""
        line, style = self._flow.line, style_of(attributes)
        display = style.get("display", "")
        if tag == "br":
            self._break()
        elif tag in _BLOCKS or display in _BLOCK_DISPLAY:
            self._flow.end_line()
            return self._keeping_lines(style, self._flow.end_line)
        elif tag in ("sup", "sub") or style.get("vertical-align") in ("super", "sub"):
            raised = tag == "sup" or style.get("vertical-align") == "super"
            return self._in_kind("raised" if raised else "lowered")
        elif tag == "q":
            return self._quote(attributes)
        elif tag == "rt":
            line.add("(")
            return lambda: line.add(")")
        elif display in _BOX_DISPLAY:
            line.add("", "box")
            return lambda: line.add("", "box")
        return self._keeping_lines(style, _nothing)

    def _break(self) -> None:
        """A line break; a second one ends the paragraph."""
        flow = self._flow
        if flow.line.ends_with_break and not self._preformatted and flow.block is None:
            flow.end_line()
        else:
            flow.line.add("", "break")

    def _in_kind(self, kind: Kind) -> _Leave:
        line = self._flow.line
        if self._preformatted:
            return _nothing
        before, line.kind = line.kind, kind

        def leave() -> None:
            line.kind = before

        return leave

    def _keeping_lines(self, style: Mapping[str, str], leave: _Leave) -> _Leave:
        """Keep blanks and line ends where the style says so."""
        if not style.get("white-space", "").startswith("pre"):
            return leave
        self._preformatted += 1

        def end() -> None:
            self._preformatted -= 1
            leave()

        return end

    def _quote(self, attributes: _Attributes) -> _Leave:
        signs = _QUOTES.get((attributes.get("lang") or self._language)[:2].casefold(), _QUOTES[""])
        inner = 2 if self._quotes % 2 else 0
        line = self._flow.line
        line.add(signs[inner])
        self._quotes += 1

        def leave() -> None:
            self._quotes -= 1
            line.add(signs[inner + 1])

        return leave


def _nothing() -> None:
    """End an element that leaves no trace."""


def _field(attributes: _Attributes) -> str:
    kind = (attributes.get("type") or "text").casefold()
    if kind in ("checkbox", "radio"):
        return "[x]" if "checked" in attributes else "[ ]"
    return "" if kind in _FIELDS_WITHOUT_TEXT else attributes.get("value") or ""
