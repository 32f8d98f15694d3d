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
    return reading.features


def test_absent_names_and_values_are_counted_on_a_logarithmic_scale() -> None:
    counted = features_of("Purple lamps of Rolf Amsel cost 17 or 18 coins on 6 May 2031.")
    assert counted.names == pytest.approx(log1p(2))
    assert counted.values == pytest.approx(log1p(3))


def test_a_supported_sentence_lacks_nothing() -> None:
    counted = features_of("Visitors of the museum have a roof of copper.")
    assert (counted.absent, counted.names, counted.values, counted.contradicted) == (0, 0, 0, 0)
    assert counted.unfound == pytest.approx(0)


def test_contradictions_are_counted() -> None:
    assert features_of("The harbour gate opens at nine for all visitors.").contradicted == pytest.approx(log1p(1))


def test_the_absent_share_grows_with_what_is_absent() -> None:
    shares = [
        features_of(f"The museum has a {words}.").absent
        for words in ("copper roof", "purple roof", "purple door", "purple door of glass")
    ]
    assert shares == sorted(shares)
    assert shares[0] == 0.0 < shares[1] < shares[-1] < 1.0


def test_a_single_absent_claim_is_a_quarter_and_not_all() -> None:
    assert features_of("Massages.").absent == pytest.approx(1 / 4)


def test_words_in_another_order_are_found_and_not_aligned() -> None:
    same = features_of("Now the harbour gate opens at seven for visitors.")
    other = features_of("Visitors open at seven the gate of the harbour now.")
    assert same.unaligned < other.unaligned
    assert same.unfound == pytest.approx(other.unfound)


def test_two_neighbouring_source_sentences_together_have_what_one_lacks() -> None:
    counted = features_of("The harbour gate and the museum roof.")
    assert counted.unfound == pytest.approx(0)
    assert counted.unaligned > 0


def test_without_contexts_nothing_is_found() -> None:
    assert features_of("The harbour gate opens.", "") == (3 / 4, 0, 0, 0, 1, 1)


@pytest.mark.parametrize(
    ("answer", "context"),
    [
        ("Die Bibliothek öffnet um acht Uhr.", "Die Bibliothek am Hafen öffnet um acht Uhr für alle Besucher."),
        ("La biblioteca abre a las ocho.", "La biblioteca del puerto abre a las ocho para todos los visitantes."),
        ("La bibliothèque est ouverte le soir.", "La bibliothèque du port est ouverte le soir pour tous."),
    ],
)
def test_the_features_are_those_of_english_in_other_languages(answer: str, context: str) -> None:
    counted = features_of(answer, context)
    assert (counted.absent, counted.unfound, counted.unaligned) == pytest.approx((0, 0, 0))
