"""Build Word documents from the XML of their parts."""

from __future__ import annotations

import io
import zipfile

_OFFICE = "http://schemas.openxmlformats.org"
_PACKAGE = f"{_OFFICE}/package/2006"
_RELATIONSHIPS = f"{_OFFICE}/officeDocument/2006/relationships"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": f"{_OFFICE}/wordprocessingml/2006/main",
        "r": _RELATIONSHIPS,
        "m": f"{_OFFICE}/officeDocument/2006/math",
        "mc": f"{_OFFICE}/markup-compatibility/2006",
        "a": f"{_OFFICE}/drawingml/2006/main",
        "c": f"{_OFFICE}/drawingml/2006/chart",
        "dgm": f"{_OFFICE}/drawingml/2006/diagram",
        "pic": f"{_OFFICE}/drawingml/2006/picture",
        "wp": f"{_OFFICE}/drawingml/2006/wordprocessingDrawing",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)
_ROOTS = {"header": "hdr", "footer": "ftr"}


def run(text: str, properties: str = "") -> str:
    """Return a run; `properties` are the children of its w:rPr."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(content: str, *, style: str = "", properties: str = "") -> str:
    """Return a paragraph of runs, or of plain text."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    runs = content if content.startswith("<") or not content else run(content)
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{runs}</w:p>"


def item(content: str, list_id: int = 1, level: int = 0, properties: str = "") -> str:
    """Return a paragraph of a list."""
    numbering = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'
    return paragraph(content, properties=numbering + properties)


def cell(content: str, properties: str = "") -> str:
    """Return a cell with one paragraph, or with the blocks that are given."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<w:') else paragraph(content)}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    """Return a row; a cell may be given as text."""
    written = (one if one.startswith("<w:tc>") else cell(one) for one in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(written)}</w:tr>"


def table(*rows: str) -> str:
    """Return a table."""
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def field(instruction: str, result: str | None) -> str:
    """Return the runs of a field; `result` is XML or text, None for a field without result."""
    shown = "" if result is None else result if result.startswith("<") else run(result)
    separator = "" if result is None else '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    return (
        f"{begin}<w:r><w:instrText>{instruction}</w:instrText></w:r>{separator}{shown}"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def style(identifier: str, name: str, properties: str = "", *, based_on: str = "", kind: str = "paragraph") -> str:
    """Return a style; `properties` are its w:pPr and w:rPr."""
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return f'<w:style w:type="{kind}" w:styleId="{identifier}"><w:name w:val="{name}"/>{base}{properties}</w:style>'


def level(index: int, text: str, style: str = "decimal", *, start: int = 1, more: str = "") -> str:
    """Return a level of a list."""
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="{start}"/><w:numFmt w:val="{style}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def word(body: str, *, title: str = "", **parts: str) -> bytes:
    """Return a Word document. A part is given by its kind and, with several of a kind, a number: header1.

    Its XML is the content of its root element; its relationship has its name as id.
    """
    files = {f"word/{name}.xml": _part(name, content) for name, content in parts.items()}
    files["word/document.xml"] = f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"
    files["word/_rels/document.xml.rels"] = _relationships({name: (_kind(name), f"{name}.xml") for name in parts})
    files["_rels/.rels"] = _relationships({"main": ("officeDocument", "word/document.xml")})
    if title:
        files["_rels/.rels"] = _relationships(
            {"main": ("officeDocument", "word/document.xml"), "core": ("core-properties", "docProps/core.xml")}
        )
        files["docProps/core.xml"] = (
            f'<p:coreProperties xmlns:p="{_PACKAGE}/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></p:coreProperties>'
        )
    types = "".join(_content_type(name, _kind(name)) for name in ("document", *parts))
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    files["[Content_Types].xml"] = f'<Types xmlns="{_PACKAGE}/content-types">{default}{types}</Types>'
    return packed(files)


def _content_type(name: str, kind: str) -> str:
    subtype = "document.main" if kind == "document" else kind
    content_type = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{subtype}+xml"
    return f'<Override PartName="/word/{name}.xml" ContentType="{content_type}"/>'


def packed(files: dict[str, str]) -> bytes:
    """Return a ZIP file of texts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def _part(name: str, content: str) -> str:
    kind = _kind(name)
    if kind in ("chart", "diagramData"):
        return content
    root = _ROOTS.get(kind, kind)
    return f"<w:{root} {NAMESPACES}>{content}</w:{root}>"


def _kind(name: str) -> str:
    return name.rstrip("0123456789")


def _relationships(targets: dict[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{name}" Type="{_RELATIONSHIPS}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'
