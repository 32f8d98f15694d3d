"""The index of the contexts."""

from __future__ import annotations

import pytest

from app.grounding import ContextIndex


def test_an_index_has_the_sentences_of_all_contexts_in_order() -> None:
    contexts = ["One sentence. Another one.", "A third."]
    index = ContextIndex.build(contexts)
    texts = [contexts[sentence.context][sentence.start : sentence.end] for sentence in index.sentences]
    assert texts == ["One sentence.", "Another one.", "A third."]


def test_a_long_sentence_is_aligned_in_pieces() -> None:
    index = ContextIndex.build([", ".join(f'"key{number}": {number}' for number in range(400))])
    assert len(index.sentences) > 3
    assert all(sentence.end - sentence.start <= 1000 for sentence in index.sentences)


def test_a_word_is_rarer_the_fewer_sentences_have_it() -> None:
    index = ContextIndex.build(["The gate opens.", "The gate closes.", "The gate rusts in winter."])
    weights = [index.weight_of(word)[0] for word in ("unheard", "winter", "gate")]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > weights[1] > weights[2] > 0.0


def test_values_are_found_by_what_they_are_worth() -> None:
    index = ContextIndex.build(["No value here.", "It costs 1.5 million.", "It was 1,500,000."])
    assert index.value_postings["number", 1_500_000] == [1, 2]


def test_evidence_has_offsets_into_the_context_as_it_was_given() -> None:
    context = "\u200bA ﬁne of \u00ad€50."
    index = ContextIndex.build([context])
    places = [place for place, token in enumerate(index.tokens_of(0)) if token.text in ("€", "50")]
    evidence = index.evidence(0, places[0], places[-1] + 1)
    assert evidence.text == context[evidence.start : evidence.end] == "€50"


def test_prose_has_more_stop_words_than_a_table() -> None:
    prose = ContextIndex.build(["The gate of the town is opened by the guard when the sun is up."]).prose
    rows = "\n".join(f"| North {row} | Falk | {row * 12} |" for row in range(8))
    table = ContextIndex.build([f"| Gate | Guard | Hour |\n{rows}"]).prose
    assert 0.0 <= table < 0.2 < prose <= 1.0
    assert ContextIndex.build(["North gate: 7"]).prose > 0.2, "a few words are taken for prose"


def test_an_index_of_nothing_offers_nothing() -> None:
    assert ContextIndex.build([]).offered == frozenset()


def test_a_string_is_not_a_sequence_of_contexts() -> None:
    with pytest.raises(TypeError, match="wrap a text in a list"):
        ContextIndex.build("one context")
