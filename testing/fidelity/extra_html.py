"""Constructs of HTML only, as browsers display them."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from testing.fidelity.model import Block, Piece, Raw, label_piece
from testing.fidelity.texts import Texts


def _one(markup: str, construct: str, expected: str, absent: str = "") -> Iterable[Block]:
    yield Raw(markup, (Piece(construct, expected, absent=absent),))


def blocks(texts: Texts) -> Iterable[Block]:
    """Block elements without blanks between their tags: each begins a line.

    Not <main> and <article>: a reader may take the first of them for the whole content of a page.
    """
    names = ("section", "blockquote", "pre", "dd", "figcaption", "summary", "fieldset", "address", "div")
    tokens = [texts.words.phrase(1, 3) for _ in names]
    parts = [f"<{name}>{escape(text)}</{name}>" for name, text in zip(names, tokens, strict=True)]
    return _one("".join(parts), "block elements", " ".join(tokens))


def definitions(texts: Texts) -> Iterable[Block]:
    """A list of definitions, a caption of a table, a figure."""
    term, definition, caption, cell, figure = (texts.words.phrase(1, 3) for _ in range(5))
    markup = f"<dl><dt>{escape(term)}<dd>{escape(definition)}</dl>"
    markup += f"<table><caption>{escape(caption)}</caption><tr><td>{escape(cell)}<td></table>"
    markup += f"<figure><img src=x.png alt=''><figcaption>{escape(figure)}</figcaption></figure>"
    return _one(markup, "definitions and captions", f"{term} {definition} {caption} {cell} {figure}")


def unclosed(texts: Texts) -> Iterable[Block]:
    """Tags that nobody closed, and tags that overlap."""
    words = [texts.words.word() for _ in range(6)]
    a, b, c, d, e, f = words
    markup = f"<p>{a}<p>{b}<ul><li>{c}<li>{d}</ul><p><b>{e} <i>{f}</b></i></p>"
    return _one(markup, "unclosed tags", " ".join(words))


def numbers_of_items(texts: Texts) -> Iterable[Block]:
    """Items with a value, and a list that counts down."""
    items = [texts.words.phrase(1, 3) for _ in range(4)]
    first = f"<ol><li>{escape(items[0])}<li value=7>{escape(items[1])}</ol>"
    second = f"<ol reversed><li>{escape(items[2])}<li>{escape(items[3])}</ol>"
    pieces = [
        piece
        for label, text in zip(("1.", "7.", "2.", "1."), items, strict=True)
        for piece in (label_piece(label, "list numbers"), Piece("list numbers", text))
    ]
    yield Raw(first + second, tuple(pieces))


def word_parts(texts: Texts) -> Iterable[Block]:
    """Words with a break opportunity, a comment or an empty element inside: displayed as one word."""
    inner = ("<wbr>", "<!-- x -->", "<span></span>", "&#8203;", "<a name=x></a>", "<font color=red></font>")
    words = [texts.words.word() for _ in inner]
    markup = " ".join(f"{escape(word[:2])}{mark}{escape(word[2:])}" for word, mark in zip(words, inner, strict=True))
    return _one(f"<p>{markup}</p>", "marks inside words", " ".join(words))


def odd_references(texts: Texts) -> Iterable[Block]:
    """References without semicolon, in capitals, and numbers that mean Windows' characters."""
    word = texts.words.word
    a, b, c, d, e, f = (word("latin") for _ in range(6))
    digits = texts.words.digits()
    markup = f"<p>{a}&amp {b} &AMP; {c}&QUOT; {d}&#150;{e} {f}&#8364 R&D{digits} &copy {digits}x&nbsp{digits}y</p>"
    shown = f'{a}& {b} & {c}" {d}–{e} {f}€ R&D{digits} © {digits}x {digits}y'
    return _one(markup, "character references", shown)


def office_comments(texts: Texts) -> Iterable[Block]:
    """Word's conditional comments: some hide text, some do not."""
    before, gone, shown, after = (texts.words.phrase() for _ in range(4))
    markup = (
        f"<p class=MsoNormal>{escape(before)} <!--[if gte mso 9]><b>{escape(gone)}</b><![endif]-->"
        f"<![if !supportLists]><span>{escape(shown)}</span><![endif]><o:p></o:p> {escape(after)}</p>"
    )
    return _one(markup, "conditional comments", f"{before} {shown} {after}", absent=gone)


def hidden_ways(texts: Texts) -> Iterable[Block]:
    """More ways to hide: an ancestor, capitals in the style, !important."""
    gone = [texts.words.phrase() for _ in range(3)]
    after = texts.words.phrase()
    markup = (
        f"<div hidden><p>{escape(gone[0])}</p></div><div STYLE='DISPLAY: NONE'><ul><li>{escape(gone[1])}</ul></div>"
        f'<p style="display:none !important">{escape(gone[2])}</p><p>{escape(after)}</p>'
    )
    return _one(markup, "hidden text", after, absent=" ".join(gone))


def preformatted(texts: Texts) -> Iterable[Block]:
    """Preformatted lines."""
    lines = [texts.words.phrase(1, 3) for _ in range(3)]
    text = escape("\n".join(lines))
    return _one(f"<pre><code>{text}\n</code></pre>", "preformatted text", " ".join(lines))


EXTRAS = (
    blocks, definitions, unclosed, numbers_of_items, word_parts, odd_references, office_comments, hidden_ways,
    preformatted,
)  # fmt: skip
