"""What is counted about a sentence."""

from __future__ import annotations

from math import log1p

import pytest

from app.grounding import ContextIndex
from app.grounding.read import read_answer
from app.grounding.score.features import Features

CONTEXT = (
    "The harbour gate opens at seven for all visitors. The museum has a roof of copper. "
    "On 5 March 2024 the bridge was closed by Mira Holt."
)


def features_of(answer: str, context: str = CONTEXT) -> Features:
    index = ContextIndex.build([context])
    _, readings = read_answer(answer, index, None)
    (reading,) = readings
    return reading.features(index)


def test_absences_are_counted_by_their_kind() -> None:
    counted = features_of("Purple lamps of Rolf Amsel cost 17 or 18 coins on 6 May 2031.")
    assert (counted.terms, counted.names, counted.numbers, counted.dates) == (4, 2, 2, 1)


def test_a_carried_sentence_lacks_nothing() -> None:
    counted = features_of("Visitors of the museum have a roof of copper.")
    assert (counted.terms, counted.names, counted.numbers, counted.dates, counted.contradictions) == (0, 0, 0, 0, 0)
    assert counted.absent == 0.0


def test_contradictions_are_counted() -> None:
    assert features_of("The harbour gate opens at nine for all visitors.").contradictions == 1


def test_the_absent_share_grows_with_what_is_absent() -> None:
    shares = [
        features_of(f"The museum has a {words}.").absent
        for words in ("copper roof", "purple roof", "purple door", "purple door of glass")
    ]
    assert shares == sorted(shares)
    assert shares[0] == 0.0 < shares[1] < shares[-1] < 1.0


def test_a_sentence_in_other_words_is_less_aligned_than_one_in_the_same_order() -> None:
    same = features_of("Now the harbour gate opens at seven for visitors.")
    other = features_of("Visitors open at seven the gate of the harbour now.")
    assert same.aligned > other.aligned
    assert same.best == pytest.approx(other.best)


def test_the_claims_are_counted_on_a_logarithmic_scale() -> None:
    assert features_of("The purple gate opens.").claims == pytest.approx(log1p(3))


def test_values_are_counted_and_those_without_a_common_neighbour() -> None:
    counted = features_of("The gate is by Mira at 7 and the copper on 5 March 2024.")
    assert counted.values == 2
    assert features_of("At seven the gate opens.").unattached == 0
    assert features_of("The copper roof of seven.").unattached == 1


def test_neighbours_that_share_no_source_are_apart() -> None:
    assert features_of("The harbour gate opens.").apart == 0
    assert features_of("The harbour roof.").apart == 1
    assert features_of("The harbour roof gate.").apart == 2


def test_capitals_are_counted_behind_the_first_word() -> None:
    assert features_of("Gate of Mira Holt.").capitals == 2


def test_the_length_is_that_of_the_sentence_in_tokens() -> None:
    assert features_of("The gate of the roof.").length == 5


def test_prose_is_told_from_tables() -> None:
    rows = "\n".join(f"| North {row} | {row * 12} | copper |" for row in range(8))
    table = f"| Gate | Harbour | Roof |\n|---|---|---|\n{rows}"
    assert features_of("The gate.", table).prose < 0.2 < features_of("The gate.").prose
