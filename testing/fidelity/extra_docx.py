"""Constructs of DOCX only: what Word writes around, between and inside words."""

from __future__ import annotations

from collections.abc import Iterable

from testing.fidelity.archive import escape
from testing.fidelity.model import Block, Order, Piece, Raw, label_piece
from testing.fidelity.texts import Texts

_TRACKED = 'w:author="A" w:date="2026-01-05T08:00:00Z"'


def _run(text: str, properties: str = "") -> str:
    head = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{head}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _deleted(text: str) -> str:
    run = f'<w:r><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r>'
    return f'<w:del w:id="7001" {_TRACKED}>{run}</w:del>'


def _paragraph(content: str, properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{content}</w:p>"


def _one(markup: str, construct: str, expected: str, absent: str = "", order: Order = "flow") -> Iterable[Block]:
    yield Raw(markup, (Piece(construct, expected, absent=absent, order=order),))


def chapters(texts: Texts) -> Iterable[Block]:
    """Headings that their style numbers: 1, 1.1 …; their numbering goes on through the document."""
    counts = [0, 0, 0]
    for level in (1, 2, 2, 3, 1, 2):
        counts[level - 1] += 1
        counts[level:] = [0] * (3 - level)
        text = texts.words.phrase()
        label = ".".join(map(str, counts[:level]))
        markup = _paragraph(_run(text), f'<w:pStyle w:val="Chapter{level}"/>')
        pieces = (label_piece(label, "numbered headings"), Piece("numbered headings", text))
        yield Raw(markup, pieces)


def marks_in_words(texts: Texts) -> Iterable[Block]:
    """Bookmarks, spelling marks and page breaks of the last layout inside words."""
    word, after = texts.words.word(), texts.words.phrase()
    marks = (
        '<w:proofErr w:type="spellStart"/>',
        '<w:bookmarkStart w:id="90" w:name="b"/><w:bookmarkEnd w:id="90"/>',
        "<w:r><w:lastRenderedPageBreak/></w:r>",
        '<w:permStart w:id="5" w:edGrp="everyone"/><w:permEnd w:id="5"/>',
    )
    markup = _paragraph(_run(word[:2]) + texts.rng.choice(marks) + _run(word[2:]) + _run(f" {after}"))
    return _one(markup, "marks inside words", f"{word} {after}")


def breaks(texts: Texts) -> Iterable[Block]:
    """Carriage returns, positioned tabs, breaks of pages and columns: they separate words."""
    tokens = [texts.words.token() for _ in range(5)]
    between = ["<w:cr/>", '<w:br w:type="page"/>', '<w:br w:type="column"/>',
               '<w:ptab w:relativeTo="margin" w:alignment="right" w:leader="none"/>']  # fmt: skip
    texts.rng.shuffle(between)
    markup = _run(tokens[0]) + "".join(
        f"<w:r>{mark}</w:r>{_run(token)}" for mark, token in zip(between, tokens[1:], strict=True)
    )
    return _one(_paragraph(markup), "tabs and breaks", " ".join(tokens))


def moves(texts: Texts) -> Iterable[Block]:
    """Moved text: it is where it was moved to."""
    moved, before, after = texts.words.phrase(), texts.words.phrase(), texts.words.phrase()
    source = f'<w:moveFrom w:id="71" {_TRACKED}>{_run(moved)}</w:moveFrom>'
    target = f'<w:moveTo w:id="72" {_TRACKED}>{_run(moved)}</w:moveTo>'
    markup = _paragraph(source + _run(before + " ")) + _paragraph(_run(after + " ") + target)
    return _one(markup, "tracked changes", f"{before} {after} {moved}")


def deleted_blocks(texts: Texts) -> Iterable[Block]:
    """A deleted paragraph and a deleted table row."""
    before, gone, row, left = (texts.words.phrase() for _ in range(4))
    mark = f'<w:rPr><w:del w:id="73" {_TRACKED}/></w:rPr>'
    markup = _paragraph(_run(before)) + _paragraph(_deleted(gone), mark)
    cells = "".join(f"<w:tc><w:tcPr/>{_paragraph(_deleted(token))}</w:tc>" for token in row.split())
    kept = "".join(f"<w:tc><w:tcPr/>{_paragraph(_run(token))}</w:tc>" for token in left.split())
    removed = f'<w:tr><w:trPr><w:del w:id="74" {_TRACKED}/></w:trPr>{cells}</w:tr>'
    markup += f"<w:tbl><w:tblPr/><w:tblGrid/><w:tr>{kept}</w:tr>{removed}</w:tbl>" + _paragraph("")
    return _one(markup, "tracked changes", f"{before} {left}", absent=f"{gone} {row}")


def fields(texts: Texts) -> Iterable[Block]:
    """Fields: their result is displayed, their code is not."""
    before, result, simple, code = (texts.words.phrase() for _ in range(4))
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> REF {escape(code.split()[0])} \\h </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{_run(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    short = f'<w:fldSimple w:instr=" DOCPROPERTY x ">{_run(" " + simple)}</w:fldSimple>'
    markup = _paragraph(_run(before + " ") + field + short)
    return _one(markup, "fields", f"{before} {result} {simple}", absent=code.split()[0])


def controls(texts: Texts) -> Iterable[Block]:
    """Content controls around paragraphs, cells and rows; wrappers of smart tags and custom XML."""
    block, cell, row, tag, custom = (texts.words.phrase() for _ in range(5))

    def control(content: str) -> str:
        return f"<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"

    def cell_of(text: str) -> str:
        return f"<w:tc><w:tcPr/>{_paragraph(_run(text))}</w:tc>"

    table = f"<w:tr>{control(cell_of(cell))}</w:tr>{control(f'<w:tr>{cell_of(row)}</w:tr>')}"
    markup = control(_paragraph(_run(block))) + f"<w:tbl><w:tblPr/><w:tblGrid/>{table}</w:tbl>"
    wrapped = f'<w:smartTag w:uri="u" w:element="place">{_run(tag + " ")}</w:smartTag>'
    wrapped += f'<w:customXml w:uri="u" w:element="e">{_run(custom)}</w:customXml>'
    return _one(markup + _paragraph(wrapped), "content controls", f"{block} {cell} {row} {tag} {custom}")


def hidden_by_style(texts: Texts) -> Iterable[Block]:
    """Text that a character style hides."""
    before, gone, after = (texts.words.phrase() for _ in range(3))
    markup = _run(before + " ") + _run(gone + " ", '<w:rStyle w:val="Gone"/>') + _run(after)
    return _one(_paragraph(markup), "hidden text", f"{before} {after}", absent=gone)


def legacy_box(texts: Texts) -> Iterable[Block]:
    """A text box as Word wrote it before 2010, with two paragraphs."""
    first, second = texts.words.phrase(), texts.words.phrase()
    content = f"<w:txbxContent>{_paragraph(_run(first))}{_paragraph(_run(second))}</w:txbxContent>"
    shape = '<v:shape id="c" type="#_x0000_t202" style="width:200pt;height:70pt">'
    shape += f"<v:textbox>{content}</v:textbox></v:shape>"
    markup = _paragraph(f"<w:r><w:pict>{shape}</w:pict></w:r>")
    return _one(markup, "text boxes", f"{first} {second}", order="own")


EXTRAS = (
    chapters, marks_in_words, breaks, moves, deleted_blocks, fields, controls, hidden_by_style, legacy_box,
)  # fmt: skip
