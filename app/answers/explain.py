"""Explain how a kept answer came about, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.answers.present import PresentChunks
from app.answers.record import Now, read_trace, storable
from app.answers.tables import AnswerRow, AnswerTraceRow, FeedbackRow
from app.database import Database
from app.grounding.reasons import flag_words
from app.service.principals import PrincipalKind
from core.errors import NotFound
from core.index import IndexView
from core.recipe import Recipe


@dataclass(frozen=True, slots=True)
class ExplainedCandidate:
    """A hit among which the ranker chose, with the values of its features by name.

    passage   its number among the passages; None for one that was not chosen
    text      that of the chunk as it is now; None where it changed or is gone
    """

    chunk_id: str
    document_id: str
    score: float
    features: Mapping[str, float]
    passage: int | None
    now: Now
    text: str | None


@dataclass(frozen=True, slots=True)
class ExplainedPassage:
    """A passage that the answer was written from; `is_cited`: the answer cites it. `text` as in ExplainedCandidate."""

    index: int
    chunk_id: str
    document_id: str
    document_name: str
    start: int
    end: int
    page: int | None
    score: float
    copy_of: int | None
    is_cited: bool
    now: Now
    text: str | None


@dataclass(frozen=True, slots=True)
class ExplainedFlag:
    """Words that were flagged, and why. `passage` is the number of the passage with the evidence.

    The texts are None where the domain keeps none; `start` and `end` are code points of the answer.
    """

    start: int
    end: int
    text: str | None
    reason: str
    severity: str
    confidence: float
    why: str
    passage: int | None
    evidence: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How an answer came about.

    sent            what the model was sent, by attempt: messages with role and content
    recipe_changes  the values of the recipe that are different now: [then, now] by name
    feedback        rating, reason and comment; None where nobody gave any
    """

    answer_id: str
    answered_at: datetime
    conversation_id: str
    principal_kind: str
    principal_id: str | None
    recipe: str
    arm: str | None
    model: str | None
    mode: str
    kind: str
    degraded_reason: str | None
    cached_from: str | None
    question: str | None
    history: tuple[Mapping[str, str], ...]
    query: str | None
    text: str | None
    answerability: float
    supported: bool | None
    score: float | None
    candidates: tuple[ExplainedCandidate, ...]
    passages: tuple[ExplainedPassage, ...]
    sent: tuple[tuple[Mapping[str, str], ...], ...]
    flags: tuple[ExplainedFlag, ...]
    withheld: tuple[Mapping[str, Any], ...]
    retried: str | None
    timings_ms: Mapping[str, float]
    prompt_tokens: int
    completion_tokens: int
    recipe_changes: Mapping[str, tuple[Any, Any]]
    feedback: Mapping[str, str | None] | None


def explain(
    database: Database,
    answer_id: str,
    index: IndexView,
    recipes: Mapping[str, Recipe],
    of: frozenset[PrincipalKind] | None = None,
) -> Explanation:
    """Return how an answer came about, if it was given to a principal of the kinds `of`; None: of any kind. Blocks.

    `recipes` are those of the domain as they are now, by name. Raises NotFound, DatabaseFault and IndexFault.
    """
    kept_id = storable(answer_id)
    with database.reading() as session:
        answer = session.get(AnswerRow, kept_id)
        stored = session.get(AnswerTraceRow, kept_id)
        feedback = session.get(FeedbackRow, kept_id)
    if answer is None or (of is not None and answer.principal_kind not in of):
        raise NotFound(f"No answer with the id '{answer_id[:100]}' is kept.", code="answer_not_found")
    trace = read_trace(stored.content) if stored is not None else {}
    passages = answer.passages
    candidates = trace.get("candidates", [])
    present = PresentChunks(index, [one["chunk_id"] for one in passages] + [one[0] for one in candidates])
    return Explanation(
        answer_id=answer.id,
        answered_at=answer.answered_at,
        conversation_id=answer.conversation_id,
        principal_kind=answer.principal_kind,
        principal_id=answer.principal_id,
        recipe=answer.recipe,
        arm=answer.arm,
        model=answer.model,
        mode=answer.mode,
        kind=answer.kind,
        degraded_reason=answer.degraded_reason,
        cached_from=answer.cached_from,
        question=answer.question,
        history=tuple(trace.get("history", ())),
        query=answer.query,
        text=answer.text,
        answerability=answer.answerability,
        supported=answer.supported,
        score=answer.score,
        candidates=tuple(_candidates(candidates, trace.get("features", []), passages, present)),
        passages=tuple(_passages(answer, present)),
        sent=tuple(tuple(messages) for messages in trace.get("sent", ())),
        flags=tuple(_flags(answer)),
        withheld=tuple(trace.get("withheld", ())),
        retried=answer.retried,
        timings_ms=answer.timings_ms,
        prompt_tokens=answer.prompt_tokens,
        completion_tokens=answer.completion_tokens,
        recipe_changes=_changes(trace.get("recipe", {}), recipes.get(answer.recipe)),
        feedback=_feedback(feedback),
    )


def _candidates(
    rows: Iterable[Any], names: list[str], passages: list[dict[str, Any]], present: PresentChunks
) -> Iterable[ExplainedCandidate]:
    chosen = {one["chunk_id"]: one["index"] for one in passages}
    for chunk_id, document_id, score, values in rows:
        chunk = present.chunk(chunk_id)
        yield ExplainedCandidate(
            chunk_id=chunk_id,
            document_id=document_id,
            score=score,
            features=dict(zip(names, values, strict=True)),
            passage=chosen.get(chunk_id),
            now=present.now(chunk_id, document_id),
            text=chunk.text if chunk is not None else None,
        )


def _passages(answer: AnswerRow, present: PresentChunks) -> Iterable[ExplainedPassage]:
    for one in answer.passages:
        chunk = present.passage(one)
        now = present.now(one["chunk_id"], one["document_id"])
        values = {name: value for name, value in one.items() if name != "content_hash"}
        yield ExplainedPassage(
            **values,
            is_cited=one["index"] in answer.citations,
            now="changed" if now == "unchanged" and chunk is None else now,
            text=chunk.text if chunk is not None else None,
        )


def _flags(answer: AnswerRow) -> Iterable[ExplainedFlag]:
    for flag in (answer.grounding or {}).get("flags", ()):
        found = flag["evidence"]
        evidence = found.get("text") if found is not None else None
        yield ExplainedFlag(
            start=flag["start"],
            end=flag["end"],
            text=flag.get("text"),
            reason=flag["reason"],
            severity=flag["severity"],
            confidence=flag["confidence"],
            why=flag_words(flag["reason"], evidence),
            passage=answer.passages[found["context"]]["index"] if found is not None else None,
            evidence=evidence,
        )


def _changes(then: Mapping[str, Any], recipe: Recipe | None) -> dict[str, tuple[Any, Any]]:
    if recipe is None:
        return {}
    now = asdict(recipe)
    return {name: (value, now[name]) for name, value in then.items() if name in now and now[name] != value}


def _feedback(row: FeedbackRow | None) -> Mapping[str, str | None] | None:
    return {"rating": row.rating, "reason": row.reason, "comment": row.comment} if row is not None else None
