"""Export what people decided in the review queue, as JSON objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.database import Database
from app.reviews.cases import Case
from app.reviews.items import decided_items
from app.reviews.queue import QueuedAnswer, labelled_reviews
from app.reviews.sources import ReviewSource
from core.moments import moment_text


def export_reviews(
    database: Database, cases: Sequence[Case], source: ReviewSource | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the answers with a label, then the items with a decision, of a source; each the first decided first.

    An answer has its gold case among `cases`. Blocks. Raises DatabaseFault. Not covered: reviews whose answer was
    deleted; their verdicts are in `/v1/quality`.
    """
    by_id = {case["id"]: case for case in cases}
    for queued in labelled_reviews(database):
        if source in (None, queued.review.source):
            yield {**_exported(queued), "case": by_id.get(queued.review.id)}
    for item in decided_items(database):
        if source in (None, item["source"]):
            yield item


def _exported(queued: QueuedAnswer) -> dict[str, Any]:
    review, answer, texts = queued.review, queued.answer, queued.texts
    return {
        "id": review.id,
        "source": review.source,
        "created_at": moment_text(review.created_at),
        "labelled_at": moment_text(review.labelled_at) if review.labelled_at is not None else None,
        "answer_id": answer.id,
        "kind": answer.kind,
        "question": answer.question,
        "history": [{"role": turn.role, "content": turn.content} for turn in queued.history],
        "answer": answer.text,
        "label": {
            "verdict": review.verdict,
            "unsupported": [{"start": start, "end": end} for start, end in (texts.unsupported if texts else ())],
            "better_answer": texts.better_answer if texts else None,
            "note": texts.note if texts else None,
        },
    }
