"""Small text with a mark is a note, after the paragraph that refers to it."""

from __future__ import annotations

from ingest.parse.elements import ListItem, Note, Paragraph, Table
from ingest.parse.pdf.notes import with_notes


def test_a_note_follows_its_reference() -> None:
    first, second, note = Paragraph("Leave is 25[^1] days."), Paragraph("Ask."), Paragraph("[^1] Part-time: 15.")

    assert with_notes([(first, False), (second, False), (note, True)]) == [first, Note("1", "Part-time: 15."), second]


def test_a_mark_that_is_not_raised_is_one_too() -> None:
    table = Table((("Leave[^*]", "25"),), 0)

    assert with_notes([(table, False), (Paragraph("* Part-time: 15."), True)]) == [table, Note("*", "Part-time: 15.")]


def test_notes_of_one_paragraph_keep_their_order() -> None:
    text = Paragraph("Leave[^1] is 25[^2] days.")
    items = [ListItem("First.", "1."), ListItem("Second.", "(2)")]

    assert with_notes([(text, False), *((item, True) for item in items)]) == [
        text,
        Note("1", "First."),
        Note("2", "Second."),
    ]


def test_text_without_a_reference_stays_where_it_is() -> None:
    elements = [(Paragraph("Leave is 25 days."), False), (Paragraph("1 First."), True)]

    assert with_notes(elements) == [element for element, _ in elements]


def test_text_of_the_usual_size_is_no_note() -> None:
    elements = [(Paragraph("Leave[^1] is 25 days."), False), (Paragraph("1 First."), False)]

    assert with_notes(elements) == [element for element, _ in elements]
