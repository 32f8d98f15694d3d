"""Decide about an item of the review queue.

An accepted case is written to a file of cases, and removed from it by a later decision to reject it.

Not covered: two items whose cases have the same id; the file has the case that was accepted last.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from app.answers.record import storable
from app.database import Database
from app.reviews.cases import drop_case, keep_case
from app.reviews.items import QueuedItem
from app.reviews.queue import checked_item, find_queued
from app.reviews.review import Decision
from app.reviews.sources import Preference
from app.reviews.tables import ReviewRow
from app.service.principals import PrincipalKind
from core.errors import RequestError


def decide_review(
    database: Database,
    review_id: str,
    decision: Decision,
    cases_file: Path,
    of: frozenset[PrincipalKind] | None = None,
) -> QueuedItem:
    """Decide about an item in place of the decision before; `of` as in `find_review`. Blocks.

    The sides of a pair are named as they are shown. Raises NotFound, Conflict for the review of an answer and for a
    file that has no cases, RequestError for a decision that the item cannot have, OSError and DatabaseFault.
    """
    with database.session() as session:
        # Locked, so that two decisions at the same time are written one after the other.
        session.get(ReviewRow, storable(review_id), with_for_update=True)
        queued = checked_item(find_queued(session, review_id, of))
        _check_choice(queued, decision)
        _decide(queued, decision, cases_file)
    return queued


def _decide(queued: QueuedItem, decision: Decision, cases_file: Path) -> None:
    review, item = queued.review, queued.item
    is_case = review.source == "case"
    if is_case:
        _update_cases(queued, decision, cases_file)
    review.verdict, review.labelled_at = queued.shown.swapped(decision.choice), datetime.now(UTC)
    review.case_made_at = review.labelled_at if is_case and decision.choice == "accept" else None
    item.edited = dict(decision.edited) if decision.edited is not None else None


def _check_choice(queued: QueuedItem, decision: Decision) -> None:
    is_pair = queued.review.source == "pair"
    if is_pair != (decision.choice in get_args(Preference)):
        wanted = '{"preferred": "a", "b" or "tie"}' if is_pair else '{"verdict": "accept" or "reject"}'
        raise RequestError(f"The review is of a {queued.review.source}. Send {wanted}.")


def _update_cases(queued: QueuedItem, decision: Decision, file: Path) -> None:
    case = dict(decision.edited or queued.item.content)
    if case["id"] != queued.item.content["id"]:
        raise RequestError(
            f"'edited' has the id '{case['id'][:100]}', and the case has '{queued.item.content['id'][:100]}'. "
            "Leave the id as it is."
        )
    if decision.choice == "accept":
        keep_case(file, case)
    elif queued.review.case_made_at is not None:
        drop_case(file, dict(queued.item.edited or queued.item.content))
