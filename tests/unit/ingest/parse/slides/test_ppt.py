"""A binary presentation is read slide by slide, from the records that were saved last."""

from __future__ import annotations

import struct

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Heading, ListItem, PageStart, Paragraph, ParsedElements
from ingest.parse.slides.ppt import parse_ppt
from testing.compound import compound_file
from testing.files import pptx

TITLE, BODY, OTHER = 0, 1, 4


def record(kind: int, *content: bytes, instance: int = 0, container: bool = False) -> bytes:
    inside = b"".join(content)
    return struct.pack("<HHI", instance << 4 | (15 if container else 0), kind, len(inside)) + inside


def holder(kind: int, *content: bytes, instance: int = 0) -> bytes:
    return record(kind, *content, instance=instance, container=True)


def text(kind: int, characters: str, style: bytes = b"", fields: tuple[int, ...] = ()) -> bytes:
    written = record(3999, struct.pack("<I", kind)) + record(4000, characters.encode("utf-16-le"))
    written += record(4001, style) if style else b""
    return written + b"".join(record(4056, struct.pack("<I", at)) for at in fields)


def shape(content: bytes, placeholder: int = 0) -> bytes:
    data = holder(0xF011, record(3011, struct.pack("<iBBH", 0, placeholder, 0, 0))) if placeholder else b""
    return holder(0xF004, data, record(0xF00D, content))


def slide(*shapes: bytes, notes: int = 0, hidden: bool = False, more: bytes = b"") -> bytes:
    show = record(1017, bytes(10), struct.pack("<H", 4 if hidden else 1), bytes(4))
    drawing = holder(1036, holder(0xF002, holder(0xF003, *shapes)))
    return holder(1006, record(1007, bytes(16), struct.pack("<I", notes), bytes(4)), show, drawing, more)


def presentation(
    *slides: bytes,
    outlines: tuple[bytes, ...] = (),
    notes: tuple[bytes, ...] = (),
    info: bytes = b"",
    token: int = 0xE391C05F,
) -> bytes:
    """Return a file; `outlines` are the texts of each slide in the list of slides, `info` a part of the document."""

    def persists(first: int, count: int, texts: tuple[bytes, ...], number: int) -> bytes:
        return b"".join(
            record(1011, struct.pack("<IIIII", first + at, 0, 0, number + at, 0))
            + (texts[at] if at < len(texts) else b"")
            for at in range(count)
        )

    first_note = 2 + len(slides)
    document = holder(
        1000,
        info,
        holder(4080, persists(2, len(slides), outlines, 256), instance=0),
        holder(4080, persists(first_note, len(notes), (), 500), instance=2),
    )
    stream, offsets = b"", []
    for content in (document, *slides, *notes):
        offsets.append(len(stream))
        stream += content
    directory = len(stream)
    stream += record(6002, struct.pack(f"<{len(offsets) + 1}I", 1 | len(offsets) << 20, *offsets))
    edit = len(stream)
    stream += record(4085, struct.pack("<IIIIIII", 0, 0, 0, directory, 1, 0, 0))
    user = record(4086, struct.pack("<IIIHHBBH", 20, token, edit, 0, 0, 3, 0, 0))
    return compound_file({"Current User": user, "PowerPoint Document": stream})


def read(content: bytes, settings: Parsing | None = None) -> ParsedElements:
    return parse_ppt(content, settings or Parsing())


def test_each_slide_has_its_title_first_and_no_text_box_is_one() -> None:
    parsed = read(
        presentation(
            slide(shape(text(OTHER, "BOX & R&D")), shape(text(TITLE, "Plan\x0b2026"), placeholder=13)),
            slide(shape(text(TITLE, "loose"))),
        )
    )

    assert parsed.elements == (
        PageStart(1),
        Heading("Plan\n2026"),
        Paragraph("BOX & R&D"),
        PageStart(2),
        Paragraph("loose"),
    )
    assert (parsed.title, parsed.left_out) == ("Plan\n2026", ())


def test_texts_of_the_outline_are_in_their_shapes() -> None:
    reference = shape(record(3998, struct.pack("<I", 1)), placeholder=14)
    content = presentation(slide(reference), outlines=(text(TITLE, "Plan") + text(BODY, "a\rb"),))

    assert read(content).elements[1:] == (ListItem("a"), ListItem("b"))


def test_levels_bullets_and_raised_characters_come_from_the_style() -> None:
    def paragraphs(count: int, level: int, bullet: int) -> bytes:
        return struct.pack("<IHIHH", count, level, 0x801, bullet, 0)

    def characters(count: int, position: int) -> bytes:
        return struct.pack("<IIHHh", count, 0x80003 | 0x20000, 0, 20, position)

    # Counts are units of UTF-16: the first character has two.
    style = paragraphs(7, 0, 0) + paragraphs(4, 1, 1) + characters(5, 0) + characters(1, 30) + characters(5, 0)
    (first, second) = read(presentation(slide(shape(text(BODY, "𝔇 106\rabc", style))))).elements[1:]

    assert first == Paragraph("𝔇 10^6")
    assert second == ListItem("abc", "-", 1)


PLAIN_ENTRY = bytes(12)


def numbered_entry(scheme: int, start: int) -> bytes:
    return struct.pack("<IHHH", 0x3000000, 1, scheme, start) + bytes(8)


def added(*content: bytes) -> bytes:
    """Return what PowerPoint 2000 adds to a shape or a document."""
    return holder(5000, holder(5002, record(4026, "___PPT9".encode("utf-16-le")), record(5003, *content)))


def numbered_style(*paragraphs: tuple[int, int, int]) -> bytes:
    """Return the style of paragraphs with bullets: for each its length, level, and the group of its characters."""
    levels = b"".join(struct.pack("<IHIH", length, level, 1, 1) for length, level, _ in paragraphs)
    return levels + b"".join(struct.pack("<IIH", length, 0x3C00, group << 10) for length, _, group in paragraphs)


def test_numbers_are_written_as_displayed() -> None:
    style = numbered_style((2, 0, 1), (2, 1, 2), (2, 0, 3), (2, 0, 0))
    entries = PLAIN_ENTRY + numbered_entry(7, 3) + numbered_entry(9, 1) + numbered_entry(7, 3)
    data = holder(0xF011, added(record(4012, entries)))
    own = holder(0xF004, data, record(0xF00D, text(OTHER, "a\rb\rc\rd", style)))

    assert read(presentation(slide(own))).elements[1:] == (
        ListItem("a", "III."),
        ListItem("b", "a)", 1),
        ListItem("c", "IV."),
        ListItem("d"),
    )


def test_numbers_of_the_outline_are_those_of_its_slide() -> None:
    style = numbered_style((2, 0, 0), (2, 0, 0))
    header = record(4015, struct.pack("<II", 256, BODY))
    info = holder(2000, added(holder(4014, header, record(4012, numbered_entry(3, 1)))))
    content = presentation(
        slide(shape(record(3998, bytes(4)), placeholder=14)), outlines=(text(BODY, "a\rb", style),), info=info
    )

    assert read(content).elements[1:] == (ListItem("a", "1."), ListItem("b", "2."))


def test_fields_and_decoration_are_left_out() -> None:
    content = slide(
        shape(text(OTHER, "Page *", fields=(5,))),
        *(shape(text(OTHER, "x"), placeholder=kind) for kind in (7, 8, 9, 10)),
    )

    assert read(presentation(content)).elements == (PageStart(1), Paragraph("Page"))


def test_notes_follow_their_slide() -> None:
    picture, body = shape(text(OTHER, "x"), placeholder=11), shape(text(2, "Say: 90 kEUR"), placeholder=12)
    notes = holder(1008, holder(1036, holder(0xF002, holder(0xF003, picture, body))))

    assert read(presentation(slide(shape(text(OTHER, "a")), notes=500), notes=(notes,))).elements[1:] == (
        Paragraph("a"),
        Paragraph("Say: 90 kEUR"),
    )


COMMENT = holder(
    12000, *(record(4026, name.encode("utf-16-le"), instance=at) for at, name in enumerate(("Ida", "Sure?")))
)


def test_hidden_slides_comments_and_objects_are_reported() -> None:
    embedded = holder(0xF004, holder(0xF011, record(3009, bytes(4))))
    content = presentation(slide(shape(text(OTHER, "a")), hidden=True), slide(embedded, more=COMMENT))

    parsed = read(content)
    assert parsed.elements == (PageStart(2),)
    assert parsed.left_out == ("the hidden slide 1", "1 embedded object", "1 comment")
    assert read(content, Parsing(hidden=True, comments=True)).elements == (
        PageStart(1),
        Paragraph("a"),
        PageStart(2),
        Paragraph("Comment: Sure?"),
    )


def test_a_newer_presentation_with_the_older_ending_is_read() -> None:
    assert read(pptx([])).elements == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no presentation", "it is damaged: it is not a presentation"),
        (compound_file({"WordDocument": b"x"}), "it is damaged: it is not a presentation"),
        (compound_file({"Current User": b"", "PowerPoint Document": b"x"}), "it is damaged: it is not a presentation"),
        (presentation(slide(), token=0xF3D1C4DF), "it is encrypted; save it without a password"),
    ],
)
def test_what_is_no_presentation_or_encrypted_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(content)

    assert caught.value.reason.startswith(reason)
