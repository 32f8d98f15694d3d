"""Plan random text files in several encodings, and Markdown."""

from __future__ import annotations

import random

from testing.fidelity.mails import plain_text
from testing.fidelity.model import Piece
from testing.fidelity.texts import Texts
from testing.fidelity.words import EVERY_ALPHABET, Words

_PLAIN = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252", "stray bytes")


def text(rng: random.Random) -> tuple[bytes, tuple[Piece, ...]]:
    """Return a text file: UTF-8, with byte order marks, Windows-1252, or UTF-8 with stray bytes."""
    encoding = rng.choice(_PLAIN)
    codec = "utf-8" if encoding == "stray bytes" else encoding
    words = Words(rng, ("west",) if codec == "cp1252" else EVERY_ALPHABET, codec)
    texts = Texts(words)
    parts, pieces = zip(*(plain_text(texts) for _ in range(4)), strict=True)
    content = "\n".join(parts)
    if rng.random() < 0.4:
        content = content.replace("\n", "\r\n")
    encoded = content.encode(codec)
    if encoding == "stray bytes":
        # The stray byte has a line of its own; whatever it is read as, its neighbours must not change.
        encoded = encoded.replace(b"\n\n", b"\n\x9f\n", 1)
        pieces = (*pieces, (Piece(encoding, optional="\ufffd \x9f Ÿ"),))
    return encoded, tuple(
        Piece(f"{piece.construct}, {encoding}", piece.expected, optional=piece.optional)
        for group in pieces
        for piece in group
    )


def markdown(rng: random.Random) -> tuple[bytes, tuple[Piece, ...]]:
    """Return Markdown, which is to be read as it is: its source is the author's text."""
    words = Words(rng)
    rows = [[words.token() for _ in range(3)] for _ in range(4)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in [rows[0], ["---"] * 3, *rows[1:]])
    items = [words.phrase() for _ in range(4)]
    numbered = "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))
    title, sentence, entity = (
        words.phrase(),
        words.sentence(),
        f"{words.word()} &amp; {words.word()} < {words.digits()}",
    )
    power = f"{words.digits()}·10<sup>6</sup> {words.word()} H<sub>2</sub>O {words.word()}"
    note, after, text = words.word(), words.word(), words.sentence()
    blocks = (
        ("headings", f"# {title}", title),
        ("text", sentence, sentence),
        ("tables", table, " ".join(token for row in rows for token in row)),
        ("list numbers", numbered, " ".join(f"{number}. {item}" for number, item in enumerate(items, 1))),
        ("character references", entity, entity),
        ("superscripts and subscripts", power, power),
        ("footnotes", f"{note}[^1] {after}\n\n[^1]: {text}", ""),
    )
    # A reading may show the source's "&amp;" or what it stands for.
    pieces = [Piece(construct, shown, also=(("&amp;", "&"),)) for construct, _, shown in blocks if shown]
    pieces.append(Piece("footnotes", f"{note}^note {after}", order="own"))
    pieces.append(Piece("footnotes", text, order="own"))
    content = "\n\n".join(source for _, source, _ in blocks) + "\n"
    return content.encode(rng.choice(("utf-8", "utf-8-sig", "utf-16"))), tuple(pieces)
