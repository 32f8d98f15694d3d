"""Build real files of several formats."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
_OFFICE = "http://schemas.openxmlformats.org"
_WORD = f"{_OFFICE}/wordprocessingml/2006/main"
_SHEET = f"{_OFFICE}/spreadsheetml/2006/main"


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
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, declaration + text)
    return buffer.getvalue()
