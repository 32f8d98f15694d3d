"""Which parts of a chunk get vectors of their own, and that they are found again in what is embedded."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.text import search_form
from core.types import Chunk
from ingest.blocks import split_blocks
from ingest.chunk import ChunkSize, chunk_document
from ingest.units import MOST_UNITS, sentence_units
from testing.builders import chunk_of, document_of
from testing.hash_embedder import HashEmbedder

PIECES = st.sampled_from(
    "One. Two;| a | b |;|---|--:|;- item one. More;x  y;[^1];10⁶ m²;\n;\n\n;# Head;```;"
    "----- ; ;Mr. A says no. ;a|b;\\|;。; \r;1. step".split(";")
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)
LEADS = st.sampled_from(["", "| a | b |\n|---|---|", "| a | b |\n|---|---|\n| key | "])


def units(text: str, lead: str = "") -> list[str]:
    return [text[start:end] for start, end in sentence_units(text, lead)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One sentence. Another one.", ["One sentence.", "Another one."]),
        ("A line that is\nwrapped. Next.", ["A line that is\nwrapped.", "Next."]),
        ("Do this:\n\n- Call the desk\n- Wait. Then go", ["Do this:", "- Call the desk", "- Wait.", "Then go"]),
        ("# Title\n\nText.", ["Text."]),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |", ["| 1 | 2 |", "| 3 | 4 |"]),
        ("Run it:\n\n```\nls. Then\n\ncat\n```", ["Run it:", "```\nls. Then\n\ncat\n```"]),
        ("# Title", ["# Title"]),
        ("", []),
    ],
)
def test_units_are_sentences_items_rows_and_whole_code_blocks(text: str, found: list[str]) -> None:
    assert units(text) == found


def test_rows_are_units_below_the_header_that_is_their_lead() -> None:
    assert units("| 1 | 2 |\n| 3 | 4 |", "| a | b |\n|---|---|") == ["| 1 | 2 |", "| 3 | 4 |"]


def test_a_piece_of_a_row_is_a_unit_behind_the_key_that_is_its_lead() -> None:
    assert units("x | y |", "| a | b |\n|---|---|\n| key | ") == ["x | y |"]


def test_many_units_are_merged_with_their_neighbours() -> None:
    text = " ".join(f"Sentence {number} is here." for number in range(100))

    found = sentence_units(text)

    assert len(found) == MOST_UNITS
    assert (found[0][0], found[-1][1]) == (0, len(text))
    assert {text[start:end].count(".") for start, end in found} == {3, 4}


@given(TEXTS, LEADS)
def test_units_are_in_order_do_not_overlap_and_are_trimmed(text: str, lead: str) -> None:
    found = sentence_units(text, lead)

    assert all(before[1] <= after[0] for before, after in pairwise(found))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in found)
    assert len(found) <= MOST_UNITS
    assert bool(found) == bool(text.strip())


@given(TEXTS, LEADS)
@example(" | a | b |", "").via("an indented row: the blank before it is left out, too")
def test_a_unit_is_found_again_in_the_searchable_text(text: str, lead: str) -> None:
    chunk = replace(chunk_of("page.md", text), lead=lead, sentences=sentence_units(text, lead))

    searchable, spans = chunk.searchable_sentences

    assert searchable == chunk.searchable_text
    for unit, found in zip(chunk.sentences, spans, strict=True):
        assert bare(searchable[slice(*found)]) == bare(search_form(text[slice(*unit)])), (unit, found)


def bare(text: str) -> str:
    """Return the text without white space, and without the bars that only the whole row shows to be a table's."""
    return "".join(text.replace("|", " ").replace("\\", " ").replace("-", " ").replace(":", " ").split())


def chunks_of(text: str) -> list[Chunk]:
    document = document_of(text)
    return list(
        chunk_document(document, split_blocks(text, markdown=True), HashEmbedder().count_tokens, ChunkSize(40, 100))
    )


def test_the_units_of_a_chunk_are_those_of_its_blocks() -> None:
    text = "# Title\n\nOne. Two.\n\n- item\n\n| a | b |\n|---|---|\n| 1 | 2 |"

    (chunk,) = chunks_of(text)

    assert [chunk.text[start:end] for start, end in chunk.sentences] == ["One.", "Two.", "- item", "| 1 | 2 |"]


def test_a_chunk_that_begins_within_a_code_block_has_one_unit_of_it_and_the_prose_after_it() -> None:
    text = "```\n" + "".join(f"call number {line} # not a heading\n" for line in range(12)) + "```\n\nThe prose. Ends."

    chunks = chunks_of(text)

    assert len(chunks) > 1
    assert [len(chunk.sentences) for chunk in chunks[:-1]] == [1] * (len(chunks) - 1)
    last = chunks[-1]
    assert [last.text[start:end] for start, end in last.sentences][-2:] == ["The prose.", "Ends."]
    assert len(last.sentences) == 3
