"""Requests that are sent again: the same request under the same key is the same answer.

A client that lost the connection does not know whether its question was answered. It sends the request again with the
header `Idempotency-Key` that it sent the first time, and gets the answer under the same id: feedback has one answer to
be about, and an answer that was finished is given again (`app/service/answer_cache.py`).

The id is derived from the key, from what was asked, and from the principal: nobody gets the id of another one's answer.
Where the service is open, anonymous callers are one principal.

An experiment's arm that changes between the two (its start or end, a guard-rail, other shares) makes another answer of
the second: an id stands for one recipe.

The same request twice at the same time is answered in turn: the second waits until the first has ended, and is then
given its answer. If the first is given up, the second is answered itself.

Not covered: two processes behind one address, which do not know of each other's requests; and a client that reads a
stream slowly, for whose end the second waits.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from app.answer.events import AnswerEvent
from app.answer.types import Question
from app.service.principals import Principal
from core.errors import RequestError
from core.recipe import Recipe

_LONGEST_KEY = 128
_KEY = re.compile(rf"[!-~]{{1,{_LONGEST_KEY}}}")
"""Visible ASCII: it is the same bytes on every way that a header takes."""


def check_key(key: str) -> None:
    """Raise RequestError for a key that is empty, too long, or not of visible ASCII characters."""
    if not _KEY.fullmatch(key):
        raise RequestError(
            f"The header Idempotency-Key is {key[:_LONGEST_KEY]!r} ({len(key):,} characters). Give 1 to "
            f"{_LONGEST_KEY} visible ASCII characters, such as a UUID, or leave it out.",
            code="bad_idempotency_key",
        )


def answer_id_of(key: str, principal: Principal, question: Question, recipe: Recipe, arm: str | None = None) -> str:
    """Return the id of the answer to a request: the same for the same request of the same principal under one key.

    `recipe` and `arm` are those that answer: under another arm of an experiment it is another answer.

    Raises what `check_key` raises.
    """
    check_key(key)
    caller = (principal.kind, principal.id, principal.session, sorted(principal.groups))
    asked = repr((key, *caller, question, recipe, arm))
    return f"answer-{hashlib.sha256(asked.encode()).hexdigest()[:32]}"


@dataclass(slots=True)
class _Turn:
    """The requests for one answer that are being answered or wait."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    requests: int = 0


class Turns:
    """Answers under one id, one after the other. All calls come from the event loop."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}

    async def in_turn(
        self, answer_id: str, events: AsyncGenerator[AnswerEvent, None]
    ) -> AsyncGenerator[AnswerEvent, None]:
        """Yield the events of an answer when no other one under this id is being given."""
        turn = self._turns.setdefault(answer_id, _Turn())
        turn.requests += 1
        try:
            async with aclosing(events), turn.lock:
                async for event in events:
                    yield event
        finally:
            turn.requests -= 1
            if not turn.requests:
                del self._turns[answer_id]
