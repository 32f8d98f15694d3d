"""Post items to the review queue, and export and delete them. All functions block and raise DatabaseFault."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, delete, select

from app.database import Database
from app.database.insert import insert_new
from app.reviews.review import Decision, Item, ItemReview
from app.reviews.sources import ITEM_SOURCES, ItemSource, State
from app.reviews.tables import ReviewItemRow, ReviewRow
from core.moments import moment_text

_AT_ONCE = 500
"""Items of one transaction that deletes."""


@dataclass(frozen=True, slots=True)
class QueuedItem:
    """A review of an item, with its content."""

    review: ReviewRow
    item: ReviewItemRow

    @property
    def shown(self) -> ItemReview:
        """The review as it is shown."""
        review, item = self.review, self.item
        decision = Decision(cast(Any, review.verdict), item.edited) if review.verdict is not None else None
        return ItemReview(
            id=review.id,
            source=cast(ItemSource, review.source),
            created_at=review.created_at,
            content=item.content,
            is_swapped=item.is_swapped,
            decision=decision,
            decided_at=review.labelled_at,
        )


def add_items(database: Database, items: Sequence[Item], now: datetime, *, is_restricted: bool) -> int:
    """Put the items into the queue that are not in it; return how many they were. The last one is the latest.

    `is_restricted`: who posts them reads documents which callers without a sign-in may not read.
    """
    by_id = {item.id: item for item in items}
    with database.session() as session:
        known = set(session.execute(select(ReviewRow.id).where(ReviewRow.id.in_(by_id))).scalars())
        new = [item for review_id, item in by_id.items() if review_id not in known]
        if new:
            insert_new(session, ReviewRow, [_review(item, now, place) for place, item in enumerate(new)])
            insert_new(session, ReviewItemRow, [_content(item, is_restricted) for item in new])
    return len(new)


def delete_items(database: Database, source: ItemSource, state: State | None) -> int:
    """Delete the items of a source in a state, None: in any, with their decisions; return how many they were."""
    condition = ReviewRow.source == source
    if state is not None:
        condition &= ReviewRow.verdict.is_(None) if state == "open" else ReviewRow.verdict.is_not(None)
    return _delete(database, condition)


def delete_items_before(database: Database, before: datetime) -> int:
    """Delete the items that were posted before a moment, with their decisions; return how many they were."""
    return _delete(database, ReviewRow.source.in_(ITEM_SOURCES) & (ReviewRow.created_at < before))


def decided_items(database: Database) -> Iterator[dict[str, Any]]:
    """Yield each item with a decision as a JSON object, the first decided first.

    The answers of a pair are as they were posted, and so is the choice between them.
    """
    query = (
        select(ReviewRow, ReviewItemRow)
        .join(ReviewItemRow, ReviewItemRow.review_id == ReviewRow.id)
        .where(ReviewRow.verdict.is_not(None))
        .order_by(ReviewRow.labelled_at, ReviewRow.id)
    )
    with database.reading() as session:
        found = [QueuedItem(*row).shown for row in session.execute(query)]
    for review in found:
        yield _exported(review)


def _exported(review: ItemReview) -> dict[str, Any]:
    assert review.decision is not None
    assert review.decided_at is not None
    common = {
        "id": review.id,
        "source": review.source,
        "created_at": moment_text(review.created_at),
        "decided_at": moment_text(review.decided_at),
    }
    if review.source == "pair":
        return {**common, **review.content, "preferred": review.decision.choice}
    decided = {"verdict": review.decision.choice, "edited": review.decision.edited}
    return {**common, review.source: review.content, **decided}


def _review(item: Item, now: datetime, place: int) -> dict[str, Any]:
    return {
        "id": item.id,
        "answer_id": None,
        "source": item.source,
        # Pages are in the order of this moment: those that were posted together keep theirs.
        "created_at": now + timedelta(microseconds=place),
        "labelled_at": None,
        "verdict": None,
        "case_made_at": None,
    }


def _content(item: Item, is_restricted: bool) -> dict[str, Any]:
    return {
        "review_id": item.id,
        "content": dict(item.content),
        "edited": None,
        "is_swapped": item.source == "pair" and bool(secrets.randbits(1)),
        "is_restricted": is_restricted,
    }


def _delete(database: Database, condition: ColumnElement[bool]) -> int:
    deleted = 0
    while True:
        with database.session() as session:
            ids = session.execute(select(ReviewRow.id).where(condition).limit(_AT_ONCE)).scalars().all()
            session.execute(delete(ReviewRow).where(ReviewRow.id.in_(ids)))
        deleted += len(ids)
        if len(ids) < _AT_ONCE:
            break
    if deleted:
        database.discard_deleted()
    return deleted
