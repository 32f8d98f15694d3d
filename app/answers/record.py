"""An answer as it is kept: the values of its row, and its trace.

A trace is the JSON object from which `groundwork explain` shows how an answer came about:

    history     the turns before the question, oldest first
    recipe      the values of the recipe, without its prompts
    features    the names of the ranker's features
    candidates  the hits among which the ranker chose, in its order: [chunk id, document id, score, features]
    sent        what the model was sent, by attempt
    withheld    the sentences that the grounding policy removed, with its reasons
    nearest     of a refusal: the ids of the chunks closest to the question

It is compressed with zlib, to about a third.
"""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from app.answer.events import Finished, Started
from app.answer.retrieval.rank import FEATURES
from app.answer.types import Passage, Question
from app.grounding import Report
from app.service.principals import Principal
from core.recipe import Recipe

Rating: TypeAlias = Literal["up", "down"]
FeedbackReason: TypeAlias = Literal["wrong", "incomplete", "source", "unclear"]
Now: TypeAlias = Literal["unchanged", "changed", "gone"]
"""What became of a passage: its document has other content now, or is not in the index any more."""
_PROMPTS = ("system_prompt", "small_prompt", "example")
"""Fields of a recipe with texts that the messages to the model contain."""
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, by whom and with what; `arm` is that of an experiment."""

    question: Question
    recipe: Recipe
    principal: Principal
    conversation_id: str
    arm: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """A complete answer with what it came from."""

    asked: Asked
    started: Started
    finished: Finished
    answered_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def answer_id(self) -> str:
        """The id of the answer."""
        return self.started.answer_id

    @property
    def is_repeated(self) -> bool:
        """Whether the same request was sent again and got the answer that is kept already."""
        return self.finished.cached_from == self.answer_id


def new_conversation_id() -> str:
    """Return an id that no other conversation has."""
    return f"conversation-{uuid.uuid4().hex}"


def row_of(record: AnswerRecord, *, keeps_text: bool) -> dict[str, Any]:
    """Return the values of the answer's row, by column."""
    asked, started, finished = record.asked, record.started, record.finished
    report = finished.grounding
    flags = report.flags if report is not None else ()
    timings = dict(finished.timings_ms)
    return {
        "id": record.answer_id,
        "answered_at": record.answered_at,
        "principal_kind": asked.principal.kind,
        "principal_id": asked.principal.id,
        "conversation_id": asked.conversation_id,
        "recipe": asked.recipe.name,
        "arm": asked.arm,
        "model": finished.model,
        "mode": finished.mode,
        "kind": finished.kind,
        "degraded_reason": finished.degraded_reason,
        "question": storable(asked.question.text) if keeps_text else None,
        "query": storable(started.query) if keeps_text else None,
        "text": storable(finished.text) if keeps_text else None,
        "answerability": started.answerability,
        "supported": report.supported if report is not None else None,
        "score": report.score if report is not None else None,
        "hard_flags": sum(flag.severity == "hard" for flag in flags),
        "soft_flags": sum(flag.severity == "soft" for flag in flags),
        "withheld": len(finished.withheld),
        "retried": finished.retried,
        "passages": [_passage(passage) for passage in started.passages],
        "citations": [passage.index for passage in finished.cited],
        "grounding": _grounding(report, keeps_text=keeps_text) if report is not None else None,
        "first_word_ms": timings.get("first_word"),
        "total_ms": timings.get("total", 0.0),
        "timings_ms": timings,
        "prompt_tokens": finished.prompt_tokens,
        "completion_tokens": finished.completion_tokens,
        "cached_from": finished.cached_from,
    }


def trace_of(record: AnswerRecord, *, keeps_text: bool) -> bytes:
    """Return the answer's trace, compressed."""
    asked, started, finished = record.asked, record.started, record.finished
    recipe = {name: value for name, value in asdict(asked.recipe).items() if name not in _PROMPTS}
    trace: dict[str, Any] = {
        "recipe": recipe,
        "features": list(FEATURES),
        "candidates": [
            [one.chunk_id, one.document_id, round(one.score, 4), [round(value, 4) for value in one.features]]
            for one in started.candidates
        ],
        "nearest": [passage.chunk.id for passage in finished.nearest],
    }
    if keeps_text:
        trace["history"] = [asdict(turn) for turn in asked.question.history]
        trace["sent"] = [[asdict(message) for message in messages] for messages in finished.sent]
        trace["withheld"] = [asdict(sentence) for sentence in finished.withheld]
    return zlib.compress(json.dumps(trace, ensure_ascii=False, separators=(",", ":")).encode(), _LEVEL)


def read_trace(content: bytes) -> dict[str, Any]:
    """Return a trace as it was written."""
    trace: dict[str, Any] = json.loads(zlib.decompress(content))
    return trace


def _passage(passage: Passage) -> dict[str, Any]:
    chunk = passage.chunk
    return {
        "index": passage.index,
        "chunk_id": chunk.id,
        "document_id": chunk.document_id,
        "document_name": chunk.document_name,
        "content_hash": chunk.content_hash,
        "start": chunk.start,
        "end": chunk.end,
        "page": chunk.page,
        "score": round(passage.score, 4),
        "copy_of": passage.copy_of,
    }


def _grounding(report: Report, *, keeps_text: bool) -> Mapping[str, Any]:
    """Return what the checker found, in the shape of `POST /v1/ground`; without words where none are kept."""
    found = report.to_dict()
    if not keeps_text:
        for flag in found["flags"]:
            del flag["text"]
            if flag["evidence"] is not None:
                del flag["evidence"]["text"]
    return found


def storable(text: str) -> str:
    """Return a text as both databases keep it: PostgreSQL has no character U+0000."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
