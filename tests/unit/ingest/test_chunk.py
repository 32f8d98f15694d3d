"""Chunks: contiguous passages within one section that the embedder reads whole."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Chunk, with_lead
from ingest.blocks import Markup, split_blocks
from ingest.chunk import ChunkSize, chunk_document
from testing.builders import document_of
from testing.hash_embedder import HashEmbedder
from testing.properties import tried

COUNT = HashEmbedder().count_tokens
SIZE = ChunkSize(tokens=40, limit=54)


def chunks_of(text: str, *, markup: Markup = "markdown", size: ChunkSize = SIZE, name: str = "Page") -> list[Chunk]:
    blocks = split_blocks(text, markdown=markup == "markdown")
    return list(chunk_document(document_of(text, name=name), blocks, COUNT, size))


def numbered(count: int, word: str = "word") -> str:
    return " ".join(f"{word}{number}" for number in range(count))


WORDS = st.lists(st.sampled_from(["leave", "Dr.", "pay.", "No!", "休暇。", "x" * 60, "a|b", "#", "e.g."]), max_size=90)
LINE = WORDS.map(" ".join)
ROW = LINE.map(lambda line: f"| {line} | 1 |")
BLOCK = st.one_of(
    LINE,
    st.tuples(st.integers(1, 6), LINE).map(lambda pair: "#" * pair[0] + " " + pair[1][:200]),
    st.lists(LINE.map(lambda line: f"- {line}"), max_size=5).map("\n".join),
    st.lists(ROW, max_size=8).map(lambda rows: "\n".join(["| Name   | Number |", "|---|---|", *rows])),
    ROW.map(lambda header: f"{header}\n|---|---|\n| a | 1 |"),
    st.lists(LINE.map(lambda line: f"    {line}"), max_size=8).map(lambda lines: "\n".join(["```", *lines, "```"])),
    st.sampled_from(["---", "<!-- a note of some words -->", "", "   ", "Title\n---"]),
    st.text(max_size=200),
)
MARKDOWN = st.lists(BLOCK, max_size=10).map("\n\n".join)


@tried(200)
@given(MARKDOWN, st.sampled_from(["markdown", "plain"]), st.sampled_from([SIZE, ChunkSize(20, 60), ChunkSize()]))
def test_chunks_have_every_written_character_of_every_block_once_and_fit(
    text: str, markup: Markup, size: ChunkSize
) -> None:
    chunks = chunks_of(text, markup=markup, size=size)

    assert all(chunk.text == text[chunk.start : chunk.end] == chunk.text.rstrip() != "" for chunk in chunks)
    assert all(before.end <= after.start for before, after in pairwise(chunks))
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    covered = {position for chunk in chunks for position in range(chunk.start, chunk.end)}
    for block in split_blocks(text, markdown=markup == "markdown"):
        assert all(text[position].isspace() or position in covered for position in range(block.start, block.end))
    assert all(length <= size.limit for length in COUNT([chunk.searchable_text for chunk in chunks]))
    assert all(length <= size.tokens for length in COUNT([chunk.text for chunk in chunks]))


def test_a_short_section_is_one_chunk() -> None:
    (chunk,) = chunks_of("# Leave\n\nThirty days.\n\n- a\n- b\n\nAsk.\n")

    assert chunk.text == "Thirty days.\n\n- a\n- b\n\nAsk."
    assert chunk.section == ("Leave",)


def test_a_chunk_never_goes_across_a_heading() -> None:
    chunks = chunks_of("# A\n\na\n\n## B\n\nb\n\n## C\n\nc\n")

    assert [(chunk.section, chunk.text) for chunk in chunks] == [(("A",), "a"), (("A", "B"), "b"), (("A", "C"), "c")]


def test_a_block_that_fits_alone_is_not_split_to_fill_the_one_before() -> None:
    first, second = numbered(30, "one"), f"{numbered(15, 'two')}. {numbered(15, 'Three')}."

    assert [chunk.text for chunk in chunks_of(f"{first}\n\n{second}\n")] == [first, second]


def test_a_comment_between_two_blocks_counts_when_a_chunk_would_go_across_it() -> None:
    first, second = numbered(20, "one"), numbered(20, "two")

    assert len(chunks_of(f"{first}\n\n<!-- a -->\n\n{second[: second.rindex(' ')]}\n")) == 1
    assert [chunk.text for chunk in chunks_of(f"{first}\n\n<!-- {numbered(9)} -->\n\n{second}\n")] == [first, second]


def test_a_long_paragraph_is_split_between_sentences() -> None:
    sentences = [f"Sentence {numbered(14, f'w{number}x')}." for number in range(6)]

    chunks = chunks_of(" ".join(sentences))

    assert [chunk.text for chunk in chunks] == [" ".join(sentences[first : first + 2]) for first in (0, 2, 4)]


def test_a_sentence_that_is_too_long_is_split_between_words() -> None:
    text = numbered(200)

    chunks = chunks_of(text)

    assert " ".join(chunk.text for chunk in chunks) == text


def test_a_word_without_end_is_split_all_the_same() -> None:
    (chunk,) = chunks_of("x" * 5000)
    assert len(chunk.text) == 5000

    document = document_of("休" * 5000)
    blocks = split_blocks(document.text, markdown=True)
    pieces = list(chunk_document(document, blocks, lambda texts: [len(text) for text in texts], SIZE))
    assert "".join(piece.text for piece in pieces) == "休" * 5000
    assert max(len(piece.text) for piece in pieces) <= 40


def test_a_text_without_an_end_of_a_sentence_is_given_to_the_tokenizer_in_parts() -> None:
    longest = 0

    def count(texts: Sequence[str]) -> list[int]:
        nonlocal longest
        longest = max(longest, *map(len, texts))
        return COUNT(texts)

    document = document_of("\n".join(numbered(14) for _ in range(10_000)))
    chunks = chunk_document(document, split_blocks(document.text, markdown=False), count, SIZE)

    assert " ".join(chunk.text for chunk in chunks).split() == document.text.split()
    assert longest <= 4000


def test_every_part_of_a_table_has_the_header_and_whole_rows() -> None:
    rows = [f"| {numbered(9, f'r{number}c')} | {number} |" for number in range(12)]
    text = "Before.\n\n| Name | Number |\n|---|---|\n" + "\n".join(rows) + "\n\nAfter.\n"

    before, *parts, after = chunks_of(text)

    assert (before.text, before.lead, after.text, after.lead) == ("Before.", "", "After.", "")
    assert len(parts) > 1
    assert {part.lead for part in parts} == {"| Name | Number |\n|---|---|"}
    assert [row for part in parts for row in part.text.split("\n")] == rows


def test_a_header_that_leaves_no_space_for_its_rows_is_left_off() -> None:
    header = "| " + " | ".join(f"column{number}" for number in range(60)) + " |"
    text = f"# Figures\n\n{header}\n|{'---|' * 60}\n| {numbered(30)} |\n"

    (chunk,) = chunks_of(text)

    assert (chunk.lead, chunk.section) == ("", ("Figures",))
    assert chunk.text == f"| {numbered(30)} |"


def test_a_row_that_does_not_fit_is_cut_between_cells_and_each_piece_has_its_own_columns_and_the_first_cell() -> None:
    header = "| Pump | " + " | ".join(f"head{number}" for number in range(9)) + " |"
    written_cells = [[numbered(8, f"r{row}c{column}w") for column in range(9)] for row in (1, 2)]
    rows = [f"| P{row} | {' | '.join(written)} |" for row, written in enumerate(written_cells, start=1)]
    text = "\n".join([header, "|---" * 10 + "|", *rows])

    chunks = chunks_of(text, size=ChunkSize(40, 100))

    assert len(chunks) > 2
    for chunk in chunks:
        names, rule, row = with_lead(chunk.lead, chunk.text).split("\n")
        key, *cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert [name.strip() for name in names.strip("|").split("|")] == [
            "Pump",
            *(f"head{cell[3]}" for cell in cells),
        ]
        assert rule == "|---" * (1 + len(cells)) + "|"
        assert all(cell == numbered(8, f"r{key[1]}c{cell[3]}w") for cell in cells)
    assert "".join(chunk.text.replace("|", "").replace(" ", "") for chunk in chunks) == (
        "".join(rows).replace("|", "").replace(" ", "")
    )


def test_a_cell_that_does_not_fit_is_split_under_its_column() -> None:
    text = f"| Pump | Remark |\n|---|---|\n| P1 | {numbered(90)} |"

    chunks = chunks_of(text, size=ChunkSize(40, 60))

    assert [chunk.lead for chunk in chunks[1:]] == ["| Pump | Remark |\n|---|---|\n| P1 | "] * (len(chunks) - 1)
    assert numbered(90) in " ".join(chunk.text for chunk in chunks)


def test_a_long_document_is_chunked_while_it_is_read() -> None:
    counted = 0

    def count(texts: Sequence[str]) -> list[int]:
        nonlocal counted
        counted += len(texts)
        return COUNT(texts)

    document = document_of("\n\n".join(numbered(20) for _ in range(20_000)))
    chunks = chunk_document(document, split_blocks(document.text, markdown=False), count, SIZE)

    assert next(chunks).start == 0
    assert counted < 5000


def test_headings_that_leave_no_space_are_left_off_from_the_outermost_in() -> None:
    text = f"# {numbered(30, 'outer')}\n\n## {numbered(30, 'inner')}\n\nThe text.\n"

    (chunk,) = chunks_of(text)

    assert chunk.section == (numbered(30, "inner"),)


def test_code_keeps_the_indentation_of_its_lines() -> None:
    text = "```python\ndef f():\n    return 1\n```"

    assert [chunk.text for chunk in chunks_of(text)] == [text]


def test_a_chunk_is_on_the_page_on_which_it_begins() -> None:
    pages = ["First page.", numbered(100, "second"), numbered(45, "third")]
    text = "\n\n".join(pages)
    starts = (0, len(pages[0]) + 2, len(pages[0]) + len(pages[1]) + 4)
    document = replace(document_of(text), page_starts=starts)

    chunks = list(chunk_document(document, split_blocks(text, markdown=False), COUNT, SIZE))

    assert {chunk.page for chunk in chunks} == {1, 2, 3}
    assert all(chunk.page == bisect_right(starts, text.index(chunk.text)) for chunk in chunks)


def test_a_document_without_pages_has_none() -> None:
    assert [chunk.page for chunk in chunks_of("Text.")] == [None]


def test_a_chunk_names_its_document() -> None:
    document = replace(document_of("Text."), url="https://example.org/page")

    (chunk,) = chunk_document(document, split_blocks(document.text, markdown=True), COUNT, SIZE)

    assert (chunk.document_id, chunk.document_name, chunk.source) == (document.id, document.name, document.source)
    assert (chunk.content_hash, chunk.url) == (document.content_hash, document.url)


@pytest.mark.parametrize("text", ["", "\n\n", "# Heading alone\n", "---\ntitle: x\n---\n", "<!-- note -->"])
def test_a_document_without_blocks_has_no_chunks(text: str) -> None:
    assert chunks_of(text) == []
