"""HTML and XHTML pages, also those of mails and e-books: what a browser displays, in order.

The tree is built by Lexbor (selectolax), which follows the HTML standard as browsers do. lxml's parser drops everything
below 255 levels of nesting without an error, joins "a</br>b" and keeps a paragraph open over a table.

Read: headings, paragraphs, lists with their numbers, definitions, tables (tables.py), preformatted text, notes at
their references (notes.py), values of fields, the selected option, check boxes ("[x]"), alternative texts of
pictures in brackets, the text of SVG, formulas of MathML on one line, closed <details>.
Struck-through text is displayed, and read: of its elements only <del> says that it is deleted.
Left out and reported: deleted text (<del>), hidden parts (style.py), <nav> (unless the page has
nothing else), embedded objects, options that are not selected.
Left out without a report: scripts, styles, templates, <noscript>, comments, links' addresses, titles of elements,
placeholders, fallbacks of media.
Not covered: text that a script or a style sheet writes, and style sheets in other files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.domain import Parsing
from ingest.parse.elements import Code, Element, Heading, ListItem, Note, Paragraph, ParsedElements
from ingest.parse.markup.html.flow import Flow, NoteHere
from ingest.parse.markup.html.formula import formula
from ingest.parse.markup.html.line import Kind
from ingest.parse.markup.html.lists import ListMarks
from ingest.parse.markup.html.notes import Notes, find_notes
from ingest.parse.markup.html.style import hidden_names, is_hidden, style_of
from ingest.parse.markup.html.tables import TableBuilder, is_layout
from ingest.parse.markup.html.xhtml import as_html, is_xhtml
from ingest.parse.shared.compose import BULLET, flat
from ingest.parse.shared.descriptions import picture_text
from ingest.parse.shared.encoding import decode_markup
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
_NAVIGATION = "nav, [role=navigation]"
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


def parse_html(content: bytes, _: Parsing) -> ParsedElements:
    """Return the elements of a page."""
    decoded = decode_markup(content)
    text = as_html(decoded.text) if is_xhtml(decoded.text) else decoded.text
    read = html_elements(text)
    return ParsedElements(read.elements, read.title, (*read.left_out, *decoded.left_out))


def html_elements(html: str) -> ParsedElements:
    """Return the elements of a page, or of a part of one, with its title."""
    root = LexborHTMLParser(html).root
    if root is None:
        return ParsedElements(())
    read = read_pages({"": root})
    if not read.elements and root.css_first(_NAVIGATION) is not None:
        read = read_pages({"": root}, navigation=True)
    return ParsedElements(read.elements, _title(root), read.left_out)


def read_pages(pages: Mapping[str, LexborNode], *, navigation: bool = False) -> ParsedElements:
    """Return the elements of one or more pages by their paths, in order, each note after what refers to it."""
    document = _Document(find_notes(pages), navigation)
    elements: list[Element] = []
    for root in pages.values():
        elements += document.page(root)
    elements += document.other_notes()
    return ParsedElements(tuple(elements), None, document.left_out)


def _title(root: LexborNode) -> str | None:
    title = root.css_first("head > title")
    return title.text() if title is not None else None


class _Document:
    """What the pages of a document have in common: their notes, and the count of what was left out."""

    def __init__(self, notes: Notes, navigation: bool) -> None:
        self._notes = notes
        self._navigation = navigation
        self._counts = Tally()
        self._hidden: frozenset[str] = frozenset()

    def page(self, root: LexborNode) -> Iterator[Element]:
        """Yield the elements of a page, each note after the element that refers to it."""
        self._hidden = hidden_names(root)
        yield from self._with_notes(self._read(root, self._navigation))

    def other_notes(self) -> Iterator[Element]:
        """Yield the notes that only hidden or deleted text refers to, if they are displayed themselves."""
        for key, note in list(self._notes.bodies.items()):
            if not self._is_within_hidden(note.body):
                yield from self._with_notes([NoteHere(key)])

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return what was left out, as phrases for the report."""
        return self._counts.phrases()

    def _with_notes(self, elements: list[Element | NoteHere]) -> Iterator[Element]:
        pending = list(reversed(elements))
        while pending:
            element = pending.pop()
            if not isinstance(element, NoteHere):
                yield element
            elif (note := self._notes.bodies.pop(element.key, None)) is not None:
                inner = self._read(note.body, True)
                text = flat(part for part in inner if not isinstance(part, NoteHere))
                yield Note(note.mark, text if note.body.tag == "li" else _without_mark(text, note.mark))
                pending += reversed([part for part in inner if isinstance(part, NoteHere)])

    def _read(self, root: LexborNode, navigation: bool) -> list[Element | NoteHere]:
        return _Reader(self._notes, self._hidden, self._counts, navigation=navigation).read(root)

    def _is_within_hidden(self, node: LexborNode) -> bool:
        above: LexborNode | None = node
        while above is not None and above.is_element_node:
            if is_hidden(above.tag or "", above.attributes, self._hidden) or above.tag == "del":
                return True
            above = above.parent
        return False


def _without_mark(text: str, mark: str) -> str:
    """Return the text of a note without the mark that it begins with."""
    escaped = re.escape(mark)
    return re.sub(rf"^\s*(?:\[\^?{escaped}\]|\(?{escaped}(?!\w))[.:)]?[ \t\u00a0]*\n?", "", text, count=1)


class _Reader:
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
                self._left_out["hidden part"] += 1
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
