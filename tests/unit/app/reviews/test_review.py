"""The ids of items, and the two orders of a pair."""

from __future__ import annotations

from datetime import UTC, datetime

from app.reviews.review import Item, ItemReview
from testing.review_items import CASE, PAIR


def test_the_same_content_has_the_same_id() -> None:
    first = Item("case", CASE)
    assert first.id == Item("case", dict(reversed(CASE.items()))).id
    assert first.id != Item("case", {**CASE, "answer": "Thirty."}).id
    assert first.id != Item("example", CASE).id
    assert first.id.startswith("case-")


def test_a_pair_posted_the_other_way_round_is_the_same_pair() -> None:
    turned = {**PAIR, "a": PAIR["b"], "b": PAIR["a"]}
    assert Item("pair", PAIR).id == Item("pair", turned).id
    assert Item("pair", PAIR).id != Item("pair", {**turned, "question": "And then?"}).id


def test_the_names_of_a_swapped_pair_change_places_and_a_tie_stays_one() -> None:
    def review(is_swapped: bool) -> ItemReview:
        return ItemReview("pair-1", "pair", datetime.now(UTC), PAIR, is_swapped, None, None)

    assert [review(True).swapped(side) for side in ("a", "b", "tie", "accept")] == ["b", "a", "tie", "accept"]
    assert [review(False).swapped(side) for side in ("a", "b", "tie")] == ["a", "b", "tie"]
