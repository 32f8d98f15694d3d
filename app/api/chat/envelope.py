"""The events of an answer as the objects of OpenAI's chat API: one completion, or the chunks of a stream.

A chunk with a piece of text is written once for every token, so it is assembled from two constant parts and the text.
All other objects are built as their models.
"""

from __future__ import annotations

import json
import time

from app.answer.events import Finished, Started, TextDelta
from app.api.chat.responses import (
    Answer,
    AnswerEnd,
    AnswerStart,
    AssistantMessage,
    ChatCompletion,
    ChatCompletionChunk,
    Choice,
    ChunkChoice,
    Conflict,
    Delta,
    Support,
    Usage,
    WithheldSentence,
)
from app.api.grounding.responses import Report
from app.api.models import Citation, Response

DONE = b"data: [DONE]\n\n"
"""The last event of every stream."""

_PLACEHOLDER = "\0"
"""The text of the chunk from which the constant parts are cut; JSON writes it as an escape of its own."""


class Envelope:
    """Wraps the events of one answer, which `started` begins. `model` is the model id, `recipe` the recipe's name.

    `arm` is that of an experiment, as `experiment/arm`; None outside of one.
    """

    def __init__(self, model: str, recipe: str, started: Started, conversation_id: str, arm: str | None = None) -> None:
        self._conversation_id = conversation_id
        self._model = model
        self._recipe = recipe
        self._arm = arm
        self._started = started
        self._created = int(time.time())
        event = sse_event(self._chunk(Delta(content=_PLACEHOLDER)))
        self._before_text, _, self._after_text = event.partition(json.dumps(_PLACEHOLDER).encode())

    def first(self) -> bytes:
        """Return the event of the first chunk, with the passages."""
        extra = AnswerStart(
            answer_id=self._started.answer_id,
            mode=self._started.mode,
            conversation_id=self._conversation_id,
            passages=self._passages,
            recipe=self._recipe,
            arm=self._arm,
        )
        chunk = self._chunk(Delta(role="assistant", content=""))
        return sse_event(chunk.model_copy(update={"groundwork": extra}))

    def text(self, delta: TextDelta) -> bytes:
        """Return the event of a piece of text."""
        text = json.dumps(delta.text, ensure_ascii=False).encode()
        return b"%b%b%b" % (self._before_text, text, self._after_text)

    def last(self, finished: Finished) -> bytes:
        """Return the event of the chunk with the finish reason."""
        choice = ChunkChoice(index=0, delta=Delta(), finish_reason=finished.finish_reason)
        extra = AnswerEnd.model_validate(self._end(finished))
        return sse_event(self._chunk(Delta()).model_copy(update={"choices": [choice], "groundwork": extra}))

    def usage(self, finished: Finished) -> bytes:
        """Return the event of the chunk with the token counts."""
        return sse_event(self._chunk(Delta()).model_copy(update={"choices": [], "usage": _usage(finished)}))

    def completion(self, finished: Finished) -> ChatCompletion:
        """Return the whole answer."""
        message = AssistantMessage(role="assistant", content=finished.text)
        return ChatCompletion(
            id=self._started.answer_id,
            object="chat.completion",
            created=self._created,
            model=self._model,
            choices=[Choice(index=0, message=message, finish_reason=finished.finish_reason)],
            usage=_usage(finished),
            groundwork=Answer.model_validate({**self._end(finished), "passages": self._passages}),
        )

    def _end(self, finished: Finished) -> dict[str, object]:
        """The fields that the finish chunk and a completion have in common."""
        return {
            "answer_id": self._started.answer_id,
            "conversation_id": self._conversation_id,
            "recorded": finished.recorded,
            "mode": finished.mode,
            "kind": finished.kind,
            "degraded": finished.degraded,
            "degraded_reason": finished.degraded_reason,
            "refused": finished.refused,
            "empty_index": finished.empty_index,
            "citations": [Citation.of(passage) for passage in finished.cited],
            "support": [Support.model_validate(found) for found in finished.support],
            "grounding": Report.model_validate(finished.grounding) if finished.grounding else None,
            # Without the text, which the reader is not to see.
            "withheld": [WithheldSentence(reasons=list(sentence.reasons)) for sentence in finished.withheld],
            "retried": finished.retried,
            "choices": list(finished.choices),
            "conflicts": [Conflict.of(conflict) for conflict in finished.conflicts],
            "nearest": [Citation.of(passage) for passage in finished.nearest],
            "recipe": self._recipe,
            "arm": self._arm,
            "timings_ms": dict(finished.timings_ms),
        }

    def _chunk(self, delta: Delta) -> ChatCompletionChunk:
        return ChatCompletionChunk(
            id=self._started.answer_id,
            object="chat.completion.chunk",
            created=self._created,
            model=self._model,
            choices=[ChunkChoice(index=0, delta=delta, finish_reason=None)],
        )

    @property
    def _passages(self) -> list[Citation]:
        return [Citation.of(passage) for passage in self._started.passages]


def sse_event(body: Response) -> bytes:
    """Return the body as one server-sent event, without the fields that were not set."""
    return f"data: {body.model_dump_json(exclude_unset=True)}\n\n".encode()


def _usage(finished: Finished) -> Usage:
    return Usage(
        prompt_tokens=finished.prompt_tokens,
        completion_tokens=finished.completion_tokens,
        total_tokens=finished.prompt_tokens + finished.completion_tokens,
    )
