"""The order of the examples, and the rows of a step."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from serving.distill.worker.order import AT_MOST_TOGETHER, Steps, groups, pack
from serving.distill.worker.tree import Example

PASSAGES = 12


def examples(count: int, together: int = 3) -> list[Example]:
    """Return examples of which so many have the same passages."""
    return [
        Example(number, (*[1] * 4, *[10 + number // together] * PASSAGES, 1000 + number), (5, 2))
        for number in range(count)
    ]


def steps(count: int = 10, seed: int = 0, batch: int = 4, of: int = 18) -> Steps:
    return Steps(examples(of), count, batch, 1000, seed, shares=True)


def test_each_example_is_seen_once_in_an_epoch_also_where_a_step_ends_it() -> None:
    order = [example.number for number in range(9) for example in steps().examples(number)]
    assert Counter(order[:18]) == Counter(order[18:]) == Counter(range(18))
    assert order[:18] != order[18:]


def test_the_order_depends_on_the_seed_alone_and_not_on_what_was_asked_before() -> None:
    whole, later = steps(), steps()
    expected = [whole.examples(number) for number in range(10)]
    assert later.examples(7) == expected[7]
    assert [later.examples(number) for number in range(10)] == expected
    assert steps(seed=1).examples(0) != expected[0]


def test_examples_with_the_same_passages_follow_one_another() -> None:
    order = [example.number // 3 for number in range(4) for example in steps().examples(number)]
    changes = sum(one != other for one, other in pairwise(order))
    assert changes <= 6


def test_no_more_than_a_few_with_the_same_passages_follow_one_another() -> None:
    made = groups(examples(20, together=20), AT_MOST_TOGETHER)
    assert [len(group) for group in made] == [AT_MOST_TOGETHER] * 5


def test_common_instructions_alone_do_not_keep_examples_together() -> None:
    assert len(groups(examples(6, together=1), AT_MOST_TOGETHER)) == 6


def test_a_step_has_all_examples_where_there_are_fewer_than_it_may_have() -> None:
    few = steps(of=3, batch=8)
    assert few.batch == 3
    assert sorted(example.number for example in few.examples(5)) == [0, 1, 2]


def test_there_is_no_step_behind_the_last() -> None:
    with pytest.raises(IndexError):
        steps(count=2)[2]
    assert len(list(steps(count=2))) == 2


def test_rows_are_filled_and_not_longer_than_asked() -> None:
    made = pack(examples(9), 60, shares=True)
    assert all(len(row.ids) <= 60 for row in made)
    assert sorted(number for row in made for number in row.examples) == list(range(9))
    assert len(made) < 9


def test_a_longer_example_has_a_row_of_its_own() -> None:
    long = Example(9, tuple(range(100)), (1,))
    made = pack([*examples(2), long], 60, shares=True)
    assert [row.examples for row in made if len(row.ids) > 60] == [(9,)]


def test_examples_with_the_same_passages_that_do_not_fit_into_a_row_are_divided() -> None:
    made = pack(examples(12, together=12), 30, shares=True)
    assert len(made) > 1
    assert all(len(row.ids) <= 30 for row in made)


def test_without_sharing_each_example_has_its_row() -> None:
    made = pack(examples(5), 1000, shares=False)
    assert [row.examples for row in made] == [(number,) for number in range(5)]
