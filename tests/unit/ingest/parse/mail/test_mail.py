"""A mail is read as its receiver sees it: subject, sender, the text once, and what is attached."""

from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest

from core.errors import DocumentError, UnsupportedDocument
from ingest.parse.elements import Element, Heading, ListItem, PageStart, Paragraph, ParsedElements, Table
from ingest.parse.mail import parse_eml, parse_mbox


def no_attachment(content: bytes, name: str) -> ParsedElements:
    raise UnsupportedDocument("not read")


def mail(content: str, encoding: str = "utf-8") -> ParsedElements:
    return parse_eml(content.encode(encoding), no_attachment)


def body(content: str, encoding: str = "utf-8") -> tuple[Element, ...]:
    """Return the elements below the subject and the headers."""
    return mail(f"Subject: s\n{content}", encoding).elements[2:]


def multipart(kind: str, *parts: str) -> str:
    return f'Content-Type: multipart/{kind}; boundary="{kind}"\n\n' + "".join(
        f"--{kind}\n{part}\n" for part in parts
    ) + f"--{kind}--\n"  # fmt: skip


PLAIN = "Content-Type: text/plain; charset=utf-8\n\n{}\n"
HTML = "Content-Type: text/html; charset=utf-8\n\n<html><body>{}</body></html>\n"


def test_the_subject_is_heading_and_title_and_the_headers_are_lines() -> None:
    parsed = mail(
        "Subject: Windows\nFrom: Ida <ida@example.org>\nTo: a@example.org, Bo <b@example.org>\nBcc: x@example.org\n"
        "Date: Mon, 02 Mar 2026 09:00:00 +0100\nX-Spam: no\n\nSaturday 22:00\n"
    )

    assert parsed.elements == (
        Heading("Windows"),
        Paragraph(
            "From: Ida <ida@example.org>\nTo: a@example.org, Bo <b@example.org>\nDate: Mon, 02 Mar 2026 09:00:00 +0100"
        ),
        Paragraph("Saturday 22:00"),
    )
    assert (parsed.title, parsed.left_out) == ("Windows", ())


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("=?iso-8859-1?Q?Schl=FCssel?=", "Schlüssel", id="an encoded word"),
        pytest.param("=?utf-8?Q?Sch?=\n =?utf-8?Q?l=C3=BCssel?= 5\n  weg", "Schlüssel 5 weg", id="folded"),
        pytest.param("=?utf-8?Q?Schl=C3?= =?utf-8?Q?=BCssel?=", "Schlüssel", id="a letter in two words"),
        pytest.param("=?utf-8?Q?M=C3=A4rz?=\n 2026", "März 2026", id="plain text in the next line"),
        pytest.param("=?utf-8?B?a?=", "=?utf-8?B?a?=", id="broken"),
        pytest.param("=?x-unknown?Q?M=C3=A4rz?=", "März", id="an unknown encoding"),
        pytest.param("Schlüssel für Köln", "Schlüssel für Köln", id="bytes that are not encoded"),
    ],
)
def test_headers_are_decoded(written: str, shown: str) -> None:
    assert mail(f"Subject: {written}\n\ntext\n").title == shown


def test_names_with_commas_are_separated_before_they_are_decoded() -> None:
    parsed = mail("From: =?utf-8?Q?Kr=C3=BCger,_Ida?= <i@example.org>\nTo: undisclosed-recipients:;\n\ntext\n")

    assert parsed.elements[1] == Paragraph("From: Krüger, Ida <i@example.org>\nTo: undisclosed-recipients:;")
    assert parsed.title is None


def test_the_html_is_read_instead_of_a_plain_text_that_says_so() -> None:
    table = "<p>Windows:</p><table><tr><th>Host</th><th>When</th></tr><tr><td>db-01</td><td>22:00</td></tr></table>"
    both = multipart(
        "alternative", PLAIN.format("Please see the HTML part."), HTML.format(f"{table}<ul><li>R&amp;D</li></ul>")
    )

    assert body(both) == (Paragraph("Windows:"), Table((("Host", "When"), ("db-01", "22:00"))), ListItem("R&D"))


def test_the_plain_text_is_read_where_the_html_has_no_words() -> None:
    both = multipart("alternative", PLAIN.format("The gate code is 8841."), HTML.format("<img src='cid:1'>Open"))

    assert body(both) == (Paragraph("The gate code is 8841."),)


def test_headings_of_the_text_are_below_the_subject() -> None:
    assert body(HTML.format("<h1>Costs</h1>")) == (Heading("Costs", 2),)


def test_quoted_lines_and_signatures_stay() -> None:
    text = "Yes.\n\n> Is 1 > 2\n> true?\n\n-- \nIda\n"

    assert body(PLAIN.format(text)) == (Paragraph("Yes."), Paragraph("> Is 1 > 2\n> true?"), Paragraph("-- \nIda"))


@pytest.mark.parametrize(
    ("flags", "text", "paragraphs"),
    [
        ("", "one \ntwo\nthree", ["one two\nthree"]),
        ("; delsp=yes", "wo \nrd", ["word"]),
        ("", "> one \n> two\nmine \nmore", ["> one two\nmine more"]),
        ("", " From \nhere", ["From here"]),
        ("", "bye\n-- \nIda", ["bye\n-- \nIda"]),
    ],
)
def test_flowed_lines_are_joined(flags: str, text: str, paragraphs: list[str]) -> None:
    flowed = f"Content-Type: text/plain; charset=utf-8; format=flowed{flags}\n\n{text}\n"

    assert body(flowed) == tuple(Paragraph(paragraph) for paragraph in paragraphs)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("iso-8859-1", "latin-1"),
        ("koi8-r", "koi8-r"),
        ("utf-8", "utf-8"),
        ("x-unknown", "utf-8"),
        ("us-ascii", "utf-8"),
    ],
)
def test_texts_are_decoded_as_declared_or_as_what_they_are(declared: str, encoding: str) -> None:
    text = "Schlüssel in Köln" if encoding != "koi8-r" else "Ключ у входа"
    content = f"Content-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: 8bit\n\n{text}\n"

    assert body(content, encoding) == (Paragraph(text),)


def test_transfer_encodings_are_undone() -> None:
    head = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "
    quoted = f"{head}quoted-printable\n\nK=C3=B6ln ist=\n weit\n"
    packed = base64.b64encode("Köln".encode()).decode()

    assert body(quoted) == (Paragraph("Köln ist weit"),)
    assert body(f"{head}base64\n\n{packed}\n") == (Paragraph("Köln"),)


def test_a_mail_that_was_saved_as_utf_16_is_read() -> None:
    assert mail("Subject: s\n\nKöln\n", "utf-16").elements[2:] == (Paragraph("Köln"),)


FILE = 'Content-Type: application/octet-stream; name="{}"\nContent-Disposition: attachment\n\n{}'


def test_attachments_are_read_below_their_names() -> None:
    def parse(content: bytes, name: str) -> ParsedElements:
        assert name == "Größen.pdf"
        return ParsedElements((PageStart(1), Heading("Sizes"), Paragraph(content.decode())), left_out=("2 comments",))

    name = "=?utf-8?Q?Gr=C3=B6=C3=9Fen.pdf?="
    content = "Subject: s\n" + multipart("mixed", PLAIN.format("text"), FILE.format(name, "data"))
    parsed = parse_eml(content.encode(), parse)

    assert parsed.elements[2:] == (
        Paragraph("text"),
        Heading("Größen.pdf", 2),
        Heading("Sizes", 3),
        Paragraph("data"),
    )
    assert parsed.left_out == ("2 comments of the attachment 'Größen.pdf'",)


def test_the_encoding_of_an_attached_text_is_that_of_the_mail() -> None:
    read: list[bytes] = []

    def parse(content: bytes, name: str) -> ParsedElements:
        read.append(content)
        return ParsedElements(())

    part = "Content-Type: text/csv; charset=iso-8859-2; name=a.csv\nContent-Disposition: attachment\n\nŁódź;1"
    parse_eml(f"Subject: s\n{multipart('mixed', part)}".encode("iso-8859-2"), parse)

    assert read == ["Łódź;1".encode()]


def test_what_cannot_be_read_is_named() -> None:
    def parse(content: bytes, name: str) -> ParsedElements:
        raise (
            DocumentError("it is encrypted; save it without a password") if name == "a.pdf" else UnsupportedDocument("")
        )

    picture = "Content-Type: image/png\nContent-ID: <1>\nContent-Disposition: inline\n\nx"
    encrypted = multipart("encrypted", "Content-Type: application/pgp-encrypted\n\nVersion: 1")
    parts = (
        FILE.format("a.pdf", "x"),
        FILE.format("b.mp3", "x"),
        picture,
        encrypted,
        FILE.format("bad.eml", "no mail"),
    )
    parsed = parse_eml(f"Subject: s\n{multipart('mixed', *parts)}".encode(), parse)

    assert parsed.left_out == (
        "an encrypted part",
        "1 picture",
        "the attachment 'a.pdf' (it is encrypted; save it without a password)",
        "the attachment 'b.mp3'",
        "the attachment 'bad.eml' (it is not a mail: it has no headers)",
    )


INNER = "Subject: inner\nFrom: x@example.org\n\nThe gate code is 8841.\n"


@pytest.mark.parametrize("part", [f"Content-Type: message/rfc822\n\n{INNER}", FILE.format("forwarded.eml", INNER)])
def test_mails_inside_are_read(part: str) -> None:
    assert body(multipart("mixed", PLAIN.format("outer"), part)) == (
        Paragraph("outer"),
        Heading("inner", 2),
        Paragraph("From: x@example.org"),
        Paragraph("The gate code is 8841."),
    )


def test_mails_inside_too_many_others_are_reported() -> None:
    content = "Subject: deepest\n\ntext\n"
    for number in range(8):
        content = f"Subject: {number}\nContent-Type: message/rfc822\n\n{content}"
    parsed = mail(content)

    assert [element.text for element in parsed.elements if isinstance(element, Heading)] == [
        "7",
        "6",
        "5",
        "4",
        "3",
        "2",
    ]
    assert parsed.left_out == ("the mail '1' inside 5 others",)


def test_mails_nested_without_end_are_refused() -> None:
    content = "Subject: deepest\n\ntext\n"
    for _ in range(3000):
        content = f"Content-Type: message/rfc822\n\n{content}"

    with pytest.raises(DocumentError, match="nested too deeply"):
        mail(content)


def test_the_parts_of_a_signed_mail_and_of_a_page_with_pictures_are_its_text() -> None:
    signature = "Content-Type: application/pgp-signature\n\n-----BEGIN"
    related = multipart("related", HTML.format("<p>text</p>"), "Content-Type: image/png\nContent-ID: <1>\n\nx")
    parsed = mail("Subject: s\n" + multipart("signed", related, signature))

    assert parsed.elements[2:] == (Paragraph("text"),)
    assert parsed.left_out == ("1 picture",)


def test_an_invitation_says_what_when_and_where() -> None:
    calendar = (
        "Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\nBEGIN:VCALENDAR\nBEGIN:VTIMEZONE\n"
        "DTSTART:19700329T020000\nEND:VTIMEZONE\nBEGIN:VEVENT\nSUMMARY;LANGUAGE=de:Planung\\, Teil\n  2\n"
        'DTSTART;TZID="Europe/Berlin":20260302T090000\nDTEND:20260302T093000Z\nLOCATION:Raum 12\n'
        "DESCRIPTION:Bitte\\nkommen\nUID:1\nEND:VEVENT\nEND:VCALENDAR"
    )

    assert body(multipart("alternative", calendar, HTML.format("<p>Please come.</p>")))[-2:] == (
        Paragraph(
            "Summary: Planung, Teil 2\nStart: 2026-03-02 09:00 (Europe/Berlin)\nEnd: 2026-03-02 09:30 UTC\n"
            "Location: Raum 12\nBitte\nkommen"
        ),
        Paragraph("Please come."),
    )


def test_a_mail_written_by_the_standard_library_is_read_back() -> None:
    message = EmailMessage()
    message["Subject"] = "Größe & Gewicht"
    message["From"] = "Jürgen <j@example.org>"
    message.set_content("Über 5 kg > 3 kg\n")
    message.add_alternative("<p>Über 5 kg &gt; <b>3</b> kg</p>", subtype="html")

    parsed = parse_eml(message.as_bytes(), no_attachment)

    assert parsed.elements == (
        Heading("Größe & Gewicht"),
        Paragraph("From: Jürgen <j@example.org>"),
        Paragraph("Über 5 kg > 3 kg"),
    )


def test_the_mails_of_a_mailbox_follow_each_other() -> None:
    start = "From ida@example.org Mon Mar 02 09:00:00 2026\n"
    box = f"{start}Subject: one\n\n>From here on\n\n{start}Subject: two\n\ntext\n\n"
    bad = f"{start}Content-Type: multipart/encrypted\n\nx\n"
    parsed = parse_mbox((box + bad).encode(), no_attachment)

    assert [element for element in parsed.elements if element != Paragraph("")] == [
        Heading("one"),
        Paragraph("From here on"),
        Heading("two"),
        Paragraph("text"),
    ]
    assert parsed.left_out == ("1 unreadable mail",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is not a mail: it has no headers"),
        (b"just some words\n", "it is not a mail: it has no headers"),
        (b"Content-Type: multipart/encrypted; boundary=x\n\n--x--\n", "it is encrypted"),
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nabc\n", "it is encrypted"),
    ],
)
def test_what_is_no_mail_or_encrypted_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_eml(content, no_attachment)

    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize(
    "content", [b"no mailbox", b"From ida Mon Mar 02 09:00:00 2026\nContent-Type: multipart/encrypted\n\nx\n"]
)
def test_a_mailbox_without_a_mail_is_refused(content: bytes) -> None:
    with pytest.raises(DocumentError):
        parse_mbox(content, no_attachment)
