"""Build real files of several formats."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
_OFFICE = "http://schemas.openxmlformats.org"
_WORD = f"{_OFFICE}/wordprocessingml/2006/main"
_SHEET = f"{_OFFICE}/spreadsheetml/2006/main"
_DRAWING = " ".join(
    f'xmlns:{prefix}="{_OFFICE}/{path}"'
    for prefix, path in {
        "a": "drawingml/2006/main",
        "c": "drawingml/2006/chart",
        "dgm": "drawingml/2006/diagram",
        "m": "officeDocument/2006/math",
        "mc": "markup-compatibility/2006",
        "p": "presentationml/2006/main",
        "r": "officeDocument/2006/relationships",
    }.items()
)


def pdf(pages: Sequence[Sequence[str]], *, title: str | None = None, password: str | None = None) -> bytes:
    """Return a PDF with these lines on each page, encrypted if there is a password."""
    buffer = io.BytesIO()
    encryption = StandardEncryption(password, ownerPassword="owner", canPrint=0) if password else None
    canvas = Canvas(buffer, encrypt=encryption)
    if title:
        canvas.setTitle(title)
    for lines in pages:
        for number, line in enumerate(lines):
            canvas.drawString(72, 760 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def docx(title: str, paragraphs: Sequence[str]) -> bytes:
    """Return a Word document: a heading of level 1 and paragraphs."""
    heading = f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>{escape(title)}</w:t></w:r></w:p>'
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    styles = (
        f'<w:styles xmlns:w="{_WORD}"><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>'
        '<w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style></w:styles>'
    )
    return _office(
        "word/document.xml",
        "wordprocessingml.document.main",
        f'<w:document xmlns:w="{_WORD}"><w:body>{heading}{body}</w:body></w:document>',
        {"word/styles.xml": ("wordprocessingml.styles", "styles", styles)},
    )


def xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    """Return a workbook with one sheet, named Rates."""
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )
    return _office(
        "xl/workbook.xml",
        "spreadsheetml.sheet.main",
        f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}/officeDocument/2006/relationships">'
        '<sheets><sheet name="Rates" sheetId="1" r:id="rId1"/></sheets></workbook>',
        {
            "xl/worksheets/sheet1.xml": (
                "spreadsheetml.worksheet",
                "worksheet",
                f'<worksheet xmlns="{_SHEET}"><sheetData>{cells}</sheetData></worksheet>',
            )
        },
    )


def _office(main: str, main_type: str, content: str, parts: dict[str, tuple[str, str, str]]) -> bytes:
    """Return an Office Open XML package. `parts` maps a path to its content type, relationship and text."""
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    folder, _, name = main.rpartition("/")
    type_of = "application/vnd.openxmlformats-officedocument"
    overrides = [(main, main_type), *((path, kind) for path, (kind, _, _) in parts.items())]
    types = "".join(f'<Override PartName="/{path}" ContentType="{type_of}.{kind}+xml"/>' for path, kind in overrides)
    relations = "".join(
        f'<Relationship Id="rId{number}" Target="{path.removeprefix(folder + "/")}" '
        f'Type="{_OFFICE}/officeDocument/2006/relationships/{relation}"/>'
        for number, (path, (_, relation, _)) in enumerate(parts.items(), start=1)
    )
    package = f"{_OFFICE}/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Target="{main}" '
        f'Type="{_OFFICE}/officeDocument/2006/relationships/officeDocument"/></Relationships>',
        f"{folder}/_rels/{name}.rels": f'<Relationships xmlns="{package}/relationships">{relations}</Relationships>',
        main: content,
        **{path: text for path, (_, _, text) in parts.items()},
    }
    return zipped({path: declaration + text for path, text in files.items()})


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP file with these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in parts.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def pptx(slides: Sequence[str], parts: Mapping[str, str] | None = None, *, first_number: int = 1) -> bytes:
    """Return a presentation. A slide is the XML of its shapes, or its whole XML; `parts` are further files by path.

    The namespace prefixes are a, p, r, c, dgm, m and mc. A part that links to others needs `relationships`.
    """
    numbers = range(1, len(slides) + 1)
    ids = "".join(f'<p:sldId id="{255 + number}" r:id="rId{number}"/>' for number in numbers)
    presentation = f'<p:presentation firstSlideNum="{first_number}"><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>'
    shown = [
        slide if slide.startswith("<p:sld") else f"<p:sld><p:cSld><p:spTree>{slide}</p:spTree></p:cSld></p:sld>"
        for slide in slides
    ]
    files = {
        "_rels/.rels": relationships(officeDocument="ppt/presentation.xml"),
        "ppt/_rels/presentation.xml.rels": relationships(*(("slide", f"slides/slide{n}.xml") for n in numbers)),
        "ppt/presentation.xml": presentation,
        **{f"ppt/slides/slide{number}.xml": slide for number, slide in zip(numbers, shown, strict=True)},
        **(parts or {}),
    }
    return zipped({path: _with_namespaces(text) for path, text in files.items()})


def relationships(*others: tuple[str, str], **kinds: str) -> str:
    """Return the XML of a part's relations, with the ids rId1, rId2 …, each as (kind, target) or kind=target."""
    package = f"{_OFFICE}/package/2006/relationships"
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate([*others, *kinds.items()], start=1)
    )
    return f'<Relationships xmlns="{package}">{links}</Relationships>'


def _with_namespaces(xml: str) -> str:
    """Declare the namespaces of presentations at the first element."""
    return re.sub(r"^<([\w:]+)", lambda found: f"<{found[1]} {_DRAWING}", xml)
