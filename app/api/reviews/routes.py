"""`/v1/reviews` and `/v1/quality`: the review queue, and how good the answers are. For administrators."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request

from app.api.callers import Caller, note_target
from app.api.openapi import error_responses
from app.api.reviews.item_requests import DecisionRequest, ItemsRequest
from app.api.reviews.item_responses import CaseReview, ExampleReview, GoldCase, ItemInReview, PairReview, item_in_review
from app.api.reviews.requests import LabelRequest
from app.api.reviews.responses import (
    AnswerReview,
    CaseMade,
    ItemsAdded,
    Quality,
    QualityDay,
    Review,
    ReviewList,
    SpotChecks,
    WeeklyErrorRate,
)
from app.reviews.review import AnswerReview as AReviewedAnswer
from app.reviews.review import ItemReview
from app.reviews.sources import ReviewSource, State
from app.service.service import Service
from core.permissions import PUBLIC

_ReviewId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,128}$", description="The review's id.")]


def review_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()

    # The library of the database takes half a second to import, which a command that keeps nothing need not spend.

    @routes.get("/v1/reviews", responses=error_responses(503))
    async def reviews(
        principal: Caller,
        state: Annotated[State, Query(description="`open`: without a label or a decision; `done`: with one.")] = "open",
        source: Annotated[ReviewSource | None, Query(description="Only those of this source.")] = None,
        limit: Annotated[int, Query(ge=1, le=100, description="Reviews of a page, at most.")] = 20,
        cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
    ) -> ReviewList:
        """List what people review, the latest first.

        Answers (spot checks, flagged ones, those that were rated down), and the items that were posted to the queue:
        drafted cases, pairs of answers, training examples.
        """
        from app.reviews.queue import list_reviews

        index = service.library.index.visible_to(principal.readers)
        of = principal.reads_answers_of
        found = await service.database.run(
            lambda: list_reviews(service.database, index, state, source, limit, cursor, of)
        )
        items = [_shown(review) for review in found.items]
        return ReviewList.model_validate({"items": items, "next": found.next, "open": found.open})

    @routes.post("/v1/reviews", responses=error_responses(503, changes=True))
    async def post(request: ItemsRequest, principal: Caller, sent: Request) -> ItemsAdded:
        """Put drafted cases, pairs of answers and training examples into the queue.

        An item whose content is in the queue, or was decided about, is known and stays as it is.
        """
        from app.reviews.items import add_items

        items = request.as_items()
        counts = Counter(item.source for item in items)
        note_target(sent, ", ".join(f"{count} {source}" for source, count in sorted(counts.items())))

        def add() -> int:
            may_quote = principal.readers.everything
            is_restricted = may_quote and service.library.index.visible_to(PUBLIC).restriction is not None
            return add_items(service.database, items, datetime.now(UTC), is_restricted=is_restricted)

        added = await service.database.run(add)
        return ItemsAdded(added=added, known=len(items) - added, ids=[item.id for item in items])

    @routes.get("/v1/reviews/{review_id}", responses=error_responses(404, 503))
    async def one(review_id: _ReviewId, principal: Caller) -> Review:
        """Show one review."""
        from app.reviews.queue import find_review, show_review

        index = service.library.index.visible_to(principal.readers)

        def show() -> AReviewedAnswer | ItemReview:
            return show_review(find_review(service.database, review_id, principal.reads_answers_of), index)

        return _shown(await service.database.run(show))

    @routes.put("/v1/reviews/{review_id}/decision", responses=error_responses(404, 409, 503, 507, changes=True))
    async def decision(
        review_id: _ReviewId, request: Annotated[DecisionRequest, Body()], principal: Caller
    ) -> ItemInReview:
        """Accept or reject a case or an example, or prefer an answer of a pair. A second decision replaces the first.

        An accepted case is added to `cases.jsonl` in the data directory; rejected later, it is removed from it.
        """
        from app.reviews.cases import CASES_FILE
        from app.reviews.decide import decide_review
        from app.reviews.queue import find_item

        file, of = service.settings.data_dir / CASES_FILE, principal.reads_answers_of

        def decide() -> ItemReview:
            review = find_item(service.database, review_id, of).shown
            return decide_review(service.database, review_id, request.as_decision(review.source), file, of).shown

        return item_in_review(await service.database.run(decide))

    @routes.put("/v1/reviews/{review_id}/label", responses=error_responses(404, 409, 503, changes=True))
    async def label(review_id: _ReviewId, request: LabelRequest, principal: Caller) -> AnswerReview:
        """Label an answer. A second label replaces the first."""
        from app.reviews.queue import label_review, show_review

        index = service.library.index.visible_to(principal.readers)

        def give() -> AnswerReview:
            labelled = label_review(service.database, review_id, request.as_label(), principal.reads_answers_of)
            return AnswerReview.model_validate(show_review(labelled, index))

        return await service.database.run(give)

    @routes.post(
        "/v1/reviews/{review_id}/case",
        responses=error_responses(404, 409, 503, 507, changes=True),
        response_model_exclude_unset=True,
    )
    async def case(review_id: _ReviewId, principal: Caller) -> CaseMade:
        """Make a gold case of a labelled review, and add it to `cases.jsonl` in the data directory.

        A second one replaces the first. The case stays when the answer is deleted.
        """
        from app.reviews.cases import CASES_FILE, keep_case, make_case
        from app.reviews.queue import find_answer, note_case

        index = service.library.index.visible_to(principal.readers)
        file = service.settings.data_dir / CASES_FILE

        def make() -> CaseMade:
            queued = find_answer(service.database, review_id, principal.reads_answers_of)
            made = make_case(queued, index, service.domain.texts.refusals)
            keep_case(file, made)
            note_case(service.database, review_id)
            return CaseMade(case=GoldCase.model_validate(made), path=str(file))

        return await service.database.run(make)

    @routes.get("/v1/quality", responses=error_responses(503))
    async def quality(
        days: Annotated[int, Query(ge=1, le=366, description="The last days, today included.")] = 30,
    ) -> Quality:
        """Show how the answers fared by day, and how many unflagged ones are wrong by the spot checks."""
        from app.reviews.quality import read_quality

        today = datetime.now(UTC).date()
        found = await service.database.run(lambda: read_quality(service.database, days, today))
        weeks = [WeeklyErrorRate(week=week, **asdict(rate)) for week, rate in found.by_week.items()]
        return Quality(
            days=[QualityDay.model_validate(day) for day in found.days],
            spot_checks=SpotChecks(**asdict(found.spot_checks), by_week=weeks),
            review_share=service.domain.records.review_share,
        )

    return routes


def _shown(review: AReviewedAnswer | ItemReview) -> AnswerReview | CaseReview | PairReview | ExampleReview:
    return item_in_review(review) if isinstance(review, ItemReview) else AnswerReview.model_validate(review)
