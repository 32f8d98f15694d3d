"""Ask, and report to the client that the answer is coming."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import anyio

from app.api.chat.responses import AnswerEnd
from app.mcp.api import Api, Report
from app.mcp.arguments import AskArguments
from app.mcp.results import AskResult
from core.errors import ServiceError

_REPORT_SECONDS = 1.0
"""Between two reports. Chosen: clients give up a call after a minute without any."""


@dataclass
class _Answer:
    """An answer while it is written."""

    passages: int | None = None
    pieces: list[str] = field(default_factory=list)
    end: AnswerEnd | None = None

    def add(self, chunk: dict[str, Any]) -> None:
        """Take a chunk of OpenAI's stream."""
        about = chunk.get("groundwork")
        for choice in chunk["choices"]:
            self.pieces.append(choice["delta"].get("content") or "")
            if choice["finish_reason"] is not None:
                self.end = AnswerEnd.model_validate(about)
        if about is not None and self.end is None:
            self.passages = len(about["passages"])

    @property
    def text(self) -> str:
        """What has been written."""
        return "".join(self.pieces)

    @property
    def state(self) -> str:
        """How far it is, in a line."""
        if self.passages is None:
            return "searching"
        return f"{self.passages} passages found, {len(self.text)} characters written"


async def ask(api: Api, arguments: AskArguments, report: Report) -> AskResult:
    """Ask a question. A call that is cancelled cancels the request to the service, and with it the model's."""
    answer = _Answer()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_report_progress, answer, report)
        error = await _receive(api, arguments, answer)
        tasks.cancel_scope.cancel()
    if error is not None:
        raise error
    if answer.end is None:
        raise ServiceError("The service ended an answer without its end.")
    return _result(answer.text, answer.end)


async def _receive(api: Api, arguments: AskArguments, answer: _Answer) -> ServiceError | None:
    """Add the chunks of the response. Returns the error of the service: a group of tasks would wrap it."""
    body = {"messages": [{"role": "user", "content": arguments.question}], "stream": True}
    try:
        async with aclosing(api.stream("/v1/chat/completions", body)) as chunks:
            async for chunk in chunks:
                answer.add(chunk)
    except ServiceError as error:
        return error
    return None


async def _report_progress(answer: _Answer, report: Report) -> None:
    began = time.monotonic()
    while True:
        await anyio.sleep(_REPORT_SECONDS)
        await report(round(time.monotonic() - began, 1), answer.state)


def _result(text: str, end: AnswerEnd) -> AskResult:
    return AskResult(
        answer=text,
        kind=end.kind,
        refused=end.refused,
        citations=end.citations,
        grounding=end.grounding,
        conflicts=end.conflicts,
        nearest=end.nearest,
        choices=end.choices,
        withheld=end.withheld,
        mode=end.mode,
        degraded=end.degraded,
        degraded_reason=end.degraded_reason,
        answer_id=end.answer_id,
    )
