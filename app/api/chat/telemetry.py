"""What the span and the metrics of an answer have beside its events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.answer.events import Finished
from app.answer.types import Question
from app.api.errors import error_body
from app.service.metrics import Metrics
from core.recipe import Recipe
from core.tracing import Span


@contextmanager
def counted_answer(metrics: Metrics) -> Iterator[None]:
    """Count an answer as being written for the block, and how it ends if it is not finished."""
    with metrics.answer_in_progress():
        try:
            yield
        except Exception as error:
            metrics.answer_failed(error_body(error).error.code)
            raise
        except BaseException:
            # The task was cancelled or the generator closed: the client went away.
            metrics.answer_cancelled()
            raise


def describe_question(span: Span, answer_id: str, question: Question, recipe: Recipe) -> None:
    """Set what is known of an answer when it begins."""
    span.set("groundwork.answer_id", answer_id)
    span.set("groundwork.recipe", recipe.name)
    if span.includes_text:
        span.set("groundwork.question", question.text)


def describe_answer(span: Span, finished: Finished) -> None:
    """Set what is known of an answer when it is finished."""
    if not span.is_recording:
        return
    span.set("groundwork.mode", finished.mode)
    span.set("groundwork.kind", finished.kind)
    span.set("groundwork.citations", len(finished.cited))
    span.set("groundwork.sentences_withheld", len(finished.withheld))
    if finished.degraded_reason is not None:
        span.set("groundwork.degraded_reason", finished.degraded_reason)
    if finished.grounding is not None:
        span.set("groundwork.flags", len(finished.grounding.flags))
    if "first_word" in finished.timings_ms:
        span.set("groundwork.first_token_seconds", finished.timings_ms["first_word"] / 1000)
    if span.includes_text:
        span.set("groundwork.answer", finished.text)
