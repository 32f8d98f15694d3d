from __future__ import annotations

from evals.distill.data.filters import FILTERS, Limits, filter_examples
from evals.distill.data.filters.run import DIVERSITY
from tests.unit.evals.distill.data.filters.candidates import BOOKING, candidate, context, place_of, refused


def test_good_examples_are_kept_in_their_order() -> None:
    second = candidate(f"{BOOKING} [1].", question="How do I book a holiday?", places=(place_of(BOOKING),))
    third = refused("How many days of sick leave are paid?", "Sick leave is paid for 30 days.", "expenses.md")
    every = [candidate(), second, third]
    filtered = filter_examples(every, context())
    assert [one.example.id for one in filtered.kept] == [one.example.id for one in every]
    assert not filtered.counts


def test_each_dropped_example_is_counted_once_by_the_first_filter_that_drops_it() -> None:
    wrong = candidate("Unused days expire on 30 June of the next year [1].", question="When are days lost?")
    filtered = filter_examples([candidate(), candidate(" "), wrong, candidate()], context())
    assert len(filtered.kept) == 1
    assert dict(filtered.counts) == {
        "length: the answer is empty": 1,
        "grounding: date mismatch": 1,
        "diversity: the question was asked before": 1,
    }
    assert {one.filter for one in filtered.dropped} <= {*(name for name, _ in FILTERS), DIVERSITY}


def test_an_example_that_another_filter_drops_takes_no_place_of_its_document() -> None:
    filtered = filter_examples([candidate(" "), candidate()], context(limits=Limits(per_document=1)))
    assert len(filtered.kept) == 1


def test_progress_is_reported_up_to_all_examples() -> None:
    seen: list[tuple[int, int]] = []
    filter_examples([candidate(), candidate(" ")], context(), lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_no_candidates_are_no_examples() -> None:
    assert filter_examples([], context()).kept == ()
