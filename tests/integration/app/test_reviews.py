"""The review queue in both databases, and through a running service from an answer to a case of an evaluation."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import func, select

from app.answers.delete import delete_answers
from app.answers.export import export_answers
from app.answers.feedback import give_feedback
from app.answers.record import AnswerRecord
from app.answers.select import Selection
from app.answers.write import write_answers
from app.database import Database
from app.database.database import sqlite_url
from app.reviews.draw import is_drawn
from app.reviews.enqueue import SpotChecks
from app.reviews.export import export_reviews
from app.reviews.quality import QualityDay, read_quality
from app.reviews.queue import find_answer, find_review, label_review, list_reviews, note_case
from app.reviews.review import AnswerReview, Label
from app.reviews.sources import ReviewSource, State
from app.reviews.tables import ReviewRow, ReviewSaltRow, ReviewTextRow
from app.service.principals import ANONYMOUS, LOCAL
from core.errors import NotFound, RequestError
from core.types import Message
from evals.cases.read import load_cases
from testing.answers import FLAGGED, kept_answer
from testing.passages import passage
from testing.processes import Serving, groundwork
from testing.reviews import index_with

INDEX = index_with(passage(1))


def _keep(database: Database, *answers: AnswerRecord, share: float = 1.0) -> None:
    write_answers(database, answers, keeps_text=True, spot_checks=SpotChecks(share))


def _listed(database: Database, state: State = "open", source: ReviewSource | None = None) -> list[AnswerReview]:
    items = list_reviews(database, INDEX, state, source, 100, None).items
    return [item for item in items if isinstance(item, AnswerReview)]


def _sources(database: Database) -> dict[str, str]:
    return {review.answer_id: review.source for review in _listed(database)}


def _only(database: Database) -> AnswerReview:
    [review] = _listed(database)
    return review


def test_flagged_answers_those_rated_down_and_the_drawn_ones_are_in_the_queue(database: Database) -> None:
    _keep(database, kept_answer("answer-1"), kept_answer("answer-2", report=FLAGGED))
    _keep(
        database,
        kept_answer("answer-3"),
        kept_answer("answer-4", report=FLAGGED),
        kept_answer("answer-5"),
        share=0.0,
    )
    _keep(database, kept_answer("answer-6", "thanks", replied="small_talk"))
    give_feedback(database, "answer-3", ANONYMOUS, "down", "wrong", "No.")
    give_feedback(database, "answer-5", ANONYMOUS, "up")

    # A flagged answer is no spot check, even if it was drawn.
    assert _sources(database) == {
        "answer-1": "spot_check",
        "answer-2": "flagged",
        "answer-3": "feedback",
        "answer-4": "flagged",
    }
    assert [review.answer_id for review in _listed(database, source="feedback")] == ["answer-3"]
    assert list_reviews(database, INDEX, "open", "feedback", 100, None).open == 1
    assert list_reviews(database, INDEX, "open", None, 100, None).open == 4


def test_a_spot_check_stays_one_when_it_is_rated_down(database: Database) -> None:
    _keep(database, kept_answer())
    give_feedback(database, "answer-1", ANONYMOUS, "down")
    assert _sources(database) == {"answer-1": "spot_check"}
    give_feedback(database, "answer-1", ANONYMOUS, None)
    assert _sources(database) == {"answer-1": "spot_check"}


def test_with_its_rating_an_open_review_is_withdrawn_and_a_labelled_one_is_not(database: Database) -> None:
    _keep(database, kept_answer("answer-1"), kept_answer("answer-2"), share=0.0)
    for answer_id in ("answer-1", "answer-2", "answer-2"):
        give_feedback(database, answer_id, ANONYMOUS, "down")
    label_review(database, _listed(database)[0].id, Label("right"))
    for answer_id in ("answer-1", "answer-2"):
        give_feedback(database, answer_id, ANONYMOUS, "up")
    assert _listed(database) == []
    assert [review.answer_id for review in _listed(database, "done")] == ["answer-2"]


def test_of_answers_without_text_there_is_nothing_to_review(database: Database) -> None:
    write_answers(database, [kept_answer(report=FLAGGED)], keeps_text=False, spot_checks=SpotChecks(1.0))
    give_feedback(database, "answer-1", ANONYMOUS, "down")
    assert _listed(database) == []


def test_a_review_shows_the_answer_with_what_it_was_written_from(database: Database) -> None:
    history = (Message("user", "Hello"), Message("assistant", "Hi."))
    _keep(database, kept_answer(report=FLAGGED, history=history))
    give_feedback(database, "answer-1", ANONYMOUS, "down", "wrong", "It is 25.")

    review = _only(database)

    assert (review.question, review.answer, review.kind) == ("How many days of leave?", "Thirty days [1].", "answer")
    assert review.history == history
    assert [(one.index, one.document_id, one.text, one.is_cited) for one in review.passages] == [
        (1, "page-1.md", "Every colleague has 25 days.", True),
        (2, "page-2.md", None, False),
    ]
    assert [(one.start, one.end, one.text, one.reason, one.severity) for one in review.flags] == [
        (0, 6, "Thirty", "number_mismatch", "hard")
    ]
    assert review.feedback == {"rating": "down", "reason": "wrong", "comment": "It is 25."}
    assert (review.label, review.has_case) == (None, False)


def test_a_second_label_replaces_the_first(database: Database) -> None:
    _keep(database, kept_answer())
    review = _only(database)
    label_review(database, review.id, Label("wrong", ((0, 6),), "25 days\0.", "Check."))
    assert find_answer(database, review.id).label == Label(
        "wrong", ((0, 6),), "25 days\N{REPLACEMENT CHARACTER}.", "Check."
    )
    label_review(database, review.id, Label("right", better_answer=" "))
    note_case(database, review.id)
    [done] = _listed(database, "done")
    assert (done.label, done.has_case) == (Label("right"), True)
    assert done.labelled_at is not None
    assert _listed(database) == []


@pytest.mark.parametrize("span", [(0, 99), (3, 3), (6, 7)])
def test_unsupported_words_have_to_be_words_of_the_answer(database: Database, span: tuple[int, int]) -> None:
    _keep(database, kept_answer())
    with pytest.raises(RequestError, match="no words of the answer; it has 16 code points"):
        label_review(database, _only(database).id, Label("wrong", (span,)))
    assert _only(database).label is None


def test_a_review_that_does_not_exist_cannot_be_labelled(database: Database) -> None:
    with pytest.raises(NotFound, match="no review with the id 'review-1'"):
        label_review(database, "review-1", Label("right"))
    note_case(database, "review-1")


def test_an_answer_that_was_written_again_is_reviewed_again_and_a_repeated_one_is_not(database: Database) -> None:
    _keep(database, kept_answer(), kept_answer(text="Twice."))
    first = _only(database)
    label_review(database, first.id, Label("right", note="Fine."))
    _keep(database, kept_answer(text="Third.", cached_from="answer-1"))
    assert [review.id for review in _listed(database, "done")] == [first.id]
    _keep(database, kept_answer(text="Fourth."))
    second = _only(database)
    assert (second.answer, second.label) == ("Fourth.", None)
    assert second.id != first.id
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(ReviewTextRow)).scalar_one() == 0


def test_without_a_sign_in_reviews_of_answers_of_those_who_read_more_do_not_exist(database: Database) -> None:
    answers = [kept_answer("answer-1", report=FLAGGED, principal=LOCAL), kept_answer("answer-2", report=FLAGGED)]
    _keep(database, *answers)
    of = ANONYMOUS.reads_answers_of
    found = list_reviews(database, INDEX, "open", None, 100, None, of)
    shown = [item.answer_id for item in found.items if isinstance(item, AnswerReview)]
    assert (shown, found.open) == (["answer-2"], 1)
    [hidden] = [review for review in _listed(database) if review.answer_id == "answer-1"]
    with pytest.raises(NotFound):
        find_review(database, hidden.id, of)
    with pytest.raises(NotFound):
        label_review(database, hidden.id, Label("right"), of)
    assert find_answer(database, hidden.id).label is None


def test_pages_have_every_review_once_the_latest_first(database: Database) -> None:
    now = datetime.now(UTC)
    _keep(database, *(kept_answer(f"answer-{number}", at=now - timedelta(hours=number // 2)) for number in range(7)))
    seen: list[AnswerReview] = []
    cursor = None
    while True:
        page = list_reviews(database, INDEX, "open", None, 3, cursor)
        seen += [item for item in page.items if isinstance(item, AnswerReview)]
        assert page.open == 7
        cursor = page.next
        if cursor is None:
            break
    assert {review.answer_id for review in seen} == {f"answer-{number}" for number in range(7)}
    assert len(seen) == 7
    assert seen == sorted(seen, key=lambda review: (review.created_at, review.id), reverse=True)
    with pytest.raises(RequestError, match="Leave it out"):
        list_reviews(database, INDEX, "open", None, 3, "tomorrow")


def test_the_draw_can_be_repeated_with_the_salt_of_the_database(database: Database) -> None:
    ids = [f"answer-{number}" for number in range(400)]
    spot_checks = SpotChecks(0.25)
    for part in (ids[:100], ids[100:200], ids[200:]):
        answers = [kept_answer(one) for one in part]
        write_answers(database, answers, keeps_text=True, spot_checks=spot_checks)
    with database.reading() as session:
        salt = session.execute(select(ReviewSaltRow.salt)).scalar_one()
        drawn = set(session.execute(select(ReviewRow.answer_id)).scalars())
    assert drawn == {one for one in ids if is_drawn(salt, one, 0.25)}
    assert 50 < len(drawn) < 150


def test_processes_that_draw_at_once_have_one_salt(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(4)]
    threads = [
        threading.Thread(target=_keep, args=(database, kept_answer(f"answer-{number}")))
        for number, database in enumerate(databases)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with databases[0].reading() as session:
        assert len(session.execute(select(ReviewSaltRow.salt)).scalars().all()) == 1
    assert len(_listed(databases[0])) == 4
    for database in databases:
        database.close()


def test_with_an_answer_the_words_of_its_label_are_deleted_and_its_verdict_is_kept(database: Database) -> None:
    _keep(database, kept_answer("answer-1"), kept_answer("answer-2"))
    [review] = [one for one in _listed(database) if one.answer_id == "answer-1"]
    label_review(database, review.id, Label("wrong", ((0, 6),), "25 days.", "A note."))
    [exported] = export_answers(database, Selection(answer="answer-1"))
    assert json.loads(json.dumps(exported)) == exported
    assert (exported["review"]["verdict"], exported["review"]["better_answer"]) == ("wrong", "25 days.")
    [labelled] = export_reviews(database, [{"id": review.id, "question": "A case?"}])
    assert labelled["label"]["unsupported"] == [{"start": 0, "end": 6}]
    assert labelled["case"] == {"id": review.id, "question": "A case?"}

    delete_answers(database, Selection(answer="answer-1"))

    with database.reading() as session:
        assert session.execute(select(ReviewTextRow)).scalars().all() == []
        row = session.get(ReviewRow, review.id)
        assert row is not None
        assert (row.answer_id, row.source, row.verdict) == (None, "spot_check", "wrong")
    assert _listed(database, "done") == []
    assert list(export_reviews(database, [])) == []
    checks = read_quality(database, 7, datetime.now(UTC).date()).spot_checks
    assert (checks.drawn, checks.reviewed, checks.wrong) == (2, 1, 1)
    delete_answers(database, Selection(answer="answer-2"))
    assert list_reviews(database, INDEX, "open", None, 10, None).open == 0


def test_no_byte_of_a_deleted_label_is_left_in_the_files_of_sqlite(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    _keep(database, kept_answer())
    label_review(database, _only(database).id, Label("wrong", (), "canary-better", "canary-note"))
    delete_answers(database, Selection(answer="answer-1"))
    left = [file.name for file in tmp_path.iterdir() if b"canary" in file.read_bytes()]
    database.close()
    assert left == []


def test_the_quality_of_each_day_is_counted_with_the_nearest_rank_of_its_latencies(database: Database) -> None:
    at = datetime(2026, 7, 2, 23, 59, tzinfo=UTC)
    for number in range(20):
        timings = {"first_word": 10.0 * (number + 1), "total": 300.0}
        _keep(database, kept_answer(f"answer-{number}", at=at, timings_ms=timings), share=0.0)
    flagged = kept_answer("flagged", report=FLAGGED, at=at, timings_ms={"total": 9.0})
    refused = kept_answer(
        "refused", refused=True, degraded_reason="model_unavailable", at=at + timedelta(minutes=2), timings_ms={}
    )
    _keep(database, flagged, refused, kept_answer("old", at=at - timedelta(days=3)), share=0.0)
    give_feedback(database, "answer-0", ANONYMOUS, "up")
    give_feedback(database, "answer-1", ANONYMOUS, "down")

    found = read_quality(database, 3, (at + timedelta(days=1)).date())

    assert [asdict(day) for day in found.days] == [
        asdict(QualityDay("2026-07-01")),
        asdict(
            QualityDay(
                "2026-07-02",
                answers=21,
                flagged_hard=1,
                thumbs_up=1,
                thumbs_down=1,
                p50_first_word_ms=100.0,
                p95_first_word_ms=190.0,
            )
        ),
        asdict(QualityDay("2026-07-03", answers=1, refused=1, degraded=1)),
    ]
    assert (found.spot_checks.reviewed, found.spot_checks.rate, found.by_week) == (0, None, {})


def _ask(http: httpx2.Client, question: str, conversation: str) -> str:
    body = {"messages": [{"role": "user", "content": question}], "conversation_id": conversation}
    answer_id: str = http.post("/v1/chat/completions", json=body).json()["groundwork"]["answer_id"]
    return answer_id


def test_an_answer_is_drawn_labelled_and_becomes_a_case_of_an_evaluation(service: Serving, tmp_path: Path) -> None:
    with service.client() as http:
        answer_id = _ask(http, "How many days of annual leave does every colleague have?", "reviewed")
        page = http.get("/v1/reviews", params={"source": "spot_check", "limit": 100}).json()
        [review] = [one for one in page["items"] if one["answer_id"] == answer_id]
        assert "25 days" in review["answer"]
        assert "25 days" in review["passages"][0]["text"]
        open_before = page["open"]
        place = f"/v1/reviews/{review['id']}"

        unlabelled = http.post(f"{place}/case")
        assert (unlabelled.status_code, unlabelled.json()["error"]["code"]) == (409, "review_open")
        label = {"verdict": "right", "note": "As the page says."}
        given = http.put(f"{place}/label", json=label).json()
        assert given["label"] == {"better_answer": None, "unsupported": [], **label}
        assert http.get("/v1/reviews").json()["open"] == open_before - 1
        made = http.post(f"{place}/case").json()
        assert http.post(f"{place}/case").json() == made
        done = http.get("/v1/reviews", params={"state": "done"}).json()["items"]
        assert [one["has_case"] for one in done if one["id"] == review["id"]] == [True]

        quality = http.get("/v1/quality?days=1").json()
        assert quality["review_share"] == 1.0
        assert quality["days"][0]["answers"] >= 1
        checks = quality["spot_checks"]
        assert checks["drawn"] >= checks["reviewed"] >= 1
        assert (checks["wrong"], checks["rate"], checks["low"]) == (0, 0.0, 0.0)
        assert 0 < checks["high"] <= 0.975001
        assert sum(week["reviewed"] for week in checks["by_week"]) == checks["reviewed"]

    [case] = [one for one in load_cases(Path(made["path"])) if one.id == review["id"]]
    assert (case.kind, case.split) == ("answerable", "test")
    assert case.gold[0].document_id == "leave/annual.md"
    assert "25 days" in case.gold[0].quote
    run = groundwork("eval", "run", "--cases", made["path"], "--out", str(tmp_path / "run"), "--json", env=service.env)
    assert run.code == 0, run.err
    assert run.json["configuration"]["labelled_answers"] == 1

    exported = [json.loads(line) for line in groundwork("reviews", "export", env=service.env).out.splitlines()]
    [own] = [one for one in exported if one["id"] == review["id"]]
    assert (own["label"]["note"], own["case"]) == ("As the page says.", made["case"])
    printed = [json.loads(line) for line in groundwork("reviews", "cases", env=service.env).out.splitlines()]
    assert made["case"] in printed
    domain = tmp_path / "cases.jsonl"
    for added in (len(printed), 0):
        said = groundwork("reviews", "cases", "--into", str(domain), env=service.env).out
        assert said.strip() == f"Added to {domain}: {added} of {len(printed)}"
    assert review["id"] in [one.id for one in load_cases(domain)]

    with service.client() as http:
        assert http.delete("/v1/records", params={"conversation": "reviewed"}).json() == {"deleted": 1}
        assert http.put(f"{place}/label", json=label).status_code == 404
    assert review["id"] in [one.id for one in load_cases(Path(made["path"]))]


def test_a_false_refusal_becomes_a_case_with_the_words_that_answer_it(service: Serving) -> None:
    with service.client() as http:
        answer_id = _ask(http, "Is the zebra painted?", "refused")
        [review] = [one for one in http.get("/v1/reviews?limit=100").json()["items"] if one["answer_id"] == answer_id]
        assert review["kind"] == "refusal"
        place = f"/v1/reviews/{review['id']}"
        http.put(f"{place}/label", json={"verdict": "wrong"})
        assert http.post(f"{place}/case").json()["error"]["code"] == "no_better_answer"
        http.put(f"{place}/label", json={"verdict": "wrong", "better_answer": "Zebras are painted on Tuesdays."})
        assert http.post(f"{place}/case").json()["error"]["code"] == "no_gold_quote"
        http.put(f"{place}/label", json={"verdict": "right"})
        made = http.post(f"{place}/case").json()["case"]
        assert (made["kind"], made["gold"], made["labelled"]) == ("unanswerable", [], [])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/reviews?state=closed", None),
        ("GET", "/v1/reviews?source=arena", None),
        ("GET", "/v1/reviews?limit=0", None),
        ("GET", "/v1/reviews?cursor=x", None),
        ("GET", "/v1/quality?days=0", None),
        ("POST", "/v1/reviews/a%00b/case", None),
        ("PUT", "/v1/reviews/one/label", {"verdict": "good"}),
        ("PUT", "/v1/reviews/one/label", {"verdict": "right", "unsupported": [{"start": -1, "end": 2}]}),
        ("PUT", "/v1/reviews/one/label", {"verdict": "right", "stars": 5}),
    ],
)
def test_a_wrong_request_is_refused(service: Serving, method: str, path: str, body: object) -> None:
    with service.client() as http:
        assert http.request(method, path, json=body).status_code == 400
