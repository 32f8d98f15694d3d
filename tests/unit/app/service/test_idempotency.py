"""The same request of the same caller under one key is the same answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from app.answer.events import AnswerEvent, TextDelta
from app.answer.types import Question
from app.service.idempotency import Turns, answer_id_of
from app.service.principals import ANONYMOUS, Principal, widget_principal
from core.errors import RequestError
from core.recipe import Recipe
from core.sites import Site
from core.types import Message

SITE = Site("portal", "portal-7f3a", ("https://portal.example.com",))
QUESTION = Question("How many days?", (Message("user", "In Spain?"),))
KEY = "5b0f5d6e-7c0a-4c52-9d0e-0d6f1a2b3c4d"


def answer_id(
    key: str = KEY, principal: Principal = ANONYMOUS, question: Question = QUESTION, recipe: Recipe | None = None
) -> str:
    return answer_id_of(key, principal, question, recipe or Recipe())


def test_the_same_request_has_the_same_id_and_it_looks_like_every_other() -> None:
    assert answer_id() == answer_id(question=replace(QUESTION))
    assert answer_id().startswith("answer-")
    assert len(answer_id()) == len("answer-") + 32


def test_another_key_question_recipe_or_caller_has_another_id() -> None:
    one, two = widget_principal(SITE, "session-1"), widget_principal(SITE, "session-2")
    ids = {
        answer_id(),
        answer_id("another key".replace(" ", "-")),
        answer_id(question=Question(QUESTION.text)),
        answer_id(recipe=Recipe(temperature=0.5)),
        answer_id(principal=one),
        answer_id(principal=two),
    }
    assert len(ids) == 6


@pytest.mark.parametrize("key", ["a", "!", "~" * 128, "{}[]\"'\\,;"])
def test_a_key_is_of_1_to_128_visible_characters(key: str) -> None:
    assert answer_id(key)


@pytest.mark.parametrize("key", ["", " ", "a b", "a\tb", "a" * 129, "é", "a\n", "\x7f"])
def test_another_key_is_refused_with_the_fix(key: str) -> None:
    with pytest.raises(RequestError, match="Give 1 to 128 visible ASCII characters") as raised:
        answer_id(key)
    assert (raised.value.code, raised.value.status) == ("bad_idempotency_key", 400)
    assert len(str(raised.value)) < 400


async def words(*pieces: str, log: list[str], pause: asyncio.Event) -> AsyncGenerator[AnswerEvent, None]:
    for piece in pieces:
        log.append(piece)
        yield TextDelta(piece)
        await pause.wait()


async def read(events: AsyncGenerator[AnswerEvent, None]) -> list[AnswerEvent]:
    return [event async for event in events]


def test_a_second_answer_under_one_id_begins_when_the_first_has_ended_or_was_given_up() -> None:
    async def work() -> list[str]:
        turns, pause = Turns(), asyncio.Event()
        log: list[str] = []
        first = asyncio.create_task(read(turns.in_turn("one", words("a", "b", log=log, pause=pause))))
        second = asyncio.create_task(read(turns.in_turn("one", words("c", log=log, pause=pause))))
        third = asyncio.create_task(read(turns.in_turn("one", words("d", log=log, pause=pause))))
        other = asyncio.create_task(read(turns.in_turn("two", words("e", log=log, pause=pause))))
        await asyncio.sleep(0.01)
        assert log == ["a", "e"]
        second.cancel()
        first.cancel()
        await asyncio.sleep(0.01)
        assert log == ["a", "e", "d"]
        pause.set()
        assert await third == [TextDelta("d")]
        await other
        return log

    assert asyncio.run(work()) == ["a", "e", "d"]
