"""What is kept of answers, in SQLite and in PostgreSQL."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.answers.record import read_trace
from app.answers.tables import AnswerRow, AnswerTraceRow
from app.answers.write import Unwritable, write_answers
from app.database import Database
from core.types import Message
from testing.answers import FLAGGED, kept_answer


def _row(database: Database, answer_id: str = "answer-1") -> AnswerRow:
    with database.reading() as session:
        row = session.get(AnswerRow, answer_id)
        assert row is not None
        return row


def test_an_answer_is_kept_with_what_it_was_asked_from_and_how_it_fared(database: Database) -> None:
    record = kept_answer(report=FLAGGED, history=(Message("user", "Hello"),), arm="brief")
    write_answers(database, [record], keeps_text=True)

    row = _row(database)
    assert (row.question, row.query, row.text) == ("How many days of leave?",) * 2 + ("Thirty days [1].",)
    assert (row.recipe, row.arm, row.model, row.mode, row.kind) == ("default", "brief", "small", "generated", "answer")
    assert (row.principal_kind, row.principal_id, row.conversation_id) == ("anonymous", None, "conversation-1")
    assert (row.supported, row.score, row.hard_flags, row.soft_flags) == (False, 0.2, 1, 0)
    assert row.grounding == FLAGGED.to_dict() | json.loads(json.dumps(FLAGGED.to_dict()))
    assert [(one["index"], one["start"]) for one in row.passages] == [(1, 0), (2, 0)]
    assert row.citations == [1]
    assert (row.first_word_ms, row.total_ms, row.prompt_tokens, row.completion_tokens) == (9.0, 20.0, 100, 10)
    assert row.answered_at == record.answered_at
    with database.reading() as session:
        trace = read_trace(session.execute(select(AnswerTraceRow.content)).scalar_one())
    assert trace["sent"][0][1] == {"role": "user", "content": "How many days of leave?"}
    assert trace["history"] == [{"role": "user", "content": "Hello"}]
    assert len(trace["candidates"]) == 2


def test_without_texts_no_word_of_question_or_answer_is_kept(database: Database) -> None:
    write_answers(database, [kept_answer(report=FLAGGED)], keeps_text=False)

    row = _row(database)
    assert (row.question, row.query, row.text) == (None, None, None)
    assert row.grounding is not None
    assert row.grounding["flags"][0]["reason"] == "number_mismatch"
    with database.reading() as session:
        content = session.execute(select(AnswerTraceRow.content)).scalar_one()
    kept = json.dumps([row.grounding, row.passages, read_trace(content)])
    assert "Thirty" not in kept
    assert "leave?" not in kept


def test_an_answer_that_was_written_again_replaces_the_first_and_a_repeated_one_does_not(database: Database) -> None:
    write_answers(database, [kept_answer(text="First."), kept_answer(text="Second.")], keeps_text=True)
    assert _row(database).text == "Second."
    write_answers(database, [kept_answer(text="Third.", cached_from="answer-1")], keeps_text=True)
    assert _row(database).text == "Second."
    write_answers(database, [kept_answer(text="Fourth.", cached_from="answer-0")], keeps_text=True)
    assert _row(database).text == "Fourth."


def test_a_character_that_postgresql_does_not_have_is_replaced(database: Database) -> None:
    write_answers(database, [kept_answer(question="a\0b", text="c\0d")], keeps_text=True)
    row = _row(database)
    assert (row.question, row.text) == ("a\N{REPLACEMENT CHARACTER}b", "c\N{REPLACEMENT CHARACTER}d")


def test_an_answer_that_no_database_takes_is_named_as_such(database: Database) -> None:
    with pytest.raises((Unwritable, OverflowError)):
        write_answers(database, [kept_answer(), kept_answer("answer-2", prompt_tokens=2**70)], keeps_text=True)
    with database.reading() as session:
        assert session.get(AnswerRow, "answer-1") is None
