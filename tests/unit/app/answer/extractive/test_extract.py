"""Only what others rely on: sentences word for word, markers, limits. Not which sentence scores how much."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.answer.citations import cited_passages
from app.answer.extractive.extract import extract_answer
from app.answer.retrieval.retrieve import Retriever
from app.answer.types import Passage
from core.index import Bm25Encoder
from testing.hash_embedder import HashEmbedder
from testing.passages import passage

QUESTION = "When is an expense claim due, and what is the limit for lunch?"
PROSE = passage(1, "Hand in an expense claim by the tenth. Keep every receipt. The desk pays within a week.")
LIST = passage(2, "Before you travel:\n\n- Ask your manager.\n- Book the train in second class.\n- Keep the ticket.")
TABLE = passage(3, "| Meal | Limit |\n|---|---|\n| Breakfast | 12 EUR |\n| Lunch | 18 EUR |\n| Dinner | 30 EUR |")
ROWS = passage(4, "| Lunch | 18 EUR |\n| Dinner | 30 EUR |", lead="| Meal | Limit |\n|---|---|")
SPARSE = Bm25Encoder("english")


def extracted(passages: Sequence[Passage], sentences: int = 3, question: str = QUESTION) -> str:
    idf = dict.fromkeys(SPARSE.query(question).indices, 1.0)
    return extract_answer(question, passages, idf, HashEmbedder(256), SPARSE, sentences=sentences)


def markers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\[(\d+)\]", text)]


def test_without_passages_there_is_nothing_to_say() -> None:
    assert extracted([]) == ""


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "|---|---|", "---"])
def test_a_passage_without_words_breaks_nothing(text: str) -> None:
    assert markers(extracted([passage(1, text), PROSE]))[-1] in (1, 2)


def test_every_sentence_is_word_for_word_in_the_passage_that_it_cites() -> None:
    for paragraph in extracted([PROSE, LIST]).split("\n\n"):
        match = re.fullmatch(r"(.+) \[(\d+)\]", paragraph, re.DOTALL)
        assert match is not None
        (cited,) = [found for found in (PROSE, LIST) if found.index == int(match[2])]
        assert match[1] in cited.chunk.text


def test_references_to_notes_are_not_shown() -> None:
    noted = passage(1, "Lunch is paid up to 18[^1] EUR.\n\n[^1]: The claim is due on the tenth.")

    assert extracted([noted]) == "Lunch is paid up to 18 EUR. [1]\n\nThe claim is due on the tenth. [1]"


@pytest.mark.parametrize("sentences", [1, 2, 3, 20])
def test_no_more_sentences_than_asked_for_are_shown(sentences: int) -> None:
    assert 1 <= len(markers(extracted([PROSE, LIST, TABLE], sentences))) <= sentences


def test_every_marker_names_a_passage_that_was_given() -> None:
    text = extracted([PROSE, LIST, TABLE], 20)
    assert set(markers(text)) <= {1, 2, 3}
    assert {found.index for found in cited_passages(text, [PROSE, LIST, TABLE])} == set(markers(text))


@pytest.mark.parametrize("table", [TABLE, ROWS])
def test_a_row_is_shown_under_the_header_of_its_table(table: Passage) -> None:
    lines = extracted([table], 1, "What is the limit for lunch?").split("\n")
    assert lines[:2] == ["| Meal | Limit |", "|---|---|"]
    assert re.sub(r" \[\d\]", "", lines[2]) == "| Lunch | 18 EUR |"
    assert markers(lines[2]) == [table.index]


def test_the_same_passages_give_the_same_answer() -> None:
    assert len({extracted([PROSE, LIST, TABLE]) for _ in range(5)}) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text("ab. |-\n*1\t`#é😀", max_size=80), min_size=1, max_size=3))
def test_any_passage_can_be_read(texts: list[str]) -> None:
    found = [passage(number, text) for number, text in enumerate(texts, start=1)]
    assert set(markers(extracted(found))) <= set(range(1, len(texts) + 1))


def test_real_passages_are_answered_from(retriever: Retriever) -> None:
    document = retriever.index.document("leave/annual.md")
    assert document is not None
    assert "25 days" in extracted([passage(1, document.text)], 1, "How many days of annual leave a year?")
