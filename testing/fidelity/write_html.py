"""Write a document as HTML, as the XHTML of an EPUB, and as FB2."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from testing.fidelity.archive import packed
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

_TYPES = {"decimal": "1", "lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
_HTML = {"<": ["&lt;", "&#60;", "&#x3C;"], ">": ["&gt;", ">", "&#62;"], '"': ['"', "&quot;", "&#34;"]}
_HTML |= {"'": ["'", "&#39;", "&apos;"], "&": ["&amp;", "&#38;", "&#x26;"]}
# What some words of HTML write by name; numbers from 128 to 159 mean Windows' characters.
_NAMED = {"ä": "&auml;", "ö": "&ouml;", "é": "&eacute;", "€": "&euro;", "°": "&deg;", "§": "&sect;", "·": "&middot;"}


def references(rng: random.Random, *, named: bool) -> Callable[[str], str]:
    """Return a function that writes text for markup, with a random choice of references. `named`: HTML's own names."""

    def write(text: str) -> str:
        written = []
        for sign in text:
            if sign in _HTML:
                written.append(rng.choice(_HTML[sign]))
            elif sign in _NAMED and named and rng.random() < 0.3:
                written.append(_NAMED[sign])
            elif ord(sign) > 127 and rng.random() < 0.05:
                written.append(rng.choice((f"&#{ord(sign)};", f"&#x{ord(sign):X};")))
            else:
                written.append(sign)
        return "".join(written)

    return write


@dataclass
class _Writer:
    """Writes blocks as HTML, in the many ways in which people and programs write it."""

    rng: random.Random
    write: Callable[[str], str]
    xml: bool = False
    notes: list[str] = field(default_factory=list)

    def block(self, block: Block) -> str:
        match block:
            case Paragraph():
                name = "p" if self.xml else self.rng.choice(("p", "p", "div", "P"))
                return f"<{name}>{self.inlines(block.inlines)}</{name}>"
            case Heading():
                return f"<h{block.level}>{self.text(block.text)}</h{block.level}>"
            case List():
                return self._list(block)
            case Table():
                return self._table(block)
            case Raw():
                return block.markup
            case TextBox():
                return f"<aside>{self.text(block.text)}</aside>"

    def inlines(self, inlines: tuple[Inline, ...]) -> str:
        return "".join(self._inline(inline) for inline in inlines)

    def text(self, text: str) -> str:
        """Write text; a blank may be a line's end in the source."""
        ends = ("\n", "\n    ", "\r\n") if self.rng.random() < 0.3 else (" ",)
        blank = "".join(self.rng.choice(ends) if sign == " " else sign for sign in text)
        return self.write(blank)

    def _inline(self, inline: Inline) -> str:
        match inline:
            case Text():
                name = self.rng.choice(("b", "strong", "span"))
                return f"<{name}>{self.text(inline.text)}</{name}>" if inline.bold else self.text(inline.text)
            case Inserted():
                return f"<ins>{self.text(inline.text)}</ins>"
            case Control():
                return f"<span>{self.text(inline.text)}</span>"
            case Tab():
                return "&#9;"
            case Break():
                return "<br/>" if self.xml else self.rng.choice(("<br>", "<BR>", "<br/>"))
            case NoBreakHyphen():
                return self.rng.choice(("\u2011", "&#8209;"))
            case NoBreakSpace():
                return "&#160;" if self.xml else self.rng.choice(("&nbsp;", "&#xA0;", "\u00a0"))
            case SoftHyphen():
                return "&#173;" if self.xml else self.rng.choice(("&shy;", "\u00ad"))
            case Raised():
                return f"<sup>{self.text(inline.text)}</sup>"
            case Lowered():
                return f"<sub>{self.text(inline.text)}</sub>"
            case Note():
                self.notes.append(inline.text)
                number = len(self.notes)
                kind = ' epub:type="noteref"' if self.xml else ""
                return f'<a{kind} href="#fn{number}" id="ref{number}"><sup>{number}</sup></a>'
            case Deleted():
                return f"<del>{self.text(inline.text)}</del>"
            case Hidden():
                return self._hidden(inline.text)
            case Comment():
                return f"<!-- {inline.text} -->"
            case Link():
                return f'<a href="{inline.url.replace("&", "&amp;")}">{self.text(inline.text)}</a>'

    def _hidden(self, text: str) -> str:
        ways = ['<span style="display:none">{}</span>', '<b style="color: red; display: none;">{}</b>', "<!-- {} -->"]
        if not self.xml:
            ways += ["<span hidden>{}</span>", "<script>let a = '{}';</script>", "<template>{}</template>"]
            ways += ["<style>.a {{ content: '{}' }}</style>"]
        return self.rng.choice(ways).format(self.text(text))

    def _list(self, block: List) -> str:
        items, position = list(block.items), 0

        def level(depth: int) -> str:
            nonlocal position
            form = block.formats[depth]
            parts: list[str] = []
            while position < len(items) and items[position].level >= depth:
                if items[position].level > depth:
                    parts[-1] += level(depth + 1)
                else:
                    parts.append(self.inlines(items[position].inlines))
                    position += 1
            if form.style == "bullet":
                return "<ul>" + "".join(f"<li>{part}</li>" for part in parts) + "</ul>"
            start = f' start="{block.starts_at}"' if depth == 0 and block.starts_at > 1 else ""
            kind = f' type="{_TYPES[form.style]}"' if form.style != "decimal" else ""
            return f"<ol{start}{kind}>" + "".join(f"<li>{part}</li>" for part in parts) + "</ol>"

        return level(0)

    def _table(self, table: Table) -> str:
        closed = self.xml or self.rng.random() < 0.8
        rows = []
        for number, row in enumerate(table.rows):
            name = "th" if number < table.header_rows else "td"
            cells = "".join(self._cell(cell, name, closed=closed) for cell in row)
            rows.append(f"<tr>{cells}{'</tr>' if closed else ''}")
        if self.xml or self.rng.random() < 0.5:
            head, body = rows[: table.header_rows], rows[table.header_rows :]
            return f"<table><thead>{''.join(head)}</thead><tbody>{''.join(body)}</tbody></table>"
        return f"<table>{''.join(rows)}</table>"

    def _cell(self, cell: Cell, name: str, *, closed: bool) -> str:
        spans = f' colspan="{cell.columns}"' if cell.columns > 1 else ""
        spans += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        if len(cell.blocks) == 1 and isinstance(cell.blocks[0], Paragraph):
            content = self.inlines(cell.blocks[0].inlines)
        else:
            content = "".join(map(self.block, cell.blocks))
        return f"<{name}{spans}>{content}{f'</{name}>' if closed else ''}"

    def written_notes(self) -> str:
        """The notes at the end, each with its number."""
        kind = ' epub:type="footnote"' if self.xml else ""
        return "".join(
            f'<p{kind} id="fn{number}"><sup>{number}</sup> {self.text(note)}</p>'
            for number, note in enumerate(self.notes, 1)
        )


def html_body(document: Document, rng: random.Random) -> str:
    """Return the blocks of the document as HTML, without anything around them."""
    writer = _Writer(rng, references(rng, named=True))
    separator = rng.choice(("", "\n"))
    body = separator.join(writer.block(block) for block in document.blocks)
    return body + separator + writer.written_notes()


def html(document: Document, rng: random.Random) -> bytes:
    """Return the document as an HTML file in one of several encodings, which it declares."""
    body = html_body(document, rng)
    encoding = rng.choice(("utf-8", "utf-8", "utf-8-sig", "windows-1252", "iso-8859-2", "windows-1251", "utf-16"))
    name = encoding.removesuffix("-sig")
    if encoding == "windows-1252" and rng.random() < 0.5:
        # To a browser both names mean the same.
        name = rng.choice(("iso-8859-1", "us-ascii"))
    meta = rng.choice(
        (f'<meta charset="{name}">', f'<meta http-equiv="Content-Type" content="text/html; charset={name}">')
    )
    page = f"<!DOCTYPE html>\n<html><head>{meta}<title></title></head><body>{body}</body></html>"
    return page.encode(encoding, errors="xmlcharrefreplace")


def epub(document: Document, rng: random.Random) -> bytes:
    """Return the document as an EPUB; its chapters are in the order of the spine, not of the archive."""
    writer = _Writer(rng, references(rng, named=False), xml=True)
    third = max(1, len(document.blocks) // 3)
    parts = [document.blocks[:third], document.blocks[third : 2 * third], document.blocks[2 * third :]]
    chapters: dict[str, str] = {}
    for part in parts:
        body = "".join(writer.block(block) for block in part) + writer.written_notes()
        writer.notes.clear()
        chapters[f"{rng.randint(100, 999)}-{len(chapters)}.xhtml"] = (
            '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title></title>'
            f"</head><body>{body}</body></html>"
        )
    manifest = "".join(
        f'<item id="c{name[:3]}{name[4]}" href="{name}" media-type="application/xhtml+xml"/>'
        for name in sorted(chapters)
    )
    manifest += '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    spine = "".join(f'<itemref idref="c{name[:3]}{name[4]}"/>' for name in chapters)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:x</dc:identifier>'
        f"<dc:language>en</dc:language></metadata><manifest>{manifest}</manifest><spine>{spine}</spine></package>"
    )
    first = next(iter(chapters))
    nav = (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title></title></head>'
        f'<body><nav epub:type="toc"><ol><li><a href="{first}">Contents</a></li></ol></nav></body></html>'
    )
    container = (
        '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
        'full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "OEBPS/book.opf": package,
            "OEBPS/nav.xhtml": nav,
            **{f"OEBPS/{name}": chapters[name] for name in sorted(chapters)},
        },
        stored=("mimetype",),
    )


def fb2(document: Document, rng: random.Random) -> bytes:
    """Return the document as a FictionBook: paragraphs, headings, tables, notes in a body of their own."""
    writer = _Fiction(rng, references(rng, named=False))
    sections, inside = [], False
    for block in document.blocks:
        if isinstance(block, Heading):
            sections.append(("</section>" if inside else "") + "<section>")
            inside = True
        elif not inside:
            sections.append("<section>")
            inside = True
        sections.append(writer.block(block))
    body = "".join(sections) + ("</section>" if inside else "")
    notes = "".join(
        f'<section id="n{number}"><title><p>{number}</p></title><p>{writer.write(note)}</p></section>'
        for number, note in enumerate(writer.notes, 1)
    )
    encoding = rng.choice(("utf-8", "windows-1251", "utf-16"))
    book = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" '
        'xmlns:l="http://www.w3.org/1999/xlink"><description><title-info><book-title></book-title></title-info>'
        f"</description><body>{body}</body>"
        + (f'<body name="notes">{notes}</body>' if notes else "")
        + "</FictionBook>"
    )
    return book.encode(encoding, errors="xmlcharrefreplace")


class _Fiction(_Writer):
    """Writes blocks as FB2."""

    def block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return f"<p>{self.inlines(block.inlines)}</p>"
            case Heading():
                return f"<title><p>{self.write(block.text)}</p></title>"
            case Table():
                rows = (
                    "".join(f"<{name}>{self.inlines(c.blocks[0].inlines)}</{name}>" for c in row)  # type: ignore[union-attr]
                    for number, row in enumerate(block.rows)
                    for name in ["th" if number < block.header_rows else "td"]
                )
                return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
            case _:
                raise TypeError(f"FB2 has no {type(block).__name__}")

    def text(self, text: str) -> str:
        return self.write(text)

    def _inline(self, inline: Inline) -> str:
        match inline:
            case Text() if inline.bold:
                return f"<strong>{self.write(inline.text)}</strong>"
            case Note():
                self.notes.append(inline.text)
                return f'<a l:href="#n{len(self.notes)}" type="note">{len(self.notes)}</a>'
            case Link():
                return f'<a l:href="{inline.url.replace("&", "&amp;")}">{self.write(inline.text)}</a>'
            case NoBreakSpace():
                return "\u00a0"
            case SoftHyphen():
                return "\u00ad"
            case NoBreakHyphen():
                return "\u2011"
            case _:
                return super()._inline(inline)
