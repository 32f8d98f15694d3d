"""`/v1/reviews` and `/v1/quality`: the review queue, and how good the answers are. For administrators."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.api.callers import Caller
from app.api.openapi import error_responses
from app.api.reviews.requests import LabelRequest
from app.api.reviews.responses import (
    CaseMade,
    GoldCase,
    Quality,
    QualityDay,
    Review,
    ReviewList,
    SpotChecks,
    WeeklyErrorRate,
)
from app.reviews.review import ReviewSource, State
from app.service.service import Service

ReviewId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,128}$", description="The review's id.")]


def review_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()

    # The library of the database takes half a second to import, which a command that keeps nothing need not spend.

    @routes.get("/v1/reviews", responses=error_responses(503))
    async def reviews(
        principal: Caller,
        state: Annotated[State, Query(description="`open`: without a label; `done`: with one.")] = "open",
        source: Annotated[ReviewSource | None, Query(description="Only those in the queue for this reason.")] = None,
        limit: Annotated[int, Query(ge=1, le=100, description="Reviews of a page, at most.")] = 20,
        cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
    ) -> ReviewList:
        """List the answers that people review: spot checks, flagged ones, and those that were rated down."""
        from app.reviews.queue import list_reviews

        index = service.library.index.visible_to(principal.readers)
        of = principal.reads_answers_of
        found = await service.database.run(
            lambda: list_reviews(service.database, index, state, source, limit, cursor, of)
        )
        return ReviewList.model_validate(found)

    @routes.put("/v1/reviews/{review_id}/label", responses=error_responses(404, 503, changes=True))
    async def label(review_id: ReviewId, request: LabelRequest, principal: Caller) -> Review:
        """Label an answer. A second label replaces the first."""
        from app.reviews.queue import label_review, show_review

        index = service.library.index.visible_to(principal.readers)

        def give() -> Review:
            labelled = label_review(service.database, review_id, request.as_label(), principal.reads_answers_of)
            return Review.model_validate(show_review(labelled, index))

        return await service.database.run(give)

    @routes.post("/v1/reviews/{review_id}/case", responses=error_responses(404, 409, 503, 507, changes=True))
    async def case(review_id: ReviewId, principal: Caller) -> CaseMade:
        """Make a gold case of a labelled review, and add it to `cases.jsonl` in the data directory.

        A second one replaces the first. The case stays when the answer is deleted.
        """
        from app.reviews.cases import CASES_FILE, keep_case, make_case
        from app.reviews.queue import find_review, note_case

        index = service.library.index.visible_to(principal.readers)
        file = service.settings.data_dir / CASES_FILE

        def make() -> CaseMade:
            queued = find_review(service.database, review_id, principal.reads_answers_of)
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
