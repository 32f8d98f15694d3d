"""Misspelled words of a question are corrected to words of the documents."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from app.answer.question.rewrite import rewrite
from app.answer.question.spelling import correct_query, correct_spelling, slips
from core.index import Bm25Encoder, IndexView
from core.index.edge.index import EdgeIndex
from core.permissions import EVERYTHING
from core.types import Message
from testing.builders import chunk_of, embed, hash_fingerprint
from testing.hash_embedder import HashEmbedder

SPARSE = Bm25Encoder("english")
PAGES = [
    chunk_of(
        "leave.md", "Each colleague has thirty days of annual leave. Parental leave is separate; ask what applies."
    ),
    chunk_of("pay.md", "Expenses are reimbursed with the salary. The billing department pays invoices."),
    chunk_of("more.md", "Annual bonuses are paid with the salary in March. Call Renate about them."),
]


class WholeWords(HashEmbedder):
    """Knows some words as one token each; reads others in two."""

    known = frozenset({"boiling", "dog", "tungsten"})

    def count_tokens(self, texts: object) -> list[int]:
        """See Embedder."""
        return [1 if text.lower() in self.known else 2 for text in texts]  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> IndexView:
    index = EdgeIndex.create(tmp_path_factory.mktemp("spelling") / "shard", hash_fingerprint())
    index.write_chunks(embed(PAGES))
    return index.visible_to(EVERYTHING)


def corrected(question: str, index: IndexView) -> str:
    return correct_spelling(question, index, WholeWords(), SPARSE)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("How many days of anual leave do I get?", "How many days of annual leave do I get?"),
        ("When are my expnses reimbursde with the salary?", "When are my expenses reimbursed with the salary?"),
        ("Who pays for parentall leave?", "Who pays for parental leave?"),
        ("Salarry in March?", "Salary in March?"),
        ("waht applies to annual leave?", "what applies to annual leave?"),
    ],
)
def test_a_slip_of_the_keyboard_is_corrected(asked: str, meant: str, index: IndexView) -> None:
    assert corrected(asked, index) == meant


@pytest.mark.parametrize(
    "question",
    [
        "How many days of annual leave do I get?",
        "Who is paid a bonus?",
        "What is the boiling point of tungsten for the annual salary?",
        "Does Ronald pay the annual bonus?",
        "Ist der Salart ein Kolleg?",
        "Is ZX-4410 or annual_leav a part of leave v2.1.3?",
        "Wie viele Urlaubstage habe ich als Kollege?",
        "年次有給休暇は何日ですか?",
        "",
    ],
)
def test_what_is_no_slip_stays_as_it_was_asked(question: str, index: IndexView) -> None:
    assert corrected(question, index) == question


def test_two_slips_are_corrected_in_long_words_only(index: IndexView) -> None:
    assert corrected("Are the salary and invoices rembrsd?", index) == "Are the salary and invoices rembrsd?"
    assert corrected("Are the salary and invoices reimburrsd?", index) == "Are the salary and invoices reimbursed?"
    assert corrected("Are the salary and invoices reimbrsd?", index) == "Are the salary and invoices reimbrsd?"
    assert corrected("Is the slaray paid in March?", index) == "Is the slaray paid in March?"


def test_the_more_frequent_of_two_equally_near_words_is_taken(tmp_path: Path) -> None:
    index = EdgeIndex.create(tmp_path / "shard", hash_fingerprint())
    index.write_chunks(
        embed(
            [chunk_of("a.md", "the contract"), chunk_of("b.md", "contact contract"), chunk_of("c.md", "the contract")]
        )
    )

    assert corrected("the contrat", index.visible_to(EVERYTHING)) == "the contract"


def test_exchanged_letters_are_the_likeliest_slip(tmp_path: Path) -> None:
    index = EdgeIndex.create(tmp_path / "shard", hash_fingerprint())
    index.write_chunks(embed([chunk_of("a.md", "pause"), chunk_of("b.md", "pause"), chunk_of("c.md", "paste")]))

    assert corrected("can I patse it", index.visible_to(EVERYTHING)) == "can I paste it"


def test_a_word_whose_chunks_were_removed_is_not_suggested(tmp_path: Path) -> None:
    index = EdgeIndex.create(tmp_path / "shard", hash_fingerprint())
    index.write_chunks(embed([chunk_of("gone.md", "reimbursement forms"), chunk_of("stays.md", "annual leave forms")]))
    index.remove_document("gone.md")

    assert corrected("annual leave reimbursment", index.visible_to(EVERYTHING)) == "annual leave reimbursment"


def test_an_empty_index_corrects_nothing(tmp_path: Path) -> None:
    index = EdgeIndex.create(tmp_path / "shard", hash_fingerprint())

    assert corrected("How many days of anual leave?", index.visible_to(EVERYTHING)) == "How many days of anual leave?"


@pytest.mark.parametrize(
    ("written", "meant", "count"),
    [("leave", "leave", 0), ("laeve", "leave", 1), ("leav", "leave", 1), ("lleave", "leave", 1), ("leabe", "leave", 1),
     ("boiling", "billing", 2), ("", "abc", 3), ("abc", "", 3)],
)  # fmt: skip
def test_an_exchange_of_neighbours_is_one_slip(written: str, meant: str, count: int) -> None:
    assert slips(written, meant) == count


def test_what_is_searched_for_after_a_correction_is_corrected_too(index: IndexView) -> None:
    history = [Message("user", "When is the salary of  2022 paid?"), Message("assistant", "In March.")]
    query = correct_query(rewrite("No, I meant bonusse 2023", history), index, WholeWords(), SPARSE)
    assert query.question == "No, I meant bonuses 2023"
    assert query.parts[0].text == "bonuses 2023"


def test_of_a_long_question_only_the_first_misspelled_words_are_searched_for(index: IndexView) -> None:
    known = " ".join(page.text for page in PAGES)
    typed = " ".join(f"anual{letter}" for letter in "bcdefghijkmnop")
    searched: list[str] = []

    class Counting:
        """Counts the searches for similar words."""

        def __getattr__(self, name: str) -> object:
            return getattr(index, name)

        def similar_words(self, word: str, limit: int) -> list[str]:
            """See IndexView."""
            searched.append(word)
            return index.similar_words(word, limit)

    correct_spelling(f"{known} {typed}", cast(IndexView, Counting()), WholeWords(), SPARSE)
    assert searched == [f"anual{letter}" for letter in "bcdefghijkmn"]
