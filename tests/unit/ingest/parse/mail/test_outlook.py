"""A mail of Outlook is read like any other mail, from the properties in its file."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import pytest

from core.errors import DocumentError, UnsupportedDocument
from ingest.parse.elements import Element, Heading, ListItem, Paragraph, ParsedElements, Table
from ingest.parse.mail import parse_msg
from ingest.parse.mail.rtf import html_in, unpacked
from testing.compound import Storage, compound_file

SUBJECT, BODY, HTML, RTF, HEADERS, CLASS = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D, 0x001A
SENDER, SENDER_SMTP, SENT, CODE_PAGE = 0x0C1A, 0x5D01, 0x0039, 0x3FFD
NAME, SMTP, KIND, FILE_NAME, DATA, METHOD, MIME, CONTENT_ID = (
    0x3001, 0x39FE, 0x0C15, 0x3707, 0x3701, 0x3705, 0x370E, 0x3712,
)  # fmt: skip
EXCHANGE = "/O=ORG/CN=IDA"

Values = Mapping[int, "str | bytes | int"]


def storage(values: Values, header: int, encoding: str | None = None) -> dict[str, bytes | Storage]:
    """Return the streams of properties: texts as Unicode or in an encoding, bytes, and numbers of eight bytes."""
    streams: dict[str, bytes | Storage] = {}
    table = bytes(header)
    for name, value in values.items():
        if isinstance(value, int):
            table += struct.pack("<HHIQ", 3, name, 6, value)
        elif isinstance(value, bytes):
            streams[f"__substg1.0_{name:04X}0102"] = value
        elif encoding is None:
            streams[f"__substg1.0_{name:04X}001F"] = value.encode("utf-16-le")
        else:
            streams[f"__substg1.0_{name:04X}001E"] = value.encode(encoding)
    return {**streams, "__properties_version1.0": table}


def message(
    values: Values,
    *,
    recipients: tuple[Values, ...] = (),
    attachments: tuple[dict[str, bytes | Storage], ...] = (),
    header: int = 32,
    encoding: str | None = None,
) -> dict[str, bytes | Storage]:
    return {
        **storage(values, header, encoding),
        **{f"__recip_version1.0_#{at:08X}": storage(person, 8, encoding) for at, person in enumerate(recipients)},
        **{f"__attach_version1.0_#{at:08X}": attachment for at, attachment in enumerate(attachments)},
    }


def file(**values: str | bytes | int) -> dict[str, bytes | Storage]:
    names = {"name": FILE_NAME, "data": DATA, "mime": MIME, "content_id": CONTENT_ID}
    return storage({names[key]: value for key, value in values.items()}, 8)


def no_attachment(content: bytes, name: str) -> ParsedElements:
    raise UnsupportedDocument("not read")


def read(content: dict[str, bytes | Storage]) -> ParsedElements:
    return parse_msg(compound_file(content), no_attachment)


def body(values: Values) -> tuple[Element, ...]:
    return read(message({SUBJECT: "s", **values})).elements[2:]


def test_subject_people_date_and_text_are_read() -> None:
    people: tuple[Values, ...] = (
        {NAME: "Bo", SMTP: "bo@example.org", KIND: 1},
        {NAME: "Cy", SMTP: EXCHANGE, KIND: 2},
        {NAME: "Dee", SMTP: "dee@example.org", KIND: 3},
    )
    sent = 134_169_120_000_000_000
    parsed = read(
        message(
            {
                SUBJECT: "Schlüssel",
                SENDER: "Ida",
                SENDER_SMTP: "ida@example.org",
                SENT: sent,
                BODY: "Raum 12.\r\n\r\nIda",
            },
            recipients=people,
        )
    )

    assert parsed.elements == (
        Heading("Schlüssel"),
        Paragraph(
            "From: Ida <ida@example.org>\nTo: Bo <bo@example.org>\nCc: Cy\nDate: Mon, 02 Mar 2026 08:00:00 +0000"
        ),
        Paragraph("Raum 12."),
        Paragraph("Ida"),
    )
    assert parsed.title == "Schlüssel"


def test_headers_of_a_received_mail_are_those_that_arrived() -> None:
    headers = "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\r\nDate: Mon, 02 Mar 2026 09:00:00 +0100\r\n"

    assert read(message({SUBJECT: "s", HEADERS: headers, BODY: "x"})).elements[1] == Paragraph(
        "From: Jürgen <j@example.org>\nDate: Mon, 02 Mar 2026 09:00:00 +0100"
    )


def test_texts_that_are_not_unicode_have_the_code_page_of_the_mail() -> None:
    parsed = read(message({SUBJECT: "Ключ", BODY: "у входа", CODE_PAGE: 1251}, encoding="cp1251"))

    assert (parsed.title, parsed.elements[-1]) == ("Ключ", Paragraph("у входа"))


def test_html_is_read_before_plain_text() -> None:
    table = "<table><tr><th>Host</th><th>When</th></tr><tr><td>db</td><td>22:00</td></tr></table>"

    assert body({HTML: f"<html><body>{table}</body></html>".encode(), BODY: "Host When db 22:00"}) == (
        Table((("Host", "When"), ("db", "22:00"))),
    )


def stored(rtf: bytes) -> bytes:
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


ENCAPSULATED = (
    rb"{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}{\*\generator x;}"
    rb"{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 \'ca\'eb\'fe\'f7 5 {\*\htmltag84 &gt;}\htmlrtf >\htmlrtf0  3"
    rb"\htmlrtf }\htmlrtf0"
    rb"{\*\htmltag72 </p>}{\*\htmltag64 <ul>}{\*\htmltag64 <li>}\htmlrtf {\pntext *\tab}\htmlrtf0 \u8364?\~a"
    rb"{\*\htmltag72 </li>}{\*\mhtmltag1 <no>}{\*\htmltag64 </ul>}\par }"
)


def test_html_that_is_kept_as_rtf_is_read_as_html() -> None:
    assert body({RTF: stored(ENCAPSULATED), BODY: "plain"}) == (Paragraph("Ключ 5 > 3"), ListItem("€\u00a0a"))
    assert html_in(rb"{\rtf1\ansi text}") is None


def test_rtf_of_its_own_is_read_and_rtf_of_plain_text_is_not() -> None:
    assert body({RTF: stored(rb"{\rtf1\ansi Ten\par Eleven}"), BODY: "Ten Eleven"}) == (
        Paragraph("Ten"),
        Paragraph("Eleven"),
    )
    assert body({RTF: stored(rb"{\rtf1\ansi\fromtext Ten}"), BODY: "Ten as text"}) == (Paragraph("Ten as text"),)


@pytest.mark.parametrize(
    ("packed", "rtf"),
    [
        # The examples of the standard (MS-OXRTFCP, section 3).
        (
            "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0",
            b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
        ),
        ("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0", b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
        ("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542", b"{\\rtf1\\ansi\\ansicpg125"),
    ],
)
def test_compressed_rtf_is_unpacked_as_far_as_it_goes(packed: str, rtf: bytes) -> None:
    assert unpacked(bytes.fromhex(packed)).startswith(rtf)


@pytest.mark.parametrize("packed", [b"short", bytes(40)])
def test_damaged_rtf_is_refused(packed: bytes) -> None:
    with pytest.raises(DocumentError, match="RTF text is damaged"):
        unpacked(packed)


def test_attachments_are_read_below_their_names() -> None:
    def parse(content: bytes, name: str) -> ParsedElements:
        return ParsedElements((Paragraph(f"{name}: {content.decode()}"),))

    attachments = (file(name="Größe.txt", data=b"5 kg"), file(name="a.png", mime="image/png", content_id="1"))
    parsed = parse_msg(compound_file(message({SUBJECT: "s", BODY: "x"}, attachments=attachments)), parse)

    assert parsed.elements[2:] == (Paragraph("x"), Heading("Größe.txt", 2), Paragraph("Größe.txt: 5 kg"))
    assert parsed.left_out == ("1 picture",)


def test_mails_inside_are_read_and_objects_are_reported() -> None:
    inner = message({SUBJECT: "inner", BODY: "The gate code is 8841."}, header=24)
    attachments = (
        {**storage({METHOD: 5}, 8), "__substg1.0_3701000D": inner},
        storage({METHOD: 6, NAME: "Sheet"}, 8),
    )
    parsed = read(message({SUBJECT: "s", BODY: "x"}, attachments=attachments))

    assert parsed.elements[2:] == (
        Paragraph("x"),
        Heading("inner", 2),
        Paragraph(""),
        Paragraph("The gate code is 8841."),
    )
    assert parsed.left_out == ("the embedded object 'Sheet'",)


def test_a_signed_mail_is_read_from_its_attachment() -> None:
    signed = b"Content-Type: multipart/signed; boundary=b\n\n--b\nContent-Type: text/plain\n\nGate 12.\n--b--\n"
    content = message({SUBJECT: "s", CLASS: "IPM.Note.SMIME.MultipartSigned"}, attachments=(file(data=signed),))

    assert read(content).elements == (Heading("s"), Paragraph(""), Paragraph("Gate 12."))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no mail", "it is damaged: it is not a mail of Outlook, or not all of one"),
        (compound_file({"a": b"x"}), "it is damaged: it is not a mail of Outlook, or not all of one"),
        (compound_file(message({SUBJECT: "s", BODY: "x"}))[:1000], "it is damaged"),
        (compound_file(message({CLASS: "IPM.Note.SMIME"})), "it is encrypted; save the mail"),
    ],
)
def test_what_is_no_mail_or_encrypted_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_msg(content, no_attachment)

    assert caught.value.reason.startswith(reason)
