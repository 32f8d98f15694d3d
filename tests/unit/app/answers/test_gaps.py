"""Questions that were not answered well are grouped by topic, the same way every time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from app.answer.retrieval.retrieve import Retriever
from app.answers.gaps import Gap, cluster, group_gaps
from core.recipe import Recipe
from core.types import Vectors

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def _unit(rows: Sequence[Sequence[float]] | Vectors) -> Vectors:
    vectors: Vectors = np.asarray(rows, dtype=np.float32)
    lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / lengths


def test_near_vectors_are_one_group_and_far_ones_are_not() -> None:
    vectors = _unit([[1.0, 0, 0], [0, 1.0, 0], [1.0, 0.1, 0], [0, 1.0, 0.1], [0, 0, 1.0]])
    assert cluster(vectors, 0.6) == [[0, 2], [1, 3], [4]]
    assert cluster(vectors[:0], 0.6) == []
    assert cluster(vectors[:1], 0.6) == [[0]]


def test_groups_are_those_of_joining_the_nearest_two_again_and_again() -> None:
    chance = np.random.default_rng(5)
    for _ in range(30):
        vectors = _unit(chance.normal(size=(int(chance.integers(2, 25)), 4)).astype(np.float32))
        assert cluster(vectors, 0.3) == _greedy(vectors, 0.3)


def _greedy(vectors: Vectors, alike: float) -> list[list[int]]:
    groups = [[row] for row in range(len(vectors))]
    cosines = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    while len(groups) > 1:
        mean = {
            (one, other): cosines[np.ix_(groups[one], groups[other])].mean()
            for one in range(len(groups))
            for other in range(one)
        }
        best = max(mean, key=lambda pair: mean[pair])
        if mean[best] < alike:
            break
        one, other = best
        groups[other] += groups.pop(one)
    return sorted(sorted(group) for group in groups)


def _gap(number: int, query: str, *, kind: str = "refused", days: int = 0) -> Gap:
    at = NOW - timedelta(days=days)
    return Gap(f"answer-{number}", query, at, kind == "refused", kind == "flagged", kind == "thumbs_down")


GAPS = [
    _gap(1, "Where can I park my bicycle?"),
    _gap(2, "Where can I park my bicycle?", kind="thumbs_down", days=3),
    _gap(3, "where can i park  my bicycle?"),
    _gap(4, "Can I park my bicycle indoors?", kind="flagged"),
    _gap(5, "Who repairs a lost laptop?", days=1),
]


def test_a_group_counts_its_askings_and_names_its_terms_and_its_nearest_pages(retriever: Retriever) -> None:
    found = group_gaps(GAPS, retriever, Recipe())

    bicycles, laptops = found.groups
    assert (bicycles.asked, bicycles.refused, bicycles.flagged, bicycles.thumbs_down) == (4, 2, 1, 1)
    assert (bicycles.first_asked, bicycles.last_asked) == (NOW - timedelta(days=3), NOW)
    assert set(bicycles.terms[:2]) == {"bicycle", "park"}
    first = bicycles.questions[0]
    assert (first.text, first.asked) == ("Where can I park my bicycle?", 3)
    assert first.answer_ids == ("answer-1", "answer-2", "answer-3")
    assert laptops.nearest[0].document_id == "security/laptops.md"
    assert len({page.document_id for page in laptops.nearest}) == len(laptops.nearest)
    assert (found.asked, found.left_out) == (5, 0)


def test_the_order_of_the_answers_changes_nothing(retriever: Retriever) -> None:
    chance = random.Random(3)
    expected = [
        (group.terms, [one.text.casefold() for one in group.questions], group.nearest)
        for group in group_gaps(GAPS, retriever, Recipe()).groups
    ]
    for _ in range(5):
        shuffled = chance.sample(GAPS, len(GAPS))
        groups = group_gaps(shuffled, retriever, Recipe()).groups
        assert [(group.terms, [one.text.casefold() for one in group.questions], group.nearest) for group in groups] == (
            expected
        )


def test_beyond_the_limit_the_oldest_questions_are_left_out(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.answers.gaps.MOST_QUESTIONS", 2)
    found = group_gaps(GAPS, retriever, Recipe())
    assert found.left_out == 1
    assert "laptop" not in str(found.groups)


def test_without_such_questions_there_are_no_groups(retriever: Retriever) -> None:
    assert group_gaps([], retriever, Recipe()).groups == ()
