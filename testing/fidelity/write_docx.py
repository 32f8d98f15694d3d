"""Write a document as DOCX, with the XML that Word writes: ids of notes from 1, a text box twice, runs cut anywhere."""

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
    ListFormat,
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

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMESPACES = (
    f'xmlns:w="{_W}" xmlns:r="{_R}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
CHAPTERS = 900
"""The numbering of the styles "Chapter 1" to "Chapter 3"."""
_TRACKED = 'w:author="A" w:date="2026-01-05T08:00:00Z"'


class _Writer:
    """Collects the parts of one file."""

    def __init__(self) -> None:
        self.footnotes: list[str] = []
        self.endnotes: list[str] = []
        self.comments: list[str] = []
        self.links: list[str] = []
        self.lists: list[tuple[tuple[ListFormat, ...], int]] = []
        self._changes = 0

    def block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return self.paragraph(block.inlines)
            case Heading():
                return self.paragraph((Text(block.text),), f'<w:pStyle w:val="Heading{block.level}"/>')
            case List():
                return self._list(block)
            case Table():
                return self.table(block)
            case Raw():
                return block.markup
            case TextBox():
                return self._text_box(block)

    def paragraph(self, inlines: tuple[Inline, ...], properties: str = "") -> str:
        head = f"<w:pPr>{properties}</w:pPr>" if properties else ""
        return f"<w:p>{head}{''.join(self.inline(inline) for inline in inlines)}</w:p>"

    def inline(self, inline: Inline) -> str:
        match inline:
            case Text():
                return _run(_text(inline.text), "<w:b/>" if inline.bold else "")
            case Tab():
                return _run("<w:tab/>")
            case Break():
                return _run("<w:br/>")
            case NoBreakHyphen():
                return _run("<w:noBreakHyphen/>")
            case NoBreakSpace():
                return _run(_text("\u00a0"))
            case SoftHyphen():
                return _run("<w:softHyphen/>")
            case Raised():
                return _run(_text(inline.text), '<w:vertAlign w:val="superscript"/>')
            case Lowered():
                return _run(_text(inline.text), '<w:vertAlign w:val="subscript"/>')
            case Note():
                kind, notes = ("endnote", self.endnotes) if inline.endnote else ("footnote", self.footnotes)
                notes.append(inline.text)
                mark = f'<w:{kind}Reference w:id="{len(notes)}"/>'
                return _run(mark, f'<w:rStyle w:val="{kind.capitalize()}Reference"/>')
            case Inserted():
                return f'<w:ins w:id="{self._change()}" {_TRACKED}>{_run(_text(inline.text))}</w:ins>'
            case Deleted():
                run = f'<w:r><w:delText xml:space="preserve">{escape(inline.text)}</w:delText></w:r>'
                return f'<w:del w:id="{self._change()}" {_TRACKED}>{run}</w:del>'
            case Hidden():
                return _run(_text(inline.text), "<w:vanish/>")
            case Comment():
                self.comments.append(inline.text)
                number = len(self.comments) - 1
                return f'<w:commentRangeStart w:id="{number}"/><w:commentRangeEnd w:id="{number}"/>' + _run(
                    f'<w:commentReference w:id="{number}"/>'
                )
            case Control():
                return f"<w:sdt><w:sdtPr/><w:sdtContent>{_run(_text(inline.text))}</w:sdtContent></w:sdt>"
            case Link():
                self.links.append(inline.url)
                return f'<w:hyperlink r:id="link{len(self.links)}">{_run(_text(inline.text))}</w:hyperlink>'

    def table(self, table: Table) -> str:
        rows, open_spans = [], dict[int, tuple[int, int]]()
        for number, row in enumerate(table.rows):
            cells, column, left = [], 0, list(row)
            while left or column in open_spans:
                if column in open_spans:
                    width, height = open_spans.pop(column)
                    cells.append(f"<w:tc><w:tcPr>{_span(width)}<w:vMerge/></w:tcPr><w:p/></w:tc>")
                else:
                    cell = left.pop(0)
                    width, height = cell.columns, cell.rows
                    cells.append(self._cell(cell))
                if height > 1:
                    open_spans[column + 10_000] = (width, height - 1)
                column += width
            open_spans = {column - 10_000: span for column, span in open_spans.items()}
            header = "<w:trPr><w:tblHeader/></w:trPr>" if number < table.header_rows else ""
            rows.append(f"<w:tr>{header}{''.join(cells)}</w:tr>")
        columns = sum(cell.columns for cell in table.rows[0])
        grid = f'<w:gridCol w:w="{9600 // columns}"/>' * columns
        borders = "".join(
            f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right", "insideH")
        )
        properties = f'<w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>{borders}</w:tblBorders></w:tblPr>'
        return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"

    def _cell(self, cell: Cell) -> str:
        merge = '<w:vMerge w:val="restart"/>' if cell.rows > 1 else ""
        return f"<w:tc><w:tcPr>{_span(cell.columns)}{merge}</w:tcPr>{''.join(map(self.block, cell.blocks))}</w:tc>"

    def _list(self, block: List) -> str:
        if not block.continues:
            self.lists.append((block.formats, block.starts_at))
        number = len(self.lists)
        return "".join(
            self.paragraph(
                item.inlines,
                f'<w:pStyle w:val="ListParagraph"/><w:numPr><w:ilvl w:val="{item.level}"/>'
                f'<w:numId w:val="{number}"/></w:numPr>',
            )
            for item in block.items
        )

    def _text_box(self, block: TextBox) -> str:
        content = f"<w:txbxContent>{self.paragraph((Text(block.text),))}</w:txbxContent>"
        shape = (
            '<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2500000" cy="900000"/>'
            f'</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr><wps:txbx>{content}</wps:txbx>'
            "<wps:bodyPr/></wps:wsp>"
        )
        drawing = (
            '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="2500000" cy="900000"/>'
            f'<wp:docPr id="{100 + self._change()}" name="Box"/><a:graphic><a:graphicData '
            'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
            f"{shape}</a:graphicData></a:graphic></wp:inline></w:drawing>"
        )
        vml = (
            '<w:pict><v:shape id="b" type="#_x0000_t202" style="width:200pt;height:70pt">'
            f"<v:textbox>{content}</v:textbox></v:shape></w:pict>"
        )
        choice = f'<mc:Choice Requires="wps">{drawing}</mc:Choice>'
        run = f"<mc:AlternateContent>{choice}<mc:Fallback>{vml}</mc:Fallback></mc:AlternateContent>"
        return f"<w:p><w:r>{run}</w:r></w:p>"

    def _change(self) -> int:
        self._changes += 1
        return self._changes


def docx(document: Document, columns: int = 1, *, strict: bool = False) -> bytes:
    """Return the document as a DOCX file, with the text in one or more columns on a page.

    `strict`: in the namespaces of Word's "Strict Open XML Document".
    """
    writer = _Writer()
    body = "".join(writer.block(block) for block in document.blocks)
    section = '<w:sectPr>{}<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" '
    section += 'w:left="1134" w:header="567" w:footer="567" w:gutter="0"/>'
    section += f'<w:cols w:num="{columns}" w:space="567"/></w:sectPr>'
    running = "".join(
        f'<w:{kind}Reference w:type="default" r:id="{kind}"/>'
        for kind, text in (("header", document.header), ("footer", document.footer))
        if text
    )
    parts = {
        "word/document.xml": f"<w:document {_NAMESPACES}><w:body>{body}{section.format(running)}</w:body></w:document>",
        "word/styles.xml": _STYLES,
    }
    related = ['<Relationship Id="styles" Type="{}/styles" Target="styles.xml"/>']
    for name, text in (
        ("numbering", _numbering(writer.lists)),
        ("footnotes", _notes("footnote", writer.footnotes)),
        ("endnotes", _notes("endnote", writer.endnotes)),
        ("comments", _comments(writer.comments)),
        (
            "header",
            f"<w:hdr {_NAMESPACES}><w:p>{_run(_text(document.header))}</w:p></w:hdr>" if document.header else "",
        ),
        (
            "footer",
            f"<w:ftr {_NAMESPACES}><w:p>{_run(_text(document.footer))}</w:p></w:ftr>" if document.footer else "",
        ),
    ):
        if text:
            parts[f"word/{name}.xml"] = text
            related.append(f'<Relationship Id="{name}" Type="{{}}/{name}" Target="{name}.xml"/>')
    related += [
        f'<Relationship Id="link{number}" Type="{{}}/hyperlink" Target="{escape(url)}" TargetMode="External"/>'
        for number, url in enumerate(writer.links, 1)
    ]
    whole = {"[Content_Types].xml": _types(parts), "_rels/.rels": _root(), **parts, **_relations(related)}
    return packed(_strict(whole) if strict else whole)


def _strict(parts: dict[str, str]) -> dict[str, str]:
    names = {
        _W: "http://purl.oclc.org/ooxml/wordprocessingml/main",
        _R: "http://purl.oclc.org/ooxml/officeDocument/relationships",
        "http://schemas.openxmlformats.org/drawingml/2006/main": "http://purl.oclc.org/ooxml/drawingml/main",
        "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": (
            "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing"
        ),
    }
    for transitional, iso in names.items():
        parts = {name: part.replace(f'"{transitional}', f'"{iso}') for name, part in parts.items()}
    return parts


def _run(content: str, properties: str = "") -> str:
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{content}</w:r>"


def _text(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(text)}</w:t>'


def _span(columns: int) -> str:
    return f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""


def _notes(kind: str, texts: list[str]) -> str:
    if not texts:
        return ""
    separators = "".join(
        f'<w:{kind} w:type="{name}" w:id="{number}"><w:p><w:r><w:{name}/></w:r></w:p></w:{kind}>'
        for name, number in (("separator", -1), ("continuationSeparator", 0))
    )
    mark = _run(f"<w:{kind}Ref/>", f'<w:rStyle w:val="{kind.capitalize()}Reference"/>')
    notes = "".join(
        f'<w:{kind} w:id="{number}"><w:p>{mark}{_run(_text(" " + text))}</w:p></w:{kind}>'
        for number, text in enumerate(texts, 1)
    )
    return f"<w:{kind}s {_NAMESPACES}>{separators}{notes}</w:{kind}s>"


def _comments(texts: list[str]) -> str:
    if not texts:
        return ""
    comments = "".join(
        f'<w:comment w:id="{number}" w:author="A" w:initials="A"><w:p>{_run(_text(text))}</w:p></w:comment>'
        for number, text in enumerate(texts)
    )
    return f"<w:comments {_NAMESPACES}>{comments}</w:comments>"


def _numbering(lists: list[tuple[tuple[ListFormat, ...], int]]) -> str:
    """An abstract numbering for each list; the first number is set in the instance, as Word does on a restart."""
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>'
        + "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form.style}"/>'
            f'<w:lvlText w:val="{escape(form.pattern)}"/><w:lvlJc w:val="left"/>'
            f'<w:pPr><w:ind w:left="{720 * (level + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
            for level, form in enumerate(formats)
        )
        + "</w:abstractNum>"
        for number, (formats, _) in enumerate(lists, 1)
    )
    instances = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/>'
        + (f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{start}"/></w:lvlOverride>' if start > 1 else "")
        + "</w:num>"
        for number, (_, start) in enumerate(lists, 1)
    )
    chapters = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Chapter{level + 1}"/>'
        f'<w:lvlText w:val="{".".join(f"%{number + 1}" for number in range(level + 1))}"/></w:lvl>'
        for level in range(3)
    )
    abstract += (
        f'<w:abstractNum w:abstractNumId="{CHAPTERS}"><w:multiLevelType w:val="multilevel"/>{chapters}</w:abstractNum>'
    )
    instances += f'<w:num w:numId="{CHAPTERS}"><w:abstractNumId w:val="{CHAPTERS}"/></w:num>'
    return f"<w:numbering {_NAMESPACES}>{abstract}{instances}</w:numbering>"


def _types(parts: dict[str, str]) -> str:
    kinds = {"document": "document.main"}
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{_TYPE}.{kinds.get(stem, stem)}+xml"/>'
        for name in parts
        for stem in [name.removeprefix("word/").removesuffix(".xml")]
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _root() -> str:
    target = f'<Relationship Id="r" Type="{_R}/officeDocument" Target="word/document.xml"/>'
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{target}</Relationships>'
    )


def _relations(related: list[str]) -> dict[str, str]:
    relations = "".join(related).replace("{}", _R)
    name = "http://schemas.openxmlformats.org/package/2006/relationships"
    return {"word/_rels/document.xml.rels": f'<Relationships xmlns="{name}">{relations}</Relationships>'}


_STYLES = (
    f'<w:styles xmlns:w="{_W}">'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/>'
        f'<w:basedOn w:val="Normal"/><w:pPr><w:outlineLvl w:val="{level - 1}"/></w:pPr></w:style>'
        for level in (1, 2, 3)
    )
    + "".join(
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="Chapter{level}"><w:name w:val="Chapter {level}"/>'
        f'<w:basedOn w:val="Heading{level}"/><w:pPr><w:numPr><w:ilvl w:val="{level - 1}"/>'
        f'<w:numId w:val="{CHAPTERS}"/></w:numPr></w:pPr></w:style>'
        for level in (1, 2, 3)
    )
    + '<w:style w:type="character" w:customStyle="1" w:styleId="Gone"><w:name w:val="Gone"/>'
    "<w:rPr><w:vanish/></w:rPr></w:style>"
    '<w:style w:type="paragraph" w:styleId="ListParagraph"><w:name w:val="List Paragraph"/>'
    '<w:basedOn w:val="Normal"/></w:style>'
    + "".join(
        f'<w:style w:type="character" w:styleId="{kind}Reference"><w:name w:val="{kind.lower()} reference"/>'
        '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
        for kind in ("Footnote", "Endnote")
    )
    + "</w:styles>"
)
