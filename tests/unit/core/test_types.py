"""Ids and searchable text of a chunk: what the index and the embedder depend on."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest

from testing.builders import chunk_of

CHUNK = replace(chunk_of("leave/parental.md", "Twelve weeks."), document_name="Parental leave")


def test_a_chunks_id_is_the_same_in_every_process_and_release() -> None:
    assert CHUNK.id == "077eeac0-0bdd-551d-91fa-4dfa61a2e2f7"


def test_a_chunks_id_is_made_of_document_content_and_position_alone() -> None:
    assert replace(CHUNK, text="Other words.", page=3, section=("A",)).id == CHUNK.id
    others = {replace(CHUNK, document_id="b.md").id, replace(CHUNK, content_hash="v2").id, replace(CHUNK, ordinal=1).id}
    assert len(others | {CHUNK.id}) == 4


def test_what_is_searched_is_name_headings_lead_and_text() -> None:
    chunk = replace(CHUNK, section=("Pay", "During leave"), lead="| Week | Pay |\n|---|---|", text="| 1 | full |")

    assert chunk.searchable_text == ("Parental leave > Pay > During leave\nWeek Pay\n1 full")


def test_the_sentences_of_a_chunk_are_found_in_its_searchable_text() -> None:
    text = "| 1  | full |\n| 2  | half |"
    lead = "| Week | Pay |\n|---|---|"
    chunk = replace(CHUNK, section=("Pay",), lead=lead, text=text, sentences=((0, 13), (14, 27)))

    searchable, spans = chunk.searchable_sentences

    assert searchable == chunk.searchable_text
    assert [searchable[slice(*span)] for span in spans] == ["1 full", "2 half"]


def test_a_title_that_is_also_the_first_heading_is_said_once() -> None:
    assert replace(CHUNK, section=("Parental leave", "Pay")).heading == "Parental leave > Pay"


def test_padding_is_not_searched_but_stays_in_the_text() -> None:
    chunk = replace(CHUNK, text="| a      |   b |\n|--------|-----|\n\nc     d")

    assert chunk.searchable_text.endswith("\na b\n\nc d")
    assert chunk.text == "| a      |   b |\n|--------|-----|\n\nc     d"


def test_values_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        CHUNK.text = "changed"  # type: ignore[misc]
