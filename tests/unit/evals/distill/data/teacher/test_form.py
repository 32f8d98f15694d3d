from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.answer.types import Passage
from evals.distill.data.teacher.form import Written, instructions, read_questions
from evals.distill.data.teacher.kinds import KINDS
from tests.unit.evals.distill.data.filters.candidates import BOOKING, EXPIRES, PASSAGES, place_of

FACT = f"Kind: fact\nQuestion: When do days that I have not taken end?\nQuote: {EXPIRES}"


def read(reply: str) -> list[Written | str]:
    return list(read_questions(reply, PASSAGES))


def test_a_question_has_its_kind_and_the_place_of_its_quote() -> None:
    (written,) = read(FACT)
    assert written == Written("fact", "When do days that I have not taken end?", (place_of(EXPIRES),))


def test_several_blocks_are_read_in_any_layout_that_models_give_them() -> None:
    reply = (
        f"Here are the questions:\n\n1. **Kind:** fact\n**Question:** When do days end?\n**Quote:** “{EXPIRES}”\n\n"
        "2. **Kind:** unanswerable\n**Question:** Who paid for the laptops?\n"
    )
    assert [one.kind if isinstance(one, Written) else one for one in read(reply)] == ["fact", "unanswerable"]


def test_a_comparison_quotes_two_sources_and_a_follow_up_has_the_question_before_it() -> None:
    meals = "Meals are reimbursed up to 30 EUR a day"
    two = f"Kind: comparison\nQuestion: What of leave and meals?\nQuote 1: {BOOKING}\nQuote 2: {meals}"
    after = f"Kind: follow_up\nBefore: How many days have I?\nQuestion: And when do they end?\nQuote: {EXPIRES}"
    comparison, follow_up = read(f"{two}\n\n{after}")
    assert isinstance(comparison, Written)
    assert [place.document_id for place in comparison.places] == ["leave.md", "expenses.md"]
    assert isinstance(follow_up, Written)
    assert [turn.content for turn in follow_up.history] == ["How many days have I?"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("I cannot help with that.", "unreadable"),
        ("", "unreadable"),
        (FACT.replace("Kind: fact", "Kind: riddle"), "unreadable"),
        (FACT.replace("end?", "end."), "unreadable"),
        (FACT.replace("fact", "follow_up"), "unreadable"),
        (FACT.replace("\nQuote", "\nQuestion: Another one?\nQuote"), "unreadable"),
        (FACT.replace("31 March", "30 June"), "not verbatim"),
        (FACT.partition("\nQuote")[0], "not verbatim"),
        (FACT.replace("When", "According to this passage, when"), "no topic"),
        (FACT.replace("fact", "comparison"), "one source"),
    ],
)
def test_what_breaks_the_form_is_dropped_with_its_reason(reply: str, reason: str) -> None:
    assert read(reply) == [reason]


def test_the_instructions_name_every_kind() -> None:
    text = instructions(6)
    assert "Write 6 different questions" in text
    assert all(f"\n{kind}: " in text for kind in KINDS)


@given(st.text(max_size=300))
def test_no_reply_breaks_the_reader(reply: str) -> None:
    assert read(reply)


@given(st.sampled_from(PASSAGES), st.integers(0, 15), st.integers(3, 10))
def test_words_of_a_passage_are_found_where_they_are(passage: Passage, first: int, number: int) -> None:
    chunk = passage.chunk
    quote = " ".join(chunk.text.split()[first : first + number])
    assume(len(quote) >= 15)
    (written,) = read(f"Kind: fact\nQuestion: What is said?\nQuote: {quote}")
    assert isinstance(written, Written)
    (place,) = written.places
    assert place.document_id == chunk.document_id
    assert chunk.text[place.start : place.end] == quote
