"""Write a document as ODT."""

from __future__ import annotations

from testing.fidelity.archive import escape, packed
from testing.fidelity.model import (
    Block,
    Break,
    Cell,
    Comment,
    Control,
    Deleted,
    Document,
    Heading,
    Hidden,
    Inline,
    Inserted,
    Link,
    List,
    Lowered,
    NoBreakHyphen,
    NoBreakSpace,
    Note,
    Paragraph,
    Raised,
    Raw,
    SoftHyphen,
    Tab,
    Table,
    Text,
    TextBox,
)

NAMESPACES = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("text", "text"),
            ("table", "table"),
            ("style", "style"),
            ("draw", "drawing"),
            ("svg", "svg-compatible"),
            ("fo", "xsl-fo-compatible"),
            ("number", "datastyle"),
            ("manifest", "manifest"),
            ("of", "of"),
        )
    ).replace("of:1.0", "of:1.2")
    + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
_NUMBERS = {"decimal": "1", "lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
_MADE = "<office:change-info><dc:creator>A</dc:creator><dc:date>2026-01-05T08:00:00</dc:date></office:change-info>"


class _Writer:
    """Collects the content of one file."""

    def __init__(self) -> None:
        self.changes: list[str] = []
        self.list_styles: list[str] = []
        self._notes = 0
        self._list_ids: list[str] = []

    def block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return f"<text:p>{self.inlines(block.inlines)}</text:p>"
            case Heading():
                return f'<text:h text:outline-level="{block.level}">{escape(block.text)}</text:h>'
            case List():
                return self._list(block)
            case Table():
                return self._table(block)
            case Raw():
                return block.markup
            case TextBox():
                box = f"<draw:text-box><text:p>{escape(block.text)}</text:p></draw:text-box>"
                frame = '<draw:frame text:anchor-type="paragraph" svg:width="7cm" svg:height="2cm">'
                return f"<text:p>{frame}{box}</draw:frame></text:p>"

    def inlines(self, inlines: tuple[Inline, ...]) -> str:
        return "".join(self._inline(inline) for inline in inlines)

    def _inline(self, inline: Inline) -> str:
        match inline:
            case Text():
                return _span(inline.text, "bold") if inline.bold else _spaced(inline.text)
            case Control():
                return f'<text:text-input text:description="">{escape(inline.text)}</text:text-input>'
            case Tab():
                return "<text:tab/>"
            case Break():
                return "<text:line-break/>"
            case NoBreakHyphen():
                return "\u2011"
            case NoBreakSpace():
                return "\u00a0"
            case SoftHyphen():
                return "\u00ad"
            case Raised():
                return _span(inline.text, "super")
            case Lowered():
                return _span(inline.text, "sub")
            case Note():
                self._notes += 1
                kind = "endnote" if inline.endnote else "footnote"
                return (
                    f'<text:note text:id="n{self._notes}" text:note-class="{kind}"><text:note-citation>{self._notes}'
                    f"</text:note-citation><text:note-body><text:p>{escape(inline.text)}</text:p></text:note-body></text:note>"
                )
            case Inserted():
                name = self._change("<text:insertion>{}</text:insertion>")
                return (
                    f'<text:change-start text:change-id="{name}"/>{_spaced(inline.text)}'
                    f'<text:change-end text:change-id="{name}"/>'
                )
            case Deleted():
                deleted = f"<text:deletion>{{}}<text:p>{escape(inline.text)}</text:p></text:deletion>"
                return f'<text:change text:change-id="{self._change(deleted)}"/>'
            case Hidden():
                return _span(inline.text, "hidden")
            case Comment():
                return (
                    "<office:annotation><dc:creator>A</dc:creator><dc:date>2026-01-05T08:00:00</dc:date>"
                    f"<text:p>{escape(inline.text)}</text:p></office:annotation>"
                )
            case Link():
                return f'<text:a xlink:type="simple" xlink:href="{escape(inline.url)}">{escape(inline.text)}</text:a>'

    def _change(self, content: str) -> str:
        name = f"ct{len(self.changes)}"
        region = f'<text:changed-region text:id="{name}" xml:id="{name}">{content.format(_MADE)}</text:changed-region>'
        self.changes.append(region)
        return name

    def _list(self, block: List) -> str:
        if not block.continues:
            self.list_styles.append(_list_style(f"L{len(self.list_styles)}", block))
        style = f"L{len(self.list_styles) - 1}"
        items, position = list(block.items), 0

        def level(depth: int) -> str:
            nonlocal position
            parts: list[str] = []
            while position < len(items) and items[position].level >= depth:
                if items[position].level > depth:
                    parts[-1] += f"<text:list>{level(depth + 1)}</text:list>"
                else:
                    parts.append(f"<text:p>{self.inlines(items[position].inlines)}</text:p>")
                    position += 1
            return "".join(f"<text:list-item>{part}</text:list-item>" for part in parts)

        name = f"list{len(self._list_ids)}"
        before = f' text:continue-list="{self._list_ids[-1]}"' if block.continues else ""
        self._list_ids.append(name)
        return f'<text:list xml:id="{name}" text:style-name="{style}"{before}>{level(0)}</text:list>'

    def _table(self, table: Table) -> str:
        width = sum(cell.columns for cell in table.rows[0])
        rows, below = [], dict[int, int]()
        for row in table.rows:
            cells, column, left = [], 0, list(row)
            next_below = {at: height - 1 for at, height in below.items() if height > 1}
            while column < width:
                if column in below:
                    cells.append("<table:covered-table-cell/>")
                    column += 1
                    continue
                cell = left.pop(0)
                cells.append(self._cell(cell))
                for at in range(column, column + cell.columns):
                    if cell.rows > 1:
                        next_below[at] = cell.rows - 1
                column += cell.columns
            below = next_below
            rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
        head = "".join(rows[: table.header_rows])
        columns = f'<table:table-column table:number-columns-repeated="{width}"/>'
        body = "".join(rows[table.header_rows :])
        return f"<table:table>{columns}<table:table-header-rows>{head}</table:table-header-rows>{body}</table:table>"

    def _cell(self, cell: Cell) -> str:
        spans = f' table:number-columns-spanned="{cell.columns}"' if cell.columns > 1 else ""
        spans += f' table:number-rows-spanned="{cell.rows}"' if cell.rows > 1 else ""
        covered = "<table:covered-table-cell/>" * (cell.columns - 1)
        return f"<table:table-cell{spans}>{''.join(map(self.block, cell.blocks))}</table:table-cell>{covered}"


def odt(document: Document) -> bytes:
    """Return the document as an ODT file."""
    writer = _Writer()
    body = "".join(writer.block(block) for block in document.blocks)
    changes = "".join(writer.changes)
    tracked = f"<text:tracked-changes>{changes}</text:tracked-changes>" if changes else ""
    styles = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties {properties}/></style:style>'
        for name, properties in (
            ("bold", 'fo:font-weight="bold"'),
            ("super", 'style:text-position="super 58%"'),
            ("sub", 'style:text-position="sub 58%"'),
            ("hidden", 'text:display="none"'),
        )
    )
    content = (
        f'<office:document-content {NAMESPACES} office:version="1.3"><office:automatic-styles>{styles}'
        f"{''.join(writer.list_styles)}</office:automatic-styles><office:body><office:text>{tracked}{body}</office:text>"
        "</office:body></office:document-content>"
    )
    running = (
        f"<style:header><text:p>{escape(document.header)}</text:p></style:header>"
        f"<style:footer><text:p>{escape(document.footer)}</text:p></style:footer>"
    )
    page = (
        f'<office:document-styles {NAMESPACES} office:version="1.3"><office:automatic-styles>'
        '<style:page-layout style:name="pm">'
        '<style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"/>'
        "</style:page-layout></office:automatic-styles><office:master-styles>"
        f'<style:master-page style:name="Standard" style:page-layout-name="pm">{running}</style:master-page>'
        "</office:master-styles></office:document-styles>"
    )
    return opendocument("application/vnd.oasis.opendocument.text", {"content.xml": content, "styles.xml": page})


def opendocument(kind: str, parts: dict[str, str]) -> bytes:
    """Return an OpenDocument archive."""
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>' for name in parts
    )
    manifest = (
        f'<manifest:manifest {NAMESPACES} manifest:version="1.3"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{kind}"/>{entries}</manifest:manifest>'
    )
    return packed({"mimetype": kind, **parts, "META-INF/manifest.xml": manifest}, stored=("mimetype",))


def _span(text: str, style: str) -> str:
    return f'<text:span text:style-name="{style}">{_spaced(text)}</text:span>'


def _spaced(text: str) -> str:
    """Write text. A blank at its end is sometimes written as an element, as programs do where blanks collapse."""
    if text.endswith(" ") and len(text) % 4 == 0:
        return f"{escape(text[:-1])}<text:s/>"
    return escape(text)


def _list_style(name: str, block: List) -> str:
    levels = []
    for number, form in enumerate(block.formats, 1):
        place = (
            f'<style:list-level-properties text:space-before="{number * 0.6}cm" text:min-label-width="0.6cm" '
            'text:min-label-distance="0.2cm"/>'
        )
        if form.style == "bullet":
            levels.append(
                f'<text:list-level-style-bullet text:level="{number}" text:bullet-char="{form.pattern}">{place}'
                "</text:list-level-style-bullet>"
            )
            continue
        shown = form.pattern.count("%")
        prefix, _, _ = form.pattern.partition("%")
        suffix = form.pattern.rpartition("%")[2][1:]
        start = f' text:start-value="{block.starts_at}"' if number == 1 and block.starts_at > 1 else ""
        levels.append(
            f'<text:list-level-style-number text:level="{number}" style:num-format="{_NUMBERS[form.style]}" '
            f'style:num-prefix="{prefix}" style:num-suffix="{suffix}" text:display-levels="{shown}"{start}>{place}'
            "</text:list-level-style-number>"
        )
    return f'<text:list-style style:name="{name}">{"".join(levels)}</text:list-style>'
