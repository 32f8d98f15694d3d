"""Only what others rely on: the documents' own words, markers, limits. Not which sentence scores how much."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.citations import cited_passages
from app.answer.draft import extract
from app.answer.extractive.extract import all_candidates, extract_answer
from app.answer.extractive.text import compared, plain, row
from app.answer.retrieval.retrieve import Retriever, retrieve
from app.answer.types import Passage, Retrieval
from core.index import Bm25Encoder
from core.recipe import Recipe
from ingest.units import sentence_units
from testing.hash_embedder import HashEmbedder
from testing.passages import passage
from testing.properties import tried

QUESTION = "When is an expense claim due, and what is the limit for lunch?"
SPARSE = Bm25Encoder("english")
EMBEDDER = HashEmbedder(256)


def with_vectors(found: Passage) -> Passage:
    """Return the passage with the units and vectors that the index stores."""
    chunk = replace(found.chunk, sentences=sentence_units(found.chunk.text, found.chunk.lead))
    text, spans = chunk.searchable_sentences
    return replace(found, chunk=chunk, vectors=EMBEDDER.embed_units([text], [spans])[1][0])


PROSE = with_vectors(passage(1, "Hand in an expense claim by the tenth. Keep every receipt. The desk pays in a week."))
LIST = with_vectors(
    passage(2, "Before you travel:\n\n- Ask your manager.\n- Book the train in second class.\n- Keep the ticket.")
)
TABLE = with_vectors(
    passage(3, "| Meal | Limit |\n|---|---|\n| Breakfast | 12 EUR |\n| Lunch | 18 EUR |\n| Dinner | 30 EUR |")
)
ROWS = with_vectors(passage(4, "| Lunch | 18 EUR |\n| Dinner | 30 EUR |", lead="| Meal | Limit |\n|---|---|"))


def extracted(passages: Sequence[Passage], most: int = 3, question: str = QUESTION) -> str:
    idf = dict.fromkeys(SPARSE.query(question).indices, 1.0)
    found = Retrieval(question, tuple(passages), vector=EMBEDDER.embed([question])[0], idf=idf)
    return extract_answer(found, EMBEDDER, SPARSE, lambda chunk: [chunk], most=most)


def markers(text: str) -> list[int]:
    found = re.findall(r"\[(\d+(?:, \d+)*)\]", text)
    return [int(number) for numbers in found for number in numbers.split(", ")]


def test_without_passages_there_is_nothing_to_say() -> None:
    assert extracted([]) == ""


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "|---|---|", "---", "![](a.png)", "# Only a heading"])
def test_a_passage_without_words_breaks_nothing(text: str) -> None:
    assert set(markers(extracted([passage(2, text), PROSE]))) == {1}


def test_passages_without_vectors_are_answered_from_too() -> None:
    assert "tenth" in extracted([passage(1, PROSE.chunk.text)])


def test_references_to_notes_are_not_shown() -> None:
    noted = with_vectors(passage(1, "Lunch is paid up to 18[^1] EUR."))
    assert extracted([noted]) == "Lunch is paid up to 18 EUR. [1]"


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_more_excerpts_than_asked_for_are_shown(most: int) -> None:
    prose = [with_vectors(passage(number, f"Lunch number {number} has a limit.")) for number in range(1, 6)]
    assert 1 <= len(markers(extracted(prose, most))) <= most


def test_every_marker_names_a_passage_that_was_given() -> None:
    text = extracted([PROSE, LIST, TABLE], 20)
    assert set(markers(text)) <= {1, 2, 3}
    assert {found.index for found in cited_passages(text, [PROSE, LIST, TABLE])} == set(markers(text))


@pytest.mark.parametrize("table", [TABLE, ROWS])
def test_a_row_is_shown_under_the_header_of_its_table(table: Passage) -> None:
    lines = extracted([table], 1, "What is the limit for lunch?").split("\n")
    assert lines == ["| Meal | Limit |", "|---|---|", f"| Lunch | 18 EUR [{table.index}] |"]


def test_the_same_passages_give_the_same_answer() -> None:
    assert len({extracted([PROSE, LIST, TABLE]) for _ in range(5)}) == 1


BLOCKS = st.sampled_from(
    [
        "Lunch is paid up to 18 EUR. It is due on 31 March.",
        "See the [limit](x.md) for **lunch",
        "Before lunch:",
        "- Ask your manager.\n- Keep the ticket [7].",
        "1. Eat.\n2. Pay the claim.",
        "| Meal | Limit |\n|---|---|\n| Lunch | 18 EUR |\n| Dinner | 30 EUR |",
        "```\nclaim --lunch\n```",
        "## Lunch claims",
        "<!-- lunch --> What is due?",
    ]
)
CUT_CODE = st.sampled_from([[], ["claim --lunch\n```"]])
TEXTS = st.tuples(CUT_CODE, st.lists(BLOCKS, max_size=4)).map(lambda parts: "\n\n".join([*parts[0], *parts[1]]))


@tried(60)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_every_line_that_is_shown_is_in_a_passage_that_it_cites_but_for_markup(texts: list[str]) -> None:
    found = [with_vectors(passage(number, text)) for number, text in enumerate(texts, start=1)]
    answer = extracted(found)
    assert set(markers(answer)) <= set(range(1, len(texts) + 1))
    shown = {compared(re.sub(r" ?\[[\d, ]+\]", "", line)) for line in answer.splitlines()}
    known = "\n".join(compared(form(text)) for text in texts for form in (_as_prose, _as_rows, str))
    assert all(re.sub(r"^(?:- |\d+\. )", "", line) in known or not plain(line) for line in shown)
    assert "##" not in answer
    assert "<!--" not in answer
    assert answer.count("```") % 2 == 0


def _as_prose(text: str) -> str:
    return " ".join(plain(line) for line in text.splitlines())


def _as_rows(text: str) -> str:
    return " ".join(row(line) for line in text.splitlines())


@tried(60)
@given(st.lists(st.text("ab. |-\n*1\t`#:é😀", max_size=80), min_size=1, max_size=3))
def test_any_passage_can_be_read(texts: list[str]) -> None:
    found = [with_vectors(passage(number, text)) for number, text in enumerate(texts, start=1)]
    assert set(markers(extracted(found))) <= set(range(1, len(texts) + 1))


def test_real_passages_are_answered_from(retriever: Retriever) -> None:
    recipe = Recipe(top_k=4)
    found = retrieve("How many days of annual leave a year?", (), recipe, retriever)
    assert "25 days" in extract(found, recipe, retriever)


def test_copies_before_a_passage_do_not_lower_its_place() -> None:
    copies = [replace(PROSE, index=number, copy_of=1) for number in (2, 3)]
    found = Retrieval(QUESTION, (PROSE, *copies, replace(LIST, index=4)))
    assert {(one.passage.index, one.place) for one in all_candidates(found.distinct)} == {(1, 0), (4, 1)}


@pytest.mark.parametrize(
    "code", ["x = 1\n~~~", "~~~\nx = 1", "x = 1\n````", "````\n```\nx = 1\n```", "    x = 1\n    y = 2"]
)
def test_code_that_was_cut_or_is_indented_is_shown_between_fences_of_its_own_kind(code: str) -> None:
    lines = extracted([with_vectors(passage(1, code))]).splitlines()
    assert lines[0] == lines[-2]
    assert lines[-1] == "[1]"
