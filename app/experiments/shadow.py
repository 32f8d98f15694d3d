"""Shadows: a second answer to the same question, which nobody sees.

A shadow begins when the answer that is shown has been sent, so that they never compete for the model. It is dropped,
and counted, when as many others run already, when answers that are shown are being written, or when the model is too
busy for a question; so the share of questions with a shadow falls as the load rises. Its errors are outcomes of its arm
and reach nobody.

Not covered: a question that comes while a shadow is written waits for the model beside it, as beside any other
question.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Literal, TypeAlias

from app.answer.events import AnswerEvent, Finished
from core.errors import Overloaded

ShadowResult: TypeAlias = Literal["answered", "failed", "busy", "timeout"]
BeginAnswer: TypeAlias = Callable[[], AsyncGenerator[AnswerEvent, None] | None]
"""Returns the events of an answer, or None where the model is too busy for it."""
Ended: TypeAlias = Callable[[ShadowResult, Finished | None], None]
"""Takes how a shadow ended, and its answer if it has one."""

_MOST = 2
"""Shadows at a time. Chosen: a model's server that batches hardly notices two more."""
_TIMEOUT_SECONDS = 120.0
_log = logging.getLogger("groundwork")


class Shadows:
    """The shadows of a service that run, and the answers beside which none begins. Used by one event loop."""

    def __init__(self, most: int = _MOST, timeout: float = _TIMEOUT_SECONDS) -> None:
        self._most = most
        self._timeout = timeout
        self._running: set[asyncio.Task[None]] = set()
        self.shown = 0
        """Answers that are being written for somebody."""

    def begin(self, events: BeginAnswer, ended: Ended) -> None:
        """Answer in the background, unless there is too much to do.

        `ended` is called once, unless the service is closed before.
        """
        if self.shown or len(self._running) >= self._most:
            ended("busy", None)
            return
        task = asyncio.get_running_loop().create_task(self._answer(events, ended))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Cancel the shadows that run."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _answer(self, events: BeginAnswer, ended: Ended) -> None:
        result, answer = await self._result(events)
        ended(result, answer)

    async def _result(self, events: BeginAnswer) -> tuple[ShadowResult, Finished | None]:
        try:
            async with asyncio.timeout(self._timeout):
                stream = events()
                if stream is None:
                    return "busy", None
                async with aclosing(stream):
                    async for event in stream:
                        if isinstance(event, Finished):
                            return "answered", event
        except TimeoutError:
            return "timeout", None
        except Overloaded:
            return "busy", None
        except Exception as error:
            # It may be a bug of a recipe that nobody sees yet; the answer that was shown is not concerned.
            _log.warning("a shadow failed: %s: %s", type(error).__name__, error)
        return "failed", None
