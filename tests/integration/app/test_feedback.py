"""Feedback on answers, in both databases and through a running service."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from app.answers.feedback import give_feedback
from app.answers.tables import FeedbackRow
from app.answers.write import write_answers
from app.database import Database
from app.service.principals import ANONYMOUS, Principal
from core.errors import NotFound
from testing.answers import kept_answer

QUESTION = {"messages": [{"role": "user", "content": "How many days of annual leave does every colleague have?"}]}
VISITOR = Principal("widget", frozenset(("ask", "feedback")), session="one", id="session:one")
OTHER = Principal("widget", frozenset(("ask", "feedback")), session="two", id="session:two")


def _given(database: Database) -> list[tuple[str, str, str | None, str | None]]:
    with database.reading() as session:
        rows = session.execute(select(FeedbackRow).order_by(FeedbackRow.answer_id)).scalars()
        return [(row.answer_id, row.rating, row.reason, row.comment) for row in rows]


def test_a_second_feedback_replaces_the_first_and_null_removes_it(database: Database) -> None:
    write_answers(database, [kept_answer()], keeps_text=True)
    give_feedback(database, "answer-1", ANONYMOUS, "down", "wrong", "No\0.")
    assert _given(database) == [("answer-1", "down", "wrong", "No\N{REPLACEMENT CHARACTER}.")]
    give_feedback(database, "answer-1", ANONYMOUS, "up")
    assert _given(database) == [("answer-1", "up", None, None)]
    give_feedback(database, "answer-1", ANONYMOUS, None)
    assert _given(database) == []
    give_feedback(database, "answer-1", ANONYMOUS, None)


def test_feedback_survives_that_its_answer_is_written_again(database: Database) -> None:
    write_answers(database, [kept_answer()], keeps_text=True)
    give_feedback(database, "answer-1", ANONYMOUS, "up")
    write_answers(database, [kept_answer(text="Again.")], keeps_text=True)
    assert _given(database) == [("answer-1", "up", None, None)]


def test_another_persons_answer_is_as_unknown_as_one_that_never_was(database: Database) -> None:
    write_answers(database, [kept_answer(principal=VISITOR)], keeps_text=True)
    give_feedback(database, "answer-1", VISITOR, "up")
    messages = []
    for answer_id, principal in (("answer-1", OTHER), ("answer-1", ANONYMOUS), ("answer-9", VISITOR)):
        with pytest.raises(NotFound) as raised:
            give_feedback(database, answer_id, principal, None)
        messages.append(str(raised.value).replace(answer_id, "ID"))
    assert len(set(messages)) == 1
    assert _given(database) == [("answer-1", "up", None, None)]


def _about(http: httpx2.Client, **more: Any) -> dict[str, Any]:
    about: dict[str, Any] = http.post("/v1/chat/completions", json={**QUESTION, **more}).json()["groundwork"]
    return about


def test_an_answer_is_rated_over_http(http: httpx2.Client) -> None:
    assert http.get("/v1/configuration").json()["features"]["feedback"] is True
    about = _about(http)
    assert about["recorded"] is True
    given = {"answer_id": about["answer_id"], "rating": "down", "reason": "source", "comment": "An old page."}
    assert http.post("/v1/feedback", json=given).json() == given
    removed = http.post("/v1/feedback", json={"answer_id": about["answer_id"], "rating": None})
    assert removed.json() == {"answer_id": about["answer_id"], "rating": None, "reason": None, "comment": None}


def test_an_answer_of_which_nothing_is_kept_cannot_be_rated(http: httpx2.Client) -> None:
    about = _about(http, store=False)
    assert about["recorded"] is False
    answer = http.post("/v1/feedback", json={"answer_id": about["answer_id"], "rating": "up"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "answer_not_found")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answer_id": "answer-1"},
        {"answer_id": "", "rating": "up"},
        {"answer_id": "answer-1", "rating": "sideways"},
        {"answer_id": "answer-1", "rating": 1},
        {"answer_id": "answer-1", "rating": "down", "reason": "other"},
        {"answer_id": "answer-1", "rating": "down", "comment": "x" * 2001},
        {"answer_id": "answer-1", "rating": "up", "stars": 5},
        {"answer_id": "\ud800", "rating": "up"},
    ],
)
def test_feedback_of_another_form_is_refused(http: httpx2.Client, body: dict[str, Any]) -> None:
    answer = http.post("/v1/feedback", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text


def test_a_conversation_keeps_the_id_that_it_was_given(http: httpx2.Client) -> None:
    first = _about(http)
    assert first["conversation_id"].startswith("conversation-")
    assert _about(http, conversation_id=first["conversation_id"])["conversation_id"] == first["conversation_id"]
    assert _about(http)["conversation_id"] != first["conversation_id"]
    for wrong in ("", "a b", "x" * 129, "ä"):
        assert http.post("/v1/chat/completions", json={**QUESTION, "conversation_id": wrong}).status_code == 400
