"""Every format that documents are made in: `make(format, seed)`."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from testing.fidelity import extra_docx, extra_html, mails, office, plain, sheets, slides
from testing.fidelity.model import Block, Document, Made, Piece, pieces_of
from testing.fidelity.texts import Texts, plan
from testing.fidelity.words import EVERY_ALPHABET, PRINTED, Words
from testing.fidelity.write_docx import docx
from testing.fidelity.write_html import epub, fb2, html
from testing.fidelity.write_odt import odt
from testing.fidelity.write_pdf import pdf
from testing.fidelity.write_rtf import rtf

_Construct = Callable[[Texts], Iterable[Block]]

_BASIC: tuple[_Construct, ...] = (Texts.text, Texts.headings, Texts.references, Texts.signs, Texts.tables)
_RICH: tuple[_Construct, ...] = (
    *_BASIC, Texts.runs, Texts.tabs, Texts.hyphens, Texts.scripts, Texts.notes, Texts.links, Texts.bullets,
    Texts.merged, Texts.two_headers, Texts.rich_cells, Texts.nested,
)  # fmt: skip
_OFFICE: tuple[_Construct, ...] = (
    *_RICH, Texts.endnotes, Texts.changes, Texts.hidden, Texts.comments, Texts.controls, Texts.text_boxes,
    Texts.numbered,
)  # fmt: skip
_PRINTED: tuple[_Construct, ...] = (
    Texts.scripts, Texts.notes, Texts.bullets, Texts.numbered, Texts.tables, Texts.merged, Texts.hidden,
)  # fmt: skip
_RICH_TEXT: tuple[_Construct, ...] = tuple(
    construct for construct in _OFFICE if construct not in (Texts.nested, Texts.text_boxes, Texts.controls)
)
# LibreOffice writes an input field of ODT once for each script of its text as DOCX.
_WITHOUT_CONTROLS: tuple[_Construct, ...] = tuple(construct for construct in _OFFICE if construct != Texts.controls)
_WEB: tuple[_Construct, ...] = (*_RICH, Texts.hidden, Texts.deleted, Texts.plain_numbered)
_FICTION: tuple[_Construct, ...] = (
    *_BASIC, Texts.runs, Texts.hyphens, Texts.scripts, Texts.notes, Texts.links,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A format: the ending of its files and how one is made."""

    ending: str
    make: Callable[[random.Random], tuple[bytes, tuple[Piece, ...]]]


def _texts(
    constructs: tuple[_Construct, ...],
    write: Callable[[Document, random.Random], bytes],
    *,
    alphabets: tuple[str, ...] = EVERY_ALPHABET,
    running: bool = False,
    extra: Piece | None = None,
) -> Callable[[random.Random], tuple[bytes, tuple[Piece, ...]]]:
    def make(rng: random.Random) -> tuple[bytes, tuple[Piece, ...]]:
        document = plan(rng, Words(rng, alphabets), constructs, running=running)
        pieces = pieces_of(document)
        return write(document, rng), pieces if extra is None else (*pieces, extra)

    return make


def _xlsx(rng: random.Random) -> tuple[bytes, tuple[Piece, ...]]:
    planned = sheets.plan(rng, rich=True)
    return sheets.xlsx(planned, rng), sheets.pieces_of(planned)


def _ods(rng: random.Random) -> tuple[bytes, tuple[Piece, ...]]:
    planned = sheets.plan(rng, rich=False)
    return sheets.ods(planned), sheets.pieces_of(planned)


def _office_pdf(rng: random.Random) -> tuple[bytes, tuple[Piece, ...]]:
    """A DOCX or ODT printed by LibreOffice, in one or two columns. Cells may be read in any order of their lines."""
    words = Words(rng, PRINTED, codes=False)
    two = rng.random() < 0.5
    constructs = (Texts.text, Texts.runs, Texts.hyphens, Texts.headings, Texts.references)
    document = plan(rng, words, constructs if two else (*constructs, *_PRINTED), running=True)
    content = docx(document, columns=2) if two else docx(document) if rng.random() < 0.5 else odt(document)
    ending = ".docx" if content[30:].startswith(b"[Content_Types]") else ".odt"
    pieces = [
        replace(
            piece,
            construct=f"{piece.construct}, two columns" if two else piece.construct,
            order="own" if piece.construct == "merged cells" else piece.order,
            # LibreOffice repeats header rows on the next page.
            repeats=piece.repeats or piece.construct in ("tables", "merged cells"),
        )
        for piece in pieces_of(document)
    ]
    pages = 30
    running = Piece("headers and footers", optional=" ".join([document.header, document.footer] * pages), order="any")
    pieces = [piece for piece in pieces if not piece.construct.startswith("headers and footers")]
    return office.converted(content, ending, "pdf"), (*pieces, running)


def _through_office(
    make_source: Callable[[random.Random], tuple[bytes, tuple[Piece, ...]]], ending: str, target: str
) -> Callable[[random.Random], tuple[bytes, tuple[Piece, ...]]]:
    def made(rng: random.Random) -> tuple[bytes, tuple[Piece, ...]]:
        content, pieces = make_source(rng)
        return office.converted(content, ending, target), pieces

    return made


# The numbers that a page displays before its notes.
_NUMBERS = Piece("footnotes", optional=" ".join(f"{n} {n}. ^{n}" for n in range(1, 30)) + " Contents", order="any")

KINDS: Mapping[str, Kind] = {
    "docx": Kind(".docx", _texts((*_OFFICE, *extra_docx.EXTRAS), lambda document, _: docx(document), running=True)),
    "docx-strict": Kind(".docx", _texts(_OFFICE, lambda document, _: docx(document, strict=True))),
    "pptx": Kind(".pptx", slides.pptx),
    "xlsx": Kind(".xlsx", _xlsx),
    "html": Kind(".html", _texts((*_WEB, *extra_html.EXTRAS), html, extra=_NUMBERS)),
    "eml": Kind(".eml", mails.mail),
    "pdf": Kind(".pdf", pdf),
    "odt": Kind(".odt", _texts(_OFFICE, lambda document, _: odt(document), running=True)),
    "ods": Kind(".ods", _ods),
    "epub": Kind(".epub", _texts(_WEB, epub, extra=_NUMBERS)),
    "rtf": Kind(".rtf", _texts(_RICH_TEXT, rtf, running=True)),
    "fb2": Kind(".fb2", _texts(_FICTION, fb2, extra=_NUMBERS)),
    "csv": Kind(".csv", sheets.csv_file),
    "txt": Kind(".txt", plain.text),
    "md": Kind(".md", plain.markdown),
}
"""The formats that need no other program."""

_WRITTEN_BY_OFFICE = _texts(_OFFICE, lambda document, _: docx(document), running=True)
OFFICE_KINDS: Mapping[str, Kind] = {
    "pdf-office": Kind(".pdf", _office_pdf),
    "docx-office": Kind(
        ".docx",
        _through_office(_texts(_WITHOUT_CONTROLS, lambda document, _: odt(document), running=True), ".odt", "docx"),
    ),
    "odt-office": Kind(".odt", _through_office(_WRITTEN_BY_OFFICE, ".docx", "odt")),
    "rtf-office": Kind(".rtf", _through_office(_texts(_RICH_TEXT, lambda document, _: docx(document)), ".docx", "rtf")),
    "pptx-office": Kind(".pptx", _through_office(slides.pptx, ".pptx", "pptx:Impress MS PowerPoint 2007 XML")),
    "xlsx-office": Kind(".xlsx", _through_office(_xlsx, ".xlsx", "xlsx:Calc MS Excel 2007 XML")),
    "xls-office": Kind(".xls", _through_office(_xlsx, ".xlsx", "xls")),
    "ods-office": Kind(".ods", _through_office(_xlsx, ".xlsx", "ods")),
    "doc-office": Kind(".doc", _through_office(_WRITTEN_BY_OFFICE, ".docx", "doc")),
    "ppt-office": Kind(".ppt", _through_office(slides.pptx, ".pptx", "ppt")),
}
"""The formats that LibreOffice writes, from our documents of another one."""


def make(kind: str, seed: int) -> Made:
    """Make a document of a format; the same seed makes the same document."""
    rng = random.Random(f"{kind} {seed}")
    chosen = KINDS.get(kind) or OFFICE_KINDS[kind]
    content, pieces = chosen.make(rng)
    return Made(f"{kind}-{seed}{chosen.ending}", content, pieces)
