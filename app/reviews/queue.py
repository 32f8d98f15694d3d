"""Read the review queue, and label what is in it. All functions block and raise DatabaseFault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, cast

from sqlalchemy import ColumnElement, Select, func, select, true, tuple_
from sqlalchemy.orm import Session

from app.answer.types import AnswerKind
from app.answers.present import PresentChunks
from app.answers.record import read_trace, storable
from app.answers.select import given_to
from app.answers.tables import AnswerRow, AnswerTraceRow, FeedbackRow
from app.database import Database
from app.reviews.items import QueuedItem
from app.reviews.review import AnswerReview, ItemReview, Label, ReviewFlag, ReviewPage, ReviewPassage
from app.reviews.sources import AnswerSource, ReviewSource, ReviewVerdict, State
from app.reviews.tables import ReviewItemRow, ReviewRow, ReviewTextRow
from app.service.principals import PrincipalKind
from core.errors import Conflict, NotFound, RequestError
from core.index import IndexView
from core.types import Message

_MOMENT = "%Y%m%dT%H%M%S%f"
"""How a cursor has the moment of a review, in UTC; the review's id follows after a dot."""


@dataclass(frozen=True, slots=True)
class QueuedAnswer:
    """A review with the answer and all that is kept of both."""

    review: ReviewRow
    answer: AnswerRow
    trace: bytes | None
    feedback: FeedbackRow | None
    texts: ReviewTextRow | None

    @property
    def history(self) -> tuple[Message, ...]:
        """The turns before the question, oldest first."""
        turns = read_trace(self.trace).get("history", ()) if self.trace is not None else ()
        return tuple(Message(turn["role"], turn["content"]) for turn in turns)

    @property
    def label(self) -> Label | None:
        """The label; None while the review is open."""
        return label_of(self.review, self.texts)


Queued: TypeAlias = QueuedAnswer | QueuedItem


def list_reviews(
    database: Database,
    index: IndexView,
    state: State,
    source: ReviewSource | None,
    limit: int,
    cursor: str | None,
    of: frozenset[PrincipalKind] | None = None,
) -> ReviewPage:
    """Return reviews of a state, the latest first, from a cursor on. Raises RequestError for an unknown cursor.

    They are of answers to principals of the kinds `of`, and of items that those may read; None: all. The passages of
    answers have the texts that the index has now. Raises IndexFault.
    """
    query = _queued(of, source).where(_is_in(state))
    if cursor is not None:
        query = query.where(tuple_(ReviewRow.created_at, ReviewRow.id) < _read_cursor(cursor))
    query = query.order_by(ReviewRow.created_at.desc(), ReviewRow.id.desc()).limit(limit + 1)
    with database.reading() as session:
        found = [_of_row(row) for row in session.execute(query)]
        count = session.execute(_open_ones(of, source)).scalar_one()
    shown = found[:limit]
    following = _cursor(shown[-1].review) if len(found) > limit else None
    return ReviewPage(tuple(_reviews(shown, index)), following, count)


def show_review(queued: Queued, index: IndexView) -> AnswerReview | ItemReview:
    """Return a review as it is shown. Raises IndexFault."""
    [review] = _reviews([queued], index)
    return review


def find_review(database: Database, review_id: str, of: frozenset[PrincipalKind] | None = None) -> Queued:
    """Return a review of an answer to a principal of the kinds `of`, or of an item that those may read; None: any.

    Raises NotFound for one that does not exist or whose answer was deleted.
    """
    with database.reading() as session:
        return find_queued(session, review_id, of)


def find_item(database: Database, review_id: str, of: frozenset[PrincipalKind] | None = None) -> QueuedItem:
    """Return a review of an item. Raises NotFound as `find_review`, and Conflict for the review of an answer."""
    return checked_item(find_review(database, review_id, of))


def find_answer(database: Database, review_id: str, of: frozenset[PrincipalKind] | None = None) -> QueuedAnswer:
    """Return a review of an answer. Raises NotFound as `find_review`, and Conflict for the review of an item."""
    return _answer(find_review(database, review_id, of))


def label_review(
    database: Database, review_id: str, label: Label, of: frozenset[PrincipalKind] | None = None
) -> QueuedAnswer:
    """Give a review a label in place of the one before; `of` as in `find_review`.

    Raises NotFound, Conflict for an item, and RequestError for unsupported words that are not in the answer.
    """
    with database.session() as session:
        # Locked, so that two labels at the same time are written one after the other.
        session.get(ReviewRow, storable(review_id), with_for_update=True)
        queued = _answer(find_queued(session, review_id, of))
        _check_spans(label, queued.answer.text or "")
        queued.review.verdict, queued.review.labelled_at = label.verdict, datetime.now(UTC)
        texts = ReviewTextRow(
            review_id=review_id,
            answer_id=queued.answer.id,
            unsupported=[list(span) for span in label.unsupported],
            better_answer=_text(label.better_answer),
            note=_text(label.note),
        )
        session.merge(texts)
    return find_answer(database, review_id)


def note_case(database: Database, review_id: str) -> None:
    """Note that a gold case was made of a review. Nothing happens to one that was deleted meanwhile."""
    with database.session() as session:
        row = session.get(ReviewRow, review_id)
        if row is not None:
            row.case_made_at = datetime.now(UTC)


def labelled_reviews(database: Database) -> list[QueuedAnswer]:
    """Return the labelled reviews whose answers are kept, the first labelled first."""
    is_labelled = _is_in("done") & AnswerRow.id.is_not(None)
    query = _queued(None).where(is_labelled).order_by(ReviewRow.labelled_at, ReviewRow.id)
    with database.reading() as session:
        return [_answer(_of_row(row)) for row in session.execute(query)]


def label_of(review: ReviewRow, texts: ReviewTextRow | None) -> Label | None:
    """Return the label of a review; None while it is open."""
    if review.verdict is None:
        return None
    verdict = cast(ReviewVerdict, review.verdict)
    if texts is None:
        return Label(verdict)
    spans = tuple((start, end) for start, end in texts.unsupported)
    return Label(verdict, spans, texts.better_answer, texts.note)


def find_queued(session: Session, review_id: str, of: frozenset[PrincipalKind] | None) -> Queued:
    """Return a review, as `find_review`, within a session."""
    row = session.execute(_queued(of).where(ReviewRow.id == storable(review_id))).first()
    if row is None:
        raise NotFound(
            f"There is no review with the id '{review_id[:100]}'. It may have been deleted, as with its answer.",
            code="review_not_found",
        )
    return _of_row(row)


def checked_item(queued: Queued) -> QueuedItem:
    """Return a review if it is of an item. Raises Conflict for the review of an answer."""
    if isinstance(queued, QueuedAnswer):
        raise Conflict(
            f"The review '{queued.review.id}' is of an answer, which gets a label: "
            f"PUT /v1/reviews/{queued.review.id}/label.",
            code="not_an_item",
        )
    return queued


def _queued(of: frozenset[PrincipalKind] | None, source: ReviewSource | None = None) -> Select[*tuple[Any, ...]]:
    return (
        select(ReviewRow, AnswerRow, AnswerTraceRow.content, FeedbackRow, ReviewTextRow, ReviewItemRow)
        .outerjoin(AnswerRow, AnswerRow.id == ReviewRow.answer_id)
        .outerjoin(AnswerTraceRow, AnswerTraceRow.answer_id == AnswerRow.id)
        .outerjoin(FeedbackRow, FeedbackRow.answer_id == AnswerRow.id)
        .outerjoin(ReviewTextRow, ReviewTextRow.review_id == ReviewRow.id)
        .outerjoin(ReviewItemRow, ReviewItemRow.review_id == ReviewRow.id)
        .where(_is_shown(of, source))
    )


def _open_ones(of: frozenset[PrincipalKind] | None, source: ReviewSource | None) -> Select[int]:
    """Return the query that counts the open reviews."""
    return (
        select(func.count())
        .select_from(ReviewRow)
        .outerjoin(AnswerRow, AnswerRow.id == ReviewRow.answer_id)
        .outerjoin(ReviewItemRow, ReviewItemRow.review_id == ReviewRow.id)
        .where(_is_shown(of, source) & _is_in("open"))
    )


def _is_shown(of: frozenset[PrincipalKind] | None, source: ReviewSource | None) -> ColumnElement[bool]:
    """Return the condition on a review with its answer or its item; one with neither is of a deleted answer."""
    is_readable = true() if of is None else ReviewItemRow.is_restricted.is_(False)
    is_answer, is_item = AnswerRow.id.is_not(None), ReviewItemRow.review_id.is_not(None)
    shown = (is_answer & given_to(of)) | (is_item & is_readable)
    return shown if source is None else shown & (ReviewRow.source == source)


def _is_in(state: State) -> ColumnElement[bool]:
    return ReviewRow.verdict.is_(None) if state == "open" else ReviewRow.verdict.is_not(None)


def _of_row(row: Any) -> Queued:
    review, *of_answer, item = row
    return QueuedAnswer(review, *of_answer) if item is None else QueuedItem(review, item)


def _answer(queued: Queued) -> QueuedAnswer:
    if isinstance(queued, QueuedItem):
        raise Conflict(
            f"The review '{queued.review.id}' is of a {queued.review.source}, which gets a decision: "
            f"PUT /v1/reviews/{queued.review.id}/decision.",
            code="not_an_answer",
        )
    return queued


def _reviews(queued: list[Queued], index: IndexView) -> Iterable[AnswerReview | ItemReview]:
    answers = [each.answer for each in queued if isinstance(each, QueuedAnswer)]
    present = PresentChunks(index, [one["chunk_id"] for answer in answers for one in answer.passages])
    for each in queued:
        yield each.shown if isinstance(each, QueuedItem) else _answer_review(each, present)


def _answer_review(queued: QueuedAnswer, present: PresentChunks) -> AnswerReview:
    review, answer, feedback = queued.review, queued.answer, queued.feedback
    return AnswerReview(
        id=review.id,
        source=cast(AnswerSource, review.source),
        created_at=review.created_at,
        answer_id=answer.id,
        kind=cast(AnswerKind, answer.kind),
        question=answer.question or "",
        history=queued.history,
        answer=answer.text or "",
        passages=tuple(_passages(answer, present)),
        flags=tuple(_flags(answer)),
        feedback={"rating": feedback.rating, "reason": feedback.reason, "comment": feedback.comment}
        if feedback is not None
        else None,
        label=queued.label,
        labelled_at=review.labelled_at,
        has_case=review.case_made_at is not None,
    )


def _passages(answer: AnswerRow, present: PresentChunks) -> Iterable[ReviewPassage]:
    for one in answer.passages:
        chunk = present.passage(one)
        yield ReviewPassage(
            index=one["index"],
            document_id=one["document_id"],
            document_name=one["document_name"],
            section=chunk.section_line if chunk is not None else None,
            text=chunk.text if chunk is not None else None,
            is_cited=one["index"] in answer.citations,
        )


def _flags(answer: AnswerRow) -> Iterable[ReviewFlag]:
    text = answer.text or ""
    for flag in (answer.grounding or {}).get("flags", ()):
        start, end = flag["start"], flag["end"]
        yield ReviewFlag(start, end, text[start:end], flag["reason"], flag["severity"])


def _check_spans(label: Label, answer: str) -> None:
    for start, end in label.unsupported:
        if not 0 <= start < end <= len(answer) or not answer[start:end].strip():
            raise RequestError(
                f"'unsupported' has {start} to {end}, which are no words of the answer; it has {len(answer)} code "
                "points. Send half-open ranges of code points."
            )


def _text(text: str | None) -> str | None:
    """Return a text as both databases keep it; None for an empty one."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}") if text and text.strip() else None


def _cursor(review: ReviewRow) -> str:
    return f"{review.created_at.astimezone(UTC).strftime(_MOMENT)}.{review.id}"


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    moment, _, review_id = cursor.partition(".")
    try:
        # PostgreSQL takes no text with U+0000.
        return datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC), review_id.replace("\0", "")
    except ValueError:
        raise RequestError(
            f"The cursor '{cursor[:100]}' is not one that a page of reviews gave. Leave it out to begin again."
        ) from None
