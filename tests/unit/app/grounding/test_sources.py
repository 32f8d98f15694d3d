"""A sentence beside the source sentences that share most of its rare words."""

from __future__ import annotations

import pytest

from app.grounding import ContextIndex
from app.grounding.compare.items import read_items
from app.grounding.compare.sources import Comparison, compare
from app.grounding.text.tokens import tokenise
from app.grounding.values.quantities import read_values

CONTEXT = (
    "The harbour gate opens at seven. The harbour bridge is closed in winter. The museum has a roof of copper. "
    "Visitors of the museum pay a small fee at the desk."
)


def beside(answer: str, *contexts: str) -> Comparison:
    tokens = tokenise(answer, 0, len(answer), "en")
    items = read_items([token.lexeme for token in tokens], read_values(answer, tokens, "en"))
    return compare(items, ContextIndex.build(contexts))


@pytest.mark.parametrize(
    ("answer", "best"),
    [
        ("When does the gate open at the harbour?", 0),
        ("In winters the bridge closes.", 1),
        ("The roof is copper.", 2),
        ("Everybody pays at the desk of the museum.", 3),
    ],
)
def test_the_sentence_with_most_of_the_rare_words_comes_first(answer: str, best: int) -> None:
    assert beside(answer, CONTEXT).sentences[0] == best


def test_equal_sentences_stand_in_the_order_of_the_contexts() -> None:
    assert beside("The gate opens.", "The gate opens.", "The gate opens.").sentences == (0, 1)


def test_the_shares_are_between_nothing_and_all() -> None:
    compared = beside("The harbour bridge of the museum opens in winter.", CONTEXT)
    assert 0.0 < compared.aligned < compared.found <= 1.0


def test_a_word_that_a_source_repeats_counts_once() -> None:
    contexts = ["Copper, copper, copper and copper again.", "A roof of copper."]
    compared = beside("The copper roof.", *contexts)
    assert compared.sentences == (1, 0)
    assert compared.found <= 1.0


def test_few_sentences_are_compared() -> None:
    assert len(beside("The gate opens.", *["The gate opens."] * 40).sentences) < 10


@pytest.mark.parametrize(
    "answer", ["The museum has a roof of copper.", "a roof of copper", "The museum has a roof", "MUSEUM HAS"]
)
def test_a_run_of_words_of_a_source_is_verbatim(answer: str) -> None:
    compared = beside(answer, CONTEXT)
    assert compared.verbatim
    assert compared.contradictions == ()


@pytest.mark.parametrize(
    "answer", ["The museum has no roof of copper.", "The museum has a copper roof.", "The museum has copper."]
)
def test_other_words_another_order_and_another_polarity_are_not_verbatim(answer: str) -> None:
    assert not beside(answer, CONTEXT).verbatim


def test_the_aligned_share_is_that_of_the_words_in_the_same_order() -> None:
    in_order = beside("The museum has a roof of purple copper.", CONTEXT)
    out_of_order = beside("Of copper is the purple roof that a museum has.", CONTEXT)
    assert out_of_order.found == pytest.approx(in_order.found)
    assert 0.0 < out_of_order.aligned < in_order.aligned < 1.0


@pytest.mark.parametrize("contexts", [[], [""], ["Nothing of the kind."]])
def test_without_a_common_word_there_is_nothing_to_compare_with(contexts: list[str]) -> None:
    assert beside("The copper roof.", *contexts) == Comparison()


def test_a_word_of_very_many_sentences_does_not_find_a_source() -> None:
    assert beside("Copper.", "\n".join(["Copper"] * 200)).sentences == ()


def test_a_contradiction_of_the_best_source_is_kept() -> None:
    compared = beside("The harbour gate opens at nine.", CONTEXT)
    assert [found.reason for found in compared.contradictions] == ["number_mismatch"]


def test_what_another_source_says_as_well_is_no_contradiction() -> None:
    sources = ["The harbour gate opens at seven in May.", "The harbour gate opens at nine in winter."]
    assert beside("The harbour gate opens at nine in May.", *sources).contradictions == ()


def test_a_sentence_that_shares_little_with_its_source_is_not_compared_slot_by_slot() -> None:
    answer = "Sailors praise the harbour because its old lighthouse shows them nine safe ways at night."
    assert beside(answer, CONTEXT).contradictions == ()
