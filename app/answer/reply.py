"""Reply with a text of the domain instead of an answer: to small talk, and to a question of several meanings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.answer.events import AnswerEvent, Finished, Started, TextDelta
from app.answer.types import CitationCounts, ReplyKind


def reply_events(
    answer_id: str,
    text: str,
    kind: ReplyKind,
    choices: Sequence[str] = (),
    timings_ms: Mapping[str, float] | None = None,
) -> Iterator[AnswerEvent]:
    """Yield the events of a reply. No model wrote it, and it claims nothing that could be cited or checked."""
    yield Started(answer_id, "extractive", ())
    yield TextDelta(text)
    yield Finished(
        text=text,
        mode="extractive",
        degraded_reason=None,
        refused=False,
        finish_reason="stop",
        cited=(),
        grounding=None,
        citations=CitationCounts(),
        timings_ms=dict(timings_ms or {}),
        replied=kind,
        choices=tuple(choices),
    )
