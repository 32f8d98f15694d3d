"""Every format that documents are made in: `make(format, seed)`."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from testing.fidelity import mails, sheets, slides
from testing.fidelity.model import Block, Document, Made, Piece, pieces_of
from testing.fidelity.texts import Texts, plan
from testing.fidelity.words import EVERY_ALPHABET, Words
from testing.fidelity.write_docx import docx
from testing.fidelity.write_html import epub, fb2, html
from testing.fidelity.write_odt import odt
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
_RICH_TEXT: tuple[_Construct, ...] = tuple(
    construct for construct in _OFFICE if construct not in (Texts.nested, Texts.text_boxes, Texts.controls)
)
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


# The numbers that a page displays before its notes.
_NUMBERS = Piece("footnotes", optional=" ".join(f"{n} {n}. ^{n}" for n in range(1, 30)) + " Contents", order="any")

KINDS: Mapping[str, Kind] = {
    "docx": Kind(".docx", _texts(_OFFICE, lambda document, _: docx(document), running=True)),
    "pptx": Kind(".pptx", slides.pptx),
    "xlsx": Kind(".xlsx", _xlsx),
    "ods": Kind(".ods", _ods),
    "csv": Kind(".csv", sheets.csv_file),
    "odt": Kind(".odt", _texts(_OFFICE, lambda document, _: odt(document), running=True)),
    "rtf": Kind(".rtf", _texts(_RICH_TEXT, rtf, running=True)),
    "html": Kind(".html", _texts(_WEB, html, extra=_NUMBERS)),
    "eml": Kind(".eml", mails.mail),
    "epub": Kind(".epub", _texts(_WEB, epub, extra=_NUMBERS)),
    "fb2": Kind(".fb2", _texts(_FICTION, fb2, extra=_NUMBERS)),
}


def make(kind: str, seed: int) -> Made:
    """Make a document of a format; the same seed makes the same document."""
    rng = random.Random(f"{kind} {seed}")
    content, pieces = KINDS[kind].make(rng)
    return Made(f"{kind}-{seed}{KINDS[kind].ending}", content, pieces)
