"""Plan random mails: plain and HTML bodies, transfer encodings, encoded headers, attachments, inner mails."""

from __future__ import annotations

import random
from email import policy
from email.charset import QP, Charset
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText

from testing.fidelity.model import Document, Piece, pieces_of
from testing.fidelity.texts import Texts, plan
from testing.fidelity.words import EVERY_ALPHABET, Words
from testing.fidelity.write_html import html_body

_CHARSETS = {
    "utf-8": EVERY_ALPHABET,
    "iso-8859-1": ("west",),
    "windows-1252": ("west",),
    "iso-8859-2": ("central",),
    "koi8-r": ("cyrillic",),
    "windows-1253": ("greek",),
}
_HTML = (
    Texts.text, Texts.references, Texts.runs, Texts.hyphens, Texts.tables, Texts.merged, Texts.bullets, Texts.hidden,
    Texts.links, Texts.signs, Texts.scripts, Texts.tabs, Texts.plain_numbered,
)  # fmt: skip


def mail(rng: random.Random) -> tuple[bytes, tuple[Piece, ...]]:
    """Return a mail of one of several shapes."""
    charset = rng.choice(list(_CHARSETS))
    words = Words(rng, _CHARSETS[charset], charset)
    shape = rng.choice(("plain", "html", "both", "both", "attachments", "attachments"))
    if shape == "plain":
        body, pieces = _plain(words, charset)
    elif shape == "html":
        body, pieces = _html(words, charset, rng)
    elif shape == "both":
        body, pieces = _both(words, charset)
    else:
        body, pieces = _attachments(words, charset, rng)
    pieces = (*_headers(body, words, charset, rng), *pieces)
    return body.as_bytes(policy=policy.SMTP if rng.random() < 0.5 else policy.compat32), pieces


def _headers(body: MIMEBase, words: Words, charset: str, rng: random.Random) -> tuple[Piece, ...]:
    subject, sender, receiver = words.phrase(3, 9), f"{words.word()} {words.word()}", f"{words.word()} {words.word()}"
    body["Subject"] = _encoded(subject, charset)
    body["From"] = f"{_encoded(sender, charset)} <sender@example.org>"
    body["To"] = f"{_encoded(receiver, charset)} <receiver@example.org>"
    body["Date"] = f"Mon, {rng.randint(10, 28)} Mar 2025 08:15:00 +0100"
    addresses = "<sender@example.org> <receiver@example.org> sender@example.org receiver@example.org"
    quoted = " ".join(f'"{name}"' for name in (sender, receiver))
    names = f"{quoted} From: To: Date: Subject: From To Date Subject **From:** **To:** **Date:** **Subject:**"
    date = body["Date"]
    return (
        Piece("subject", subject, optional=subject, order="own"),
        Piece("sender and receiver", optional=f"{sender} {receiver} {addresses} {names} {date}", order="any"),
    )


def _encoded(text: str, charset: str) -> str:
    """Return a header's text as encoded words, one a line (RFC 2047): a blank is in the word before it."""
    words = text.split(" ")
    parts = [f"{word} " for word in words[:-1]] + words[-1:]
    encoded = "\n ".join(Charset(charset).header_encode(part) for part in parts)
    assert str(make_header(decode_header(encoded))) == text
    return encoded


def _text_part(text: str, charset: str, rng: random.Random, kind: str = "plain") -> MIMENonMultipart:
    """Return a text part, as quoted-printable or base64."""
    if rng.random() < 0.5:
        return MIMEText(text, kind, charset)
    coding = Charset(charset)
    coding.body_encoding = QP
    part = MIMENonMultipart("text", kind, charset=charset)
    part.set_payload(text, coding)
    return part


def _plain(words: Words, charset: str) -> tuple[MIMEBase, tuple[Piece, ...]]:
    texts = Texts(words)
    text, pieces = plain_text(texts)
    part = _text_part(text, charset, words.rng)
    if words.rng.random() < 0.3:
        flowed, pieces = _flowed(words)
        part = _text_part(flowed, charset, words.rng)
        part.set_param("format", "flowed")
    return part, pieces


def _flowed(words: Words) -> tuple[str, tuple[Piece, ...]]:
    """Lines that end with a blank go on in the next line (RFC 3676)."""
    sentences = [words.sentence() for _ in range(4)]
    text = "\n".join(sentence.replace(" ", " \n", 1) for sentence in sentences)
    return text, (Piece("format=flowed", " ".join(sentences)),)


def plain_text(texts: Texts) -> tuple[str, tuple[Piece, ...]]:
    """Return plain text: sentences, quoted lines, a table drawn with tabs, signs that mean something elsewhere."""
    words = texts.words
    greeting, quoted = words.phrase(), [words.sentence() for _ in range(2)]
    row = [words.token() for _ in range(4)]
    sentence, name = words.sentence(), words.phrase(2, 2)
    signs = f"{words.word()}&{words.word()} <{words.word()}> {words.word()}_x *{words.word()} &amp; #{words.digits()}"
    lines = [
        f"{greeting},",
        "",
        sentence,
        "",
        *(f"> {line}" for line in quoted),
        "",
        "\t".join(row),
        signs,
        "",
        "-- ",
        name,
    ]
    shown = (("text", f"{greeting}, {sentence}"), ("quoted lines", " ".join(quoted)), ("tabs", " ".join(row)),
             ("Markdown signs", signs), ("signature", name))  # fmt: skip
    return "\n".join(lines) + "\n", tuple(Piece(construct, text) for construct, text in shown)


def _document(words: Words, rng: random.Random) -> Document:
    return plan(rng, words, _HTML, blocks=len(_HTML))


def _html(words: Words, charset: str, rng: random.Random) -> tuple[MIMEBase, tuple[Piece, ...]]:
    document = _document(words, rng)
    page = f"<html><head><style>td {{ color: red }}</style></head><body>{html_body(document, rng)}</body></html>"
    encoded = page.encode(charset, errors="xmlcharrefreplace").decode(charset)
    return _text_part(encoded, charset, rng, "html"), pieces_of(document)


def _both(words: Words, charset: str) -> tuple[MIMEBase, tuple[Piece, ...]]:
    """The same text twice, plain and as HTML: to be read once."""
    paragraphs = [words.sentence() for _ in range(4)]
    both = MIMEMultipart("alternative")
    both.attach(_text_part("\n\n".join(paragraphs) + "\n", charset, words.rng))
    both.attach(_text_part("".join(f"<p>{text}</p>" for text in paragraphs), charset, words.rng, "html"))
    return both, (Piece("plain and HTML", " ".join(paragraphs)),)


def _attachments(words: Words, charset: str, rng: random.Random) -> tuple[MIMEBase, tuple[Piece, ...]]:
    """A body, a text file, and a mail with its own subject and body."""
    mixed = MIMEMultipart("mixed")
    body, attached, inner_text, inner_subject = words.sentence(), words.sentence(), words.sentence(), words.phrase()
    mixed.attach(_text_part(body + "\n", charset, rng))
    file = _text_part(attached + "\n", charset, rng)
    file.add_header("Content-Disposition", "attachment", filename="list.txt")
    mixed.attach(file)
    pieces = [Piece("text", body), Piece("attachments", attached, order="own", optional="list.txt")]
    if rng.random() < 0.6:
        inner = EmailMessage()
        inner["Subject"] = inner_subject
        inner["From"] = "inner@example.org"
        inner.set_content(inner_text + "\n")
        message = MIMEBase("message", "rfc822")
        message.set_payload([inner])
        mixed.attach(message)
        names = "From: Subject: From Subject **From:** **Subject:** inner@example.org <inner@example.org>"
        pieces += [
            Piece("inner mails", f"{inner_subject} {inner_text}", order="own", optional=f"{names} {inner_subject}")
        ]
    return mixed, tuple(pieces)
