"""Answers to keep, for tests of what is kept of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.answer.events import Finished, Started
from app.answer.types import Candidate, CitationCounts, Passage, Question
from app.answers.record import AnswerRecord, Asked
from app.grounding import Evidence, Flag, Report
from app.service.principals import ANONYMOUS, Principal
from core.recipe import Recipe
from core.types import Message
from testing.passages import passage

FLAG = Flag(0, 6, "Thirty", "number_mismatch", "hard", 0.9, Evidence(0, 0, 6, "Every"))
FLAGGED = Report(False, 0.2, (FLAG,), (), ())


def kept_answer(
    answer_id: str = "answer-1",
    question: str = "How many days of leave?",
    text: str = "Thirty days [1].",
    *,
    principal: Principal = ANONYMOUS,
    conversation: str = "conversation-1",
    history: tuple[Message, ...] = (),
    passages: tuple[Passage, ...] = (passage(1), passage(2, "Leave is paid.")),
    report: Report | None = None,
    at: datetime | None = None,
    arm: str | None = None,
    **finished: Any,
) -> AnswerRecord:
    """Return the record of a generated answer, which cites the first passage."""
    asked = Asked(Question(question, history), Recipe(), principal, conversation, arm)
    candidates = tuple(Candidate(one.chunk.id, one.chunk.document_id, one.score, (0.5,) * 10) for one in passages)
    started = Started(answer_id, "generated", passages, 0.7, question, candidates)
    values: dict[str, Any] = {
        "text": text,
        "mode": "generated",
        "degraded_reason": None,
        "refused": False,
        "finish_reason": "stop",
        "cited": passages[:1],
        "grounding": report,
        "citations": CitationCounts(kept=1),
        "timings_ms": {"retrieve": 5.0, "first_word": 9.0, "total": 20.0},
        "model": "small",
        "prompt_tokens": 100,
        "completion_tokens": 10,
        "sent": ((Message("system", "Be brief."), Message("user", question)),),
    }
    return AnswerRecord(asked, started, Finished(**{**values, **finished}), at or datetime.now(UTC))
