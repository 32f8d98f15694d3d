"""XML: the text of its elements in order. XHTML and FictionBook inside are read as such.

An element that has text of its own, or is a paragraph by its name (those of DocBook, DITA, TEI, JATS and HTML), is a
paragraph; white space in it collapses, and neither a child element nor a reference (&amp;) puts a blank into a word.
Elements that only contain others are separated. An element of data is written with its name and its attributes
("days: 30"); the children of one record are lines of one paragraph. Titles are headings, rows of td, entry, stentry or
cell are tables, footnotes of DocBook and JATS are notes.

Entities that the document defines itself are replaced when their value has no other entity in it; one that has, is
refused. Text of external entities is reported.
Left out without a report: comments, processing instructions, attributes of elements with text (they are technical in
documents). Not covered: schemas, XInclude, style sheets, merged cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

from lxml import etree

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Code, Element, Heading, Note, Paragraph, ParsedElements, Table, first_heading
from ingest.parse.markup.html.line import Line
from ingest.parse.shared.encoding import decode_markup
from ingest.parse.shared.xml_tree import local_name
from ingest.parse.shared.xml_tree import parse_xml as parse_tree

_DECLARATION = re.compile(r"\s*<\?xml\b.*?\?>", re.DOTALL)
_DOCTYPE = re.compile(
    r"""<!DOCTYPE(?:[^\[>"']|"[^"]*+"|'[^']*+')*+(?:\[((?:[^\]"'<]|"[^"]*+"|'[^']*+'|<!--.*?-->|<)*+)\]\s*+)?+>""",
    re.DOTALL,
)
_ENTITY = re.compile(r"""<!ENTITY\s+(?!%)([\w.:-]+)\s+(?:"([^"]*)"|'([^']*)'|(?:SYSTEM|PUBLIC)\b[^>]*)\s*>""")
_REFERENCE = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|&([A-Za-z_][\w.:-]*);", re.DOTALL)
_PREDEFINED = frozenset("amp lt gt quot apos".split())
_LONGEST_DOCTYPE = 1_000_000
_MOST_EXPANDED = 10_000_000
"""Characters that references to the document's own entities may add; chosen far above what documents need."""

_TITLES = frozenset("title head bridgehead subtitle".split())
_PARAGRAPHS = frozenset(
    "p para simpara formalpara ab l line seg shortdesc caption v td th entry stentry cell term label".split()
)
_CODE = frozenset("pre programlisting screen codeblock literallayout".split())
_CONTAINERS = frozenset(
    "body text front back div sect section sec chapter article book part list item li listitem itemizedlist "
    "orderedlist ul ol dl dd dt variablelist note tip warning important caution blockquote figure table informaltable "
    "thead tbody tfoot tgroup row tr simpletable strow sthead abstract topic concept task".split()
)
_INNER_BLOCKS = _CONTAINERS | _CODE | frozenset("p para simpara".split())
_ROWS = frozenset("tr row strow sthead".split())
_ROW_GROUPS = frozenset("thead tbody tfoot".split())
_COLUMNS = frozenset("colspec col colgroup spanspec".split())
_CELLS = frozenset("td th entry stentry cell".split())
_RAISED = frozenset("sup superscript".split())
_LOWERED = frozenset("sub subscript".split())
_NOTES = frozenset("footnote fn".split())
_TECHNICAL = frozenset("id class style href src type lang role key ref idref rend width height version".split())
_LONGEST_LABELLED = 300
"""Characters; a longer text is prose, whatever its element is called."""


def parse_xml(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the elements of an XML document. Raise DocumentError when it is not well-formed."""
    root, left_out = xml_root(content)
    name = local_name(root)
    if name in ("html", "svg"):
        from ingest.parse.markup.html import parse_html

        return parse_html(content, settings)
    if name == "FictionBook":
        from ingest.parse.markup.fb2 import parse_fb2

        return parse_fb2(content, settings)
    reader = _Reader()
    elements = tuple(reader.read(root))
    return ParsedElements(elements, first_heading(elements), left_out)


def xml_root(content: bytes) -> tuple[etree._Element, tuple[str, ...]]:
    """Return the root, and phrases for what its entities left out."""
    text = _DECLARATION.sub("", decode_markup(content).text, count=1)
    found = _DOCTYPE.search(text, 0, _LONGEST_DOCTYPE)
    entities: dict[str, str | None] = {}
    if found:
        text = text[: found.start()] + text[found.end() :]
        for name, double, single in _ENTITY.findall(found.group(1) or ""):
            entities.setdefault(name, double or single or None)
    replaced, external = _without_entities(text, entities)
    return parse_tree(replaced.encode()), tuple(f"the external entity '{name}'" for name in external)


def _without_entities(text: str, entities: dict[str, str | None]) -> tuple[str, list[str]]:
    external: dict[str, None] = {}
    added = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal added
        name = match.group(1)
        if not name or name in _PREDEFINED:
            return match.group(0)
        if name not in entities:
            return _character(name) or match.group(0)
        value = entities[name]
        if value is None:
            external[name] = None
            return ""
        if any(inner not in _PREDEFINED for inner in re.findall(r"[&%]([\w.:-]+);", value) if inner[0] != "#"):
            raise DocumentError(f"its entity '{name}' is defined by other entities, which are not expanded")
        added += len(value)
        if added > _MOST_EXPANDED:
            raise DocumentError(f"its entities add more than {_MOST_EXPANDED:,} characters")
        return value

    return _REFERENCE.sub(replace, text), list(external)


def _character(name: str) -> str:
    """Return the character of one of HTML's names as a reference by number, which no parser takes for markup."""
    return "".join(f"&#{ord(char)};" for char in html5.get(f"{name};", ""))


class _Reader:
    """Turns an element tree into elements. Levels are few: the XML parser refuses more than 256."""

    def __init__(self) -> None:
        self._notes: list[Note] = []
        self._count = 0

    def read(self, node: etree._Element, level: int = 1) -> Iterator[Element]:
        """Yield the elements of a node."""
        rows = _rows(node)
        if rows:
            yield from self._with_notes(Table(tuple(self._row(row) for row in rows), _header_rows(rows)))
        elif local_name(node) in _CODE:
            yield Code("".join(node.itertext()))
        elif _is_text(node):
            yield from self._paragraphs(node)
        else:
            yield from self._container(node, level)

    def _container(self, node: etree._Element, level: int) -> Iterator[Element]:
        lines: list[str] = []
        labelled = _labelled(node)
        for child in node:
            name = local_name(child)
            line = self._line(child, name) if name in labelled and not len(child) else None
            if line is not None:
                lines += [line] if line else []
                continue
            yield from self._record(lines)
            if name in _TITLES:
                yield from self._with_notes(Heading(self._text(child), level))
            else:
                has_title = any(local_name(below) in _TITLES for below in node)
                yield from self.read(child, level + has_title)
        yield from self._record(lines)

    def _record(self, lines: list[str]) -> Iterator[Element]:
        if lines:
            yield from self._with_notes(Paragraph("\n".join(lines)))
            lines.clear()

    def _line(self, node: etree._Element, name: str) -> str | None:
        """Return an element of data as "name: value", with the values of its attributes; None for prose."""
        text = self._text(node)
        if len(text) > _LONGEST_LABELLED:
            return None
        values = [f"{key}: {value}" for key, value in node.attrib.items() if _is_data(str(key))]
        if not text:
            return f"{name}: {', '.join(values)}" if values else ""
        return f"{name}: {text}" + (f" ({', '.join(values)})" if values else "")

    def _paragraphs(self, node: etree._Element) -> Iterator[Element]:
        """Yield the text of a paragraph; blocks in it (lists, tables) divide it."""
        line = Line()
        line.add(node.text or "")
        for child in node:
            if local_name(child) in _INNER_BLOCKS:
                yield from self._with_notes(Paragraph(line.take()))
                yield from self.read(child)
            else:
                self._inline(line, child)
            line.add(child.tail or "", "text")
        yield from self._with_notes(Paragraph(line.take()))

    def _inline(self, line: Line, node: etree._Element) -> None:
        name = local_name(node)
        if name in _NOTES:
            self._count += 1
            mark = node.get("label") or str(self._count)
            self._notes.append(Note(mark, " ".join(" ".join(node.itertext()).split())))
            line.add(mark, "reference")
            return
        kind = line.kind
        line.kind = "raised" if name in _RAISED else "lowered" if name in _LOWERED else kind
        line.add(node.text or "")
        for child in node:
            self._inline(line, child)
            line.add(child.tail or "")
        line.kind = kind

    def _text(self, node: etree._Element) -> str:
        line = Line()
        self._inline(line, node)
        return line.take()

    def _row(self, row: etree._Element) -> tuple[str, ...]:
        return tuple(
            "\n".join(element.text for element in self.read(cell) if isinstance(element, Paragraph | Heading))
            for cell in row
            if local_name(cell) in _CELLS
        )

    def _with_notes(self, element: Element) -> Iterator[Element]:
        if element != Paragraph(""):
            yield element
        yield from self._notes
        self._notes = []


def _is_text(node: etree._Element) -> bool:
    if local_name(node) in _PARAGRAPHS or not len(node):
        return True
    return bool((node.text or "").strip()) or any((child.tail or "").strip() for child in node)


def _labelled(node: etree._Element) -> frozenset[str]:
    """Return the names of children that are written beside their values; in a list of equal ones they say nothing."""
    names = [local_name(child) for child in node]
    if len(names) > 1 and len(set(names)) == 1 and not any(child.attrib for child in node):
        return frozenset()
    return frozenset(names) - _PARAGRAPHS - _CONTAINERS - _TITLES - _CODE - frozenset({""})


def _is_data(attribute: str) -> bool:
    return not attribute.startswith("{") and attribute.casefold() not in _TECHNICAL


def _rows(node: etree._Element) -> list[etree._Element]:
    """Return the rows of an element that has nothing but rows, groups of rows and definitions of columns."""
    rows: list[etree._Element] = []
    for child in node:
        name = local_name(child)
        if name in _ROW_GROUPS:
            rows += child
        elif name in _ROWS:
            rows.append(child)
        elif name not in _COLUMNS:
            return []
    return rows if all(local_name(row) in _ROWS for row in rows) else []


def _header_rows(rows: list[etree._Element]) -> int:
    """Return the number of rows that name the columns: those of a head, and those of th cells alone."""
    heads = [
        local_name(row.getparent()) == "thead"
        or local_name(row) == "sthead"
        or all(local_name(cell) == "th" for cell in row)
        for row in rows
    ]
    return heads.index(False) if False in heads else min(1, len(heads))
