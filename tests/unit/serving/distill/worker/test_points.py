"""The best evaluation, and when to stop."""

from __future__ import annotations

import json

from serving.distill.worker.points import Point, best, described, is_exhausted
from serving.distill.worker.scores import Scores


def point(step: int, loss: float, value: float, error: float = 0.05) -> Point:
    scores = Scores(24, value, value, None, 0.0, 0.0, value, error)
    return Point(step, 8 * step, 5000 * step, 10.0 * step, loss, scores, (("a", "An answer. [1]"),))


def test_a_clearly_better_score_wins_also_with_a_higher_loss() -> None:
    assert best([point(1, 0.5, 0.4), point(2, 0.6, 0.6)]).step == 2


def test_of_scores_that_differ_by_chance_the_lower_loss_wins() -> None:
    assert best([point(1, 0.5, 0.60), point(2, 0.4, 0.57)]).step == 2
    assert best([point(1, 0.5, 0.60), point(2, 0.6, 0.63)]).step == 1


def test_a_clearly_worse_score_loses_also_with_a_lower_loss() -> None:
    assert best([point(1, 0.5, 0.6), point(2, 0.3, 0.4)]).step == 1


def test_the_untrained_model_is_not_among_the_best() -> None:
    assert best([point(0, 0.1, 0.9), point(5, 0.5, 0.1)]).step == 5


def test_it_is_exhausted_when_neither_loss_nor_score_becomes_better() -> None:
    good = [point(1, 0.5, 0.5), point(2, 0.4, 0.6)]
    assert not is_exhausted(good, 2)
    assert not is_exhausted([*good, point(3, 0.45, 0.5), point(4, 0.42, 0.61)], 2)
    assert not is_exhausted([*good, point(3, 0.45, 0.5), point(4, 0.39, 0.5)], 2)
    assert is_exhausted([*good, point(3, 0.45, 0.5), point(4, 0.42, 0.6)], 2)


def test_a_point_is_the_same_when_it_is_read_back() -> None:
    one = point(3, 0.5, 0.25)
    assert Point.from_dict(json.loads(json.dumps(one.to_dict()))) == one


def test_a_line_says_what_there_is() -> None:
    assert "held-out loss 0.500" in described(point(1, 0.5, 0.5))
    assert "refused" not in described(point(1, 0.5, 0.5)).replace("wrongly refused", "")
