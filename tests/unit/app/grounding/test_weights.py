"""The estimate that a sentence says something that its sources do not carry."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.grounding.score import trained
from app.grounding.score.features import Features
from app.grounding.score.weights import unsupported

examples = settings(deadline=None, max_examples=200, derandomize=True)
SHARES = st.floats(0, 1)
COUNTS = st.integers(0, 60).map(float)


def features(prose: st.SearchStrategy[float]) -> st.SearchStrategy[Features]:
    return st.builds(
        Features,
        terms=COUNTS,
        names=COUNTS,
        numbers=COUNTS,
        dates=COUNTS,
        contradictions=COUNTS,
        absent=SHARES,
        best=SHARES,
        aligned=SHARES,
        claims=st.floats(0, 8),
        values=COUNTS,
        unattached=COUNTS,
        length=COUNTS,
        apart=COUNTS,
        capitals=COUNTS,
        prose=prose,
    )


OVER_PROSE = features(st.floats(trained.PROSE, 1, exclude_min=True))
OVER_DATA = features(st.floats(0, trained.PROSE))


def probability(logit: float) -> float:
    return 1 / (1 + exp(-logit))


def leaf_of(splits: list[tuple[int, float]], leaves: list[float], vector: tuple[float, ...]) -> float:
    """Walk one tree the slow way: at each split the vectors that are not above the threshold go left."""
    if not splits:
        (leaf,) = leaves
        return leaf
    feature, threshold = splits[0]
    below, above = [], []
    first, width = 1, 1
    while first < len(splits):
        below += splits[first : first + width]
        above += splits[first + width : first + 2 * width]
        first, width = first + 2 * width, 2 * width
    half = len(leaves) // 2
    if vector[feature] <= threshold:
        return leaf_of(below, leaves[:half], vector)
    return leaf_of(above, leaves[half:], vector)


def trees() -> list[tuple[list[tuple[int, float]], list[float]]]:
    splits = [(int(split.split("<")[0]), float(split.split("<")[1])) for split in trained.SPLITS.split()]
    leaves = [float(leaf) for leaf in trained.LEAVES.split()]
    return [(splits[7 * tree : 7 * tree + 7], leaves[8 * tree : 8 * tree + 8]) for tree in range(len(leaves) // 8)]


def test_every_tree_has_seven_splits_and_eight_leaves() -> None:
    assert len(trained.SPLITS.split()) % 7 == 0
    assert len(trained.LEAVES.split()) == len(trained.SPLITS.split()) // 7 * 8
    assert len(trees()) > 1


def test_every_split_names_a_feature() -> None:
    names = len(Features._fields)
    assert {feature for splits, _ in trees() for feature, _ in splits} <= set(range(names))
    assert len(trained.WEIGHTS) == names


@examples
@given(sentence=OVER_DATA)
def test_over_data_the_trees_are_added_up(sentence: Features) -> None:
    logit = trained.BASE + sum(leaf_of(splits, leaves, sentence) for splits, leaves in trees())
    assert unsupported(sentence) == pytest.approx(probability(logit))


@examples
@given(sentence=OVER_DATA, data=st.data())
def test_a_value_at_a_threshold_goes_where_the_reference_goes(sentence: Features, data: st.DataObject) -> None:
    feature, threshold = data.draw(st.sampled_from([split for splits, _ in trees() for split in splits]))
    name = Features._fields[feature]
    at_threshold = sentence._replace(**{name: threshold})
    if at_threshold.prose <= trained.PROSE:
        logit = trained.BASE + sum(leaf_of(*tree, at_threshold) for tree in trees())
        assert unsupported(at_threshold) == pytest.approx(probability(logit))


@examples
@given(sentence=OVER_PROSE)
def test_over_prose_the_weighted_features_are_added_up(sentence: Features) -> None:
    products = [weight * value for weight, value in zip(trained.WEIGHTS, sentence, strict=True)]
    logit = trained.INTERCEPT + sum(products)
    assert unsupported(sentence) == pytest.approx(probability(max(-30.0, min(30.0, logit))), abs=1e-12)


@examples
@given(sentence=st.one_of(OVER_PROSE, OVER_DATA))
def test_the_estimate_is_a_probability(sentence: Features) -> None:
    assert 0.0 <= unsupported(sentence) <= 1.0


@examples
@given(sentence=OVER_PROSE, more=st.integers(1, 5))
def test_over_prose_a_contradiction_more_is_never_a_doubt_less(sentence: Features, more: int) -> None:
    contradicted = sentence._replace(contradictions=sentence.contradictions + more)
    assert unsupported(contradicted) >= unsupported(sentence)


@examples
@given(sentence=OVER_PROSE, aligned=SHARES)
def test_over_prose_a_better_alignment_is_never_a_doubt_more(sentence: Features, aligned: float) -> None:
    better = sentence._replace(aligned=max(aligned, sentence.aligned))
    assert unsupported(better) <= unsupported(sentence)
