"""What is kept of answers, in SQLite and in PostgreSQL."""

from __future__ import annotations

import json
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.answers.delete import delete_answers, delete_older
from app.answers.explain import explain
from app.answers.export import export_answers
from app.answers.feedback import give_feedback
from app.answers.gaps import read_gaps
from app.answers.record import read_trace
from app.answers.select import Selection
from app.answers.tables import AnswerRow, AnswerTraceRow, FeedbackRow
from app.answers.write import Unwritable, write_answers
from app.database import Database
from app.database.database import SQLITE_FILE, sqlite_url
from app.service.principals import ANONYMOUS, LOCAL, Principal
from core.errors import NotFound, RequestError
from core.types import Message
from testing.answers import FLAGGED, kept_answer
from testing.processes import Serving, groundwork


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


WIDGET = Principal("widget", frozenset(("ask",)), session="one", id="session:one")


def _fill(database: Database) -> None:
    now = datetime.now(UTC)
    answers = [
        kept_answer("answer-1", "Is the canary-one blue?", conversation="a", principal=WIDGET, report=FLAGGED),
        kept_answer("answer-2", "Is the canary-two blue?", conversation="a", principal=WIDGET),
        kept_answer("answer-3", "Is the canary-three blue?", conversation="b", at=now - timedelta(days=91)),
        kept_answer("answer-4", "Is the canary-four blue?", conversation="b"),
    ]
    write_answers(database, answers, keeps_text=True)
    give_feedback(database, "answer-1", WIDGET, "down", "wrong", "canary-comment")


def _ids(database: Database, **selection: Any) -> set[str]:
    return {one["id"] for one in export_answers(database, Selection(**selection))}


def test_the_answers_of_a_user_or_of_a_conversation_are_exported_with_all_that_is_kept(database: Database) -> None:
    _fill(database)
    assert _ids(database) == {"answer-1", "answer-2", "answer-3", "answer-4"}
    assert _ids(database, user="session:one") == {"answer-1", "answer-2"}
    assert _ids(database, conversation="b") == {"answer-3", "answer-4"}
    assert _ids(database, user="session:two") == set()
    [one] = export_answers(database, Selection(answer="answer-1"))
    assert json.loads(json.dumps(one)) == one
    assert one["feedback"]["comment"] == "canary-comment"
    assert one["trace"]["sent"][0][1]["content"] == "Is the canary-one blue?"
    assert one["grounding"]["flags"][0]["text"] == "Thirty"


def test_an_export_of_many_pages_has_every_answer_once(database: Database) -> None:
    at = datetime.now(UTC)
    write_answers(database, [kept_answer(f"answer-{number}", at=at) for number in range(450)], keeps_text=True)
    found = [one["id"] for one in export_answers(database, Selection())]
    assert len(found) == len(set(found)) == 450


def test_what_is_deleted_is_gone_with_its_texts_and_its_feedback(database: Database) -> None:
    _fill(database)
    assert delete_answers(database, Selection(user="session:one")) == 2
    assert _ids(database) == {"answer-3", "answer-4"}
    with database.reading() as session:
        assert session.execute(select(AnswerTraceRow.answer_id)).scalars().all() == ["answer-3", "answer-4"]
        assert session.execute(select(FeedbackRow)).scalars().all() == []
    assert delete_answers(database, Selection(user="session:one")) == 0


def test_no_byte_of_a_deleted_text_is_left_in_the_files_of_sqlite(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    _fill(database)
    for conversation in ("a", "b"):
        delete_answers(database, Selection(conversation=conversation))
    left = [file.name for file in tmp_path.iterdir() if b"canary" in file.read_bytes()]
    database.close()
    assert left == []


def test_old_answers_are_deleted_and_with_0_days_none_is(database: Database) -> None:
    _fill(database)
    now = datetime.now(UTC)
    assert delete_older(database, 0, now) == 0
    assert delete_older(database, 90, now) == 1
    assert _ids(database) == {"answer-1", "answer-2", "answer-4"}


def test_everything_is_not_deleted_at_once_and_only_one_selection_is_taken(database: Database) -> None:
    with pytest.raises(RequestError, match="Say which"):
        delete_answers(database, Selection())
    with pytest.raises(RequestError, match="user and conversation"):
        Selection(user="a", conversation="b")


def test_answers_are_exported_and_deleted_over_http_and_from_the_command_line(service: Serving) -> None:
    body = {"messages": [{"role": "user", "content": "Where do visitors park?"}], "conversation_id": "parking"}
    with service.client() as http:
        about = http.post("/v1/chat/completions", json=body).json()["groundwork"]
        lines = http.get("/v1/records", params={"conversation": "parking"})
        assert lines.headers["content-type"] == "application/x-ndjson"
        assert [json.loads(line)["id"] for line in lines.text.splitlines()] == [about["answer_id"]]
        printed = groundwork("records", "export", "--conversation", "parking", env=service.env)
        assert json.loads(printed.out) == json.loads(lines.text)
        assert http.delete("/v1/records").status_code == 400
        assert http.delete("/v1/records", params={"conversation": "parking"}).json() == {"deleted": 1}
        assert http.get("/v1/records", params={"answer": about["answer_id"]}).text == ""
    again = groundwork("records", "delete", "--answer", about["answer_id"], "--json", env=service.env)
    assert again.json == {"deleted": 0}


def test_the_answers_that_were_not_good_are_refused_flagged_or_rated_down(database: Database) -> None:
    now = datetime.now(UTC)
    answers = [
        kept_answer("answer-1", "good"),
        kept_answer("answer-2", "refused", refused=True, at=now - timedelta(hours=1)),
        kept_answer("answer-3", "flagged", report=FLAGGED, at=now - timedelta(hours=2)),
        kept_answer("answer-4", "rated down", at=now - timedelta(hours=3)),
        kept_answer("answer-5", "rated up", at=now - timedelta(hours=3)),
        kept_answer("answer-6", "thanks", replied="small_talk"),
        kept_answer("answer-7", "long ago", refused=True, at=now - timedelta(days=31)),
    ]
    write_answers(database, answers, keeps_text=True)
    write_answers(database, [kept_answer("answer-8", "without text", refused=True)], keeps_text=False)
    give_feedback(database, "answer-4", ANONYMOUS, "down")
    give_feedback(database, "answer-5", ANONYMOUS, "up")

    found = read_gaps(database, now - timedelta(days=30))

    assert [(gap.answer_id, gap.query, gap.refused, gap.flagged, gap.thumbs_down) for gap in found] == [
        ("answer-2", "refused", True, False, False),
        ("answer-3", "flagged", False, True, False),
        ("answer-4", "rated down", False, False, True),
    ]


def test_a_service_and_the_command_line_show_the_gaps(service: Serving) -> None:
    body = {"messages": [{"role": "user", "content": "Where is the canteen?"}]}
    with service.client() as http:
        about = http.post("/v1/chat/completions", json=body).json()["groundwork"]
        http.post("/v1/feedback", json={"answer_id": about["answer_id"], "rating": "down"})
        groups = http.get("/v1/gaps").json()["groups"]
        assert http.get("/v1/gaps?days=0").status_code == 400
    [group] = [one for one in groups if "canteen" in one["terms"]]
    assert about["answer_id"] in group["questions"][0]["answer_ids"]
    printed = groundwork("gaps", env=service.env)
    assert "Where is the canteen?" in printed.out
    explained = groundwork("explain", about["answer_id"], "--json", env=service.env)
    assert explained.json["feedback"]["rating"] == "down"


def test_a_locked_database_stops_no_answer_and_gets_it_later(service: Serving) -> None:
    body = {"messages": [{"role": "user", "content": "How many days of annual leave does every colleague have?"}]}
    lock = sqlite3.connect(Path(service.env["GROUNDWORK_DATA_DIR"]) / SQLITE_FILE, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        with service.client() as http:
            began = time.monotonic()
            first = http.post("/v1/chat/completions", json=body).json()["groundwork"]
            second = http.post("/v1/chat/completions", json=body).json()["groundwork"]
            assert time.monotonic() - began < 4
            assert (first["recorded"], second["recorded"]) == (False, False)
            lock.execute("ROLLBACK")
            given = {"answer_id": second["answer_id"], "rating": "up"}
            deadline = time.monotonic() + 20
            while http.post("/v1/feedback", json=given).status_code != 200:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            assert http.get("/v1/records", params={"answer": first["answer_id"]}).json()["id"] == first["answer_id"]
            assert http.post("/v1/chat/completions", json=body).json()["groundwork"]["recorded"] is True
    finally:
        lock.close()


def test_the_log_has_ids_and_no_question(service: Serving) -> None:
    body = {"messages": [{"role": "user", "content": "Is the zanzibarcanary paid?"}]}
    with service.client() as http:
        http.post("/v1/chat/completions", json=body)
        http.post("/v1/chat/completions", json={**body, "stream": True})
        http.post("/v1/search", json={"query": body["messages"][0]["content"]})
    assert "zanzibarcanary" not in service.log.read_text(encoding="utf-8")


def test_without_a_sign_in_the_answers_of_those_who_read_more_are_as_if_they_were_not_kept(database: Database) -> None:
    one = kept_answer("answer-1", refused=True, principal=LOCAL)
    two = kept_answer("answer-2", refused=True)
    three = kept_answer("answer-3", refused=True, principal=WIDGET)
    write_answers(database, [one, two, three], keeps_text=True)
    of = ANONYMOUS.reads_answers_of

    assert _ids(database, of=of) == {"answer-2", "answer-3"}
    assert _ids(database, of=LOCAL.reads_answers_of) == {"answer-1", "answer-2", "answer-3"}
    assert _ids(database, answer="answer-1", of=of) == _ids(database, user="local", of=of) == set()
    assert {gap.answer_id for gap in read_gaps(database, datetime(2020, 1, 1, tzinfo=UTC), of)} == {
        "answer-2",
        "answer-3",
    }
    assert delete_answers(database, Selection(user="local", of=of)) == 0
    index: Any = None
    for answer_id in ("answer-1", "answer-none"):
        with pytest.raises(NotFound, match=f"No answer with the id '{answer_id}' is kept"):
            explain(database, answer_id, index, {}, of)


@pytest.mark.parametrize("strange", ["a\0b", "\0"])
def test_an_id_that_no_database_takes_is_that_of_no_answer(database: Database, strange: str) -> None:
    index: Any = None
    for name in ("answer", "user", "conversation"):
        assert _ids(database, **{name: strange}) == set()
    with pytest.raises(NotFound):
        explain(database, strange, index, {})
    with pytest.raises(NotFound):
        give_feedback(database, strange, ANONYMOUS, "up", comment="a\0b")
