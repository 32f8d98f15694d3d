import math

import numpy as np
import pytest

from benchmarks.grounding.cases import Case, Span
from benchmarks.grounding.checkers import Mark, Outcome, any_word, numbers_and_names
from benchmarks.grounding.measures import any_overlap, auroc, character_counts, f1, interval, overlaps
from benchmarks.grounding.quality import contrast_figures, hard_alone
from benchmarks.grounding.speed_ratio import ratio_table
from benchmarks.grounding.worst import nearest_sentence


def outcome(*ranges: tuple[int, int], spans: tuple[Span, ...] = (), pair: str = "p", hard: bool = False) -> Outcome:
    case = Case("id", "made", "source", "kind", None, ("context",), "an answer of words", spans, pair)
    return Outcome(case, tuple(Mark(start, end, "reason", hard, 0.5) for start, end in ranges), 0.5)


def test_ranges_that_only_touch_do_not_overlap() -> None:
    assert overlaps((0, 3), (2, 5))
    assert not overlaps((0, 3), (3, 5))
    assert any_overlap([(8, 9), (2, 4)], [(3, 6)])


def test_a_character_in_two_nested_flags_counts_once() -> None:
    assert character_counts(10, [(0, 6), (2, 4)], [(4, 8)]) == (2, 4, 2)


def test_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    assert f1(2, 4, 2) == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))
    assert f1(0, 0, 0) == 0


def test_auroc_counts_the_pairs_in_the_right_order_and_half_of_the_ties() -> None:
    scores, positive = np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])
    # Of four pairs three are in order and one is a tie.
    assert auroc(scores, positive, np.ones(4)) == pytest.approx(3.5 / 4)


def test_auroc_takes_a_weight_of_two_as_an_example_that_stands_twice() -> None:
    scores, positive = np.array([0.3, 0.5, 0.1]), np.array([True, False, False])
    assert auroc(scores, positive, np.array([1.0, 2.0, 1.0])) == pytest.approx(1 / 3)


def test_auroc_without_negatives_is_missing() -> None:
    assert math.isnan(auroc(np.array([0.3]), np.array([True]), np.ones(1)))


def test_an_interval_of_clusters_that_are_alike_has_no_width() -> None:
    values = np.array([0.0, 1.0, 0.0, 1.0])

    def mean(weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, float]:
        return {"mean": float((values * weights).sum() / weights.sum())}

    assert interval(mean, ["a", "a", "b", "b"], resamples=50)["mean"] == (0.5, 0.5)
    low, high = interval(mean, ["a", "b", "c", "d"], resamples=200)["mean"]
    assert low < 0.5 < high


def test_a_pair_is_right_only_where_the_equal_form_is_left_alone() -> None:
    wrong = Span(3, 9)
    contrast = [outcome((3, 5), spans=(wrong,), pair="a"), outcome((3, 5), spans=(wrong,), pair="b")]
    equivalence = [outcome(pair="a"), outcome((0, 2), pair="b")]
    assert contrast_figures(contrast, equivalence) == {"caught": 1.0, "both of a pair right": 0.5}


def test_hard_alone_leaves_out_the_soft_flags() -> None:
    (only,) = hard_alone({"set": [outcome((0, 2)), outcome((0, 2), hard=True)]}).values()
    assert [(len(one.marks), one.score) for one in only] == [(0, 1.0), (1, 0.0)]


def test_the_simple_checkers_flag_what_the_contexts_lack() -> None:
    answer = "The fee in Bergen is 12 euros [2]."
    case = Case("id", "made", "source", "kind", None, ("The fee is 10 euro.",), answer)

    def flagged(outcomes: list[Outcome]) -> list[str]:
        return [answer[mark.start : mark.end] for one in outcomes for mark in one.marks]

    assert flagged(any_word([case])) == ["Bergen", "12"]
    assert flagged(numbers_and_names([case])) == ["Bergen", "12"]
    assert any_word([case])[0].score == pytest.approx(1 - 2 / 4)


def test_the_nearest_sentence_is_not_the_longest() -> None:
    context = "Lunch is at noon. The canteen serves lunch and coffee and cake at noon on some days of the week."
    assert nearest_sentence("Lunch at noon", [context]) == "Lunch is at noon."


def test_the_speed_of_two_builds_is_the_ratio_of_their_medians() -> None:
    ours, theirs = np.full((2, 5), 1.5), np.full((2, 5), 3.0)
    table = ratio_table({"indexed": (ours, theirs)})
    cells = [next(iter(column.cells)) for column in table.columns]
    assert cells[:5] == ["indexed", "1.50", "3.00", "0.500", "0.500–0.500"]
