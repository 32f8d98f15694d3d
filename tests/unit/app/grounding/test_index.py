"""The index of the contexts."""

from __future__ import annotations

import pytest

from app.grounding import ContextIndex


def test_the_passages_of_an_index_are_the_sentences_of_its_contexts() -> None:
    contexts = ["One sentence. Another one.", "A third."]
    index = ContextIndex.build(contexts)
    assert [contexts[p.context][p.start : p.end] for p in index.passages] == ["One sentence", "Another one", "A third"]


def test_a_long_sentence_is_aligned_in_pieces() -> None:
    index = ContextIndex.build([", ".join(f'"key{number}": {number}' for number in range(400))])
    assert len(index.passages) > 3
    assert all(passage.end - passage.start <= 1000 for passage in index.passages)


def test_an_index_of_nothing_offers_nothing() -> None:
    assert ContextIndex.build([]).offered == frozenset()


def test_a_string_is_not_a_sequence_of_contexts() -> None:
    with pytest.raises(TypeError, match="wrap a text in a list"):
        ContextIndex.build("one context")
