"""Cases, pairs and examples in the review queue, in both databases: posted, decided, exported and deleted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.answers.delete import delete_older
from app.answers.write import write_answers
from app.database import Database
from app.database.database import sqlite_url
from app.reviews.cases import read_cases
from app.reviews.decide import decide_review
from app.reviews.enqueue import SpotChecks
from app.reviews.export import export_reviews
from app.reviews.items import add_items, delete_items
from app.reviews.queue import find_item, label_review, list_reviews
from app.reviews.review import Decision, Item, ItemReview, Label
from app.reviews.sources import ReviewSource, State
from app.reviews.tables import ReviewItemRow, ReviewRow
from app.service.principals import ANONYMOUS
from core.errors import Conflict, NotFound, RequestError
from testing.answers import FLAGGED, kept_answer
from testing.passages import passage
from testing.review_items import CASE, EXAMPLE, PAIR
from testing.reviews import index_with

INDEX = index_with(passage(1))
ITEMS = [Item("case", CASE), Item("pair", PAIR), Item("example", EXAMPLE)]
CASE_ID, PAIR_ID, EXAMPLE_ID = (item.id for item in ITEMS)
NOW = datetime(2026, 7, 2, 12, tzinfo=UTC)


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with a case, a pair and an example."""
    assert add_items(database, ITEMS, NOW, is_restricted=False) == 3
    return database


def _ids(database: Database, state: State = "open", source: ReviewSource | None = None, **more: Any) -> list[str]:
    page = list_reviews(database, INDEX, state, source, 100, None, **more)
    assert state == "done" or len(page.items) == page.open
    return [item.id for item in page.items]


def _swap(database: Database, is_swapped: bool) -> None:
    with database.session() as session:
        session.execute(
            select(ReviewItemRow).where(ReviewItemRow.review_id == PAIR_ID)
        ).scalar_one().is_swapped = is_swapped


def test_items_are_in_the_queue_beside_the_answers_and_those_posted_together_keep_their_order(filled: Database) -> None:
    assert _ids(filled) == [EXAMPLE_ID, PAIR_ID, CASE_ID]
    write_answers(filled, [kept_answer(report=FLAGGED)], keeps_text=True, spot_checks=SpotChecks(0.0))
    assert len(_ids(filled)) == 4
    assert _ids(filled, source="pair") == [PAIR_ID]
    assert len(_ids(filled, source="flagged")) == 1
    first = list_reviews(filled, INDEX, "open", None, 3, None)
    rest = list_reviews(filled, INDEX, "open", None, 3, first.next)
    assert [item.id for item in (*first.items, *rest.items)] == _ids(filled)


def test_an_item_is_known_by_its_content_also_after_its_decision(filled: Database, tmp_path: Path) -> None:
    decide_review(filled, EXAMPLE_ID, Decision("reject"), tmp_path / "cases.jsonl")
    turned = Item("pair", {**PAIR, "a": PAIR["b"], "b": PAIR["a"]})
    new = Item("example", {"text": "new \0 and \N{GRINNING FACE}"})
    assert add_items(filled, [*ITEMS, turned, new, new], NOW, is_restricted=False) == 1
    assert _ids(filled, "done") == [EXAMPLE_ID]
    assert find_item(filled, new.id).shown.content == new.content


def test_an_accepted_case_is_in_the_file_of_cases_until_it_is_rejected(filled: Database, tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    edited = {**CASE, "answer": "Every colleague has 25 days."}
    assert decide_review(filled, CASE_ID, Decision("accept"), file).shown.decision == Decision("accept")
    assert read_cases(file) == [CASE]
    decide_review(filled, CASE_ID, Decision("accept", edited), file)
    assert read_cases(file) == [edited]
    shown = find_item(filled, CASE_ID).shown
    assert (shown.content, shown.decision) == (CASE, Decision("accept", edited))
    assert _ids(filled, "done", "case") == [CASE_ID]
    decide_review(filled, CASE_ID, Decision("reject"), file)
    assert read_cases(file) == []
    assert find_item(filled, CASE_ID).shown.decision == Decision("reject")


def test_a_line_that_a_person_has_changed_in_the_file_is_not_removed(filled: Database, tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    decide_review(filled, CASE_ID, Decision("accept"), file)
    by_hand = {**CASE, "tags": ["mine"]}
    file.write_text(json.dumps(by_hand), encoding="utf-8")
    decide_review(filled, CASE_ID, Decision("reject"), file)
    assert read_cases(file) == [by_hand]


def test_an_edited_case_keeps_its_id(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="Leave the id as it is"):
        decide_review(filled, CASE_ID, Decision("accept", {**CASE, "id": "other"}), tmp_path / "cases.jsonl")
    assert find_item(filled, CASE_ID).shown.decision is None


@pytest.mark.parametrize("is_swapped", [False, True])
def test_a_vote_is_for_the_answer_that_was_shown(filled: Database, tmp_path: Path, is_swapped: bool) -> None:
    _swap(filled, is_swapped)
    decide_review(filled, PAIR_ID, Decision("a"), tmp_path / "cases.jsonl")
    [vote] = export_reviews(filled, [], "pair")
    assert vote[vote["preferred"]]["model"] == ("compressed" if is_swapped else "original")
    assert {key: vote[key] for key in PAIR} == PAIR
    decide_review(filled, PAIR_ID, Decision("tie"), tmp_path / "cases.jsonl")
    assert [one["preferred"] for one in export_reviews(filled, [])] == ["tie"]


def test_the_order_of_pairs_is_random_and_stays(database: Database) -> None:
    pairs = [Item("pair", {**PAIR, "question": f"Question {number}?"}) for number in range(60)]
    add_items(database, pairs, NOW, is_restricted=False)

    def orders() -> list[bool]:
        page = list_reviews(database, INDEX, "open", "pair", 100, None)
        return [item.is_swapped for item in page.items if isinstance(item, ItemReview)]

    assert 10 < sum(orders()) < 50
    before = orders()
    add_items(database, pairs, NOW, is_restricted=False)
    assert orders() == before


@pytest.mark.parametrize(("review_id", "choice"), [(PAIR_ID, "accept"), (CASE_ID, "a"), (EXAMPLE_ID, "tie")])
def test_each_source_has_its_own_decisions(filled: Database, tmp_path: Path, review_id: str, choice: Any) -> None:
    with pytest.raises(RequestError, match=r"Send \{"):
        decide_review(filled, review_id, Decision(choice), tmp_path / "cases.jsonl")


def test_an_item_gets_no_label_and_an_answer_no_decision(filled: Database, tmp_path: Path) -> None:
    write_answers(filled, [kept_answer(report=FLAGGED)], keeps_text=True, spot_checks=SpotChecks(0.0))
    [of_answer] = _ids(filled, source="flagged")
    with pytest.raises(Conflict, match="gets a decision: PUT /v1/reviews/pair-"):
        label_review(filled, PAIR_ID, Label("right"))
    with pytest.raises(Conflict, match="gets a label"):
        decide_review(filled, of_answer, Decision("accept"), tmp_path / "cases.jsonl")
    with pytest.raises(NotFound):
        decide_review(filled, "case-0", Decision("accept"), tmp_path / "cases.jsonl")


def test_what_was_posted_by_those_who_read_more_is_hidden_without_a_sign_in(filled: Database, tmp_path: Path) -> None:
    hidden = Item("example", {"text": "of the board"})
    add_items(filled, [hidden], NOW, is_restricted=True)
    of = ANONYMOUS.reads_answers_of
    assert sorted(_ids(filled, of=of)) == sorted([CASE_ID, PAIR_ID, EXAMPLE_ID])
    assert len(_ids(filled)) == 4
    with pytest.raises(NotFound):
        find_item(filled, hidden.id, of)
    with pytest.raises(NotFound):
        decide_review(filled, hidden.id, Decision("accept"), tmp_path / "cases.jsonl", of)


def test_the_export_has_labels_and_decisions_of_all_sources_or_of_one(filled: Database, tmp_path: Path) -> None:
    write_answers(filled, [kept_answer(report=FLAGGED)], keeps_text=True, spot_checks=SpotChecks(0.0))
    label_review(filled, _ids(filled, source="flagged")[0], Label("wrong"))
    decide_review(filled, EXAMPLE_ID, Decision("accept", {"text": "better"}), tmp_path / "cases.jsonl")
    decide_review(filled, CASE_ID, Decision("reject"), tmp_path / "cases.jsonl")
    exported = [json.loads(json.dumps(one)) for one in export_reviews(filled, [])]
    assert [one["source"] for one in exported] == ["flagged", "example", "case"]
    [example] = export_reviews(filled, [], "example")
    assert (example["example"], example["verdict"], example["edited"]) == (EXAMPLE, "accept", {"text": "better"})
    assert exported[2]["case"] == CASE


def test_items_are_deleted_by_source_and_state(filled: Database, tmp_path: Path) -> None:
    decide_review(filled, CASE_ID, Decision("accept"), tmp_path / "cases.jsonl")
    assert delete_items(filled, "case", "open") == 0
    assert delete_items(filled, "pair", None) == 1
    assert delete_items(filled, "case", "done") == 1
    assert _ids(filled) == [EXAMPLE_ID]
    with filled.reading() as session:
        assert session.execute(select(ReviewItemRow.review_id)).scalars().all() == [EXAMPLE_ID]
        assert session.execute(select(ReviewRow.id)).scalars().all() == [EXAMPLE_ID]
    # The gold case that was made stays.
    assert read_cases(tmp_path / "cases.jsonl") == [CASE]


def test_items_are_kept_as_long_as_answers(filled: Database) -> None:
    later = NOW + timedelta(days=31)
    add_items(filled, [Item("example", {"text": "new"})], later, is_restricted=False)
    delete_older(filled, 0, later)
    assert len(_ids(filled)) == 4
    delete_older(filled, 30, later)
    assert len(_ids(filled)) == 1


def test_no_byte_of_a_deleted_item_is_left_in_the_files_of_sqlite(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    item = Item("example", {"text": "canary-example"})
    add_items(database, [item], NOW, is_restricted=False)
    decide_review(database, item.id, Decision("accept", {"text": "canary-edited"}), tmp_path / "cases.jsonl")
    delete_items(database, "example", None)
    left = [file.name for file in tmp_path.iterdir() if b"canary" in file.read_bytes()]
    database.close()
    assert left == []
