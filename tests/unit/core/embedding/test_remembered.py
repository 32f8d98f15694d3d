"""Which texts are embedded again, and that the vectors are those of the embedder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.embedding.remembered import RememberedEmbedder
from core.types import Vectors
from testing.hash_embedder import HashEmbedder


class RecordingEmbedder(HashEmbedder):
    """Remembers the texts of each call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[list[str]] = []

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        self.calls.append(list(texts))
        return super().embed(texts, report)


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=7), max_size=8))
def test_vectors_are_those_of_the_embedder_whatever_was_asked_before(calls: list[list[str]]) -> None:
    embedder = RememberedEmbedder(HashEmbedder())

    for texts in calls:
        done: list[int] = []
        assert np.array_equal(embedder.embed(texts, done.append), HashEmbedder().embed(texts))
        assert sum(done) == len(texts)


def test_a_question_is_embedded_once_and_only_what_is_new_beside_it() -> None:
    inner = RecordingEmbedder()
    embedder = RememberedEmbedder(inner)

    embedder.embed(["leave"])
    embedder.embed(["leave"])
    embedder.embed(["leave", "laptop", "leave"])

    assert inner.calls == [["leave"], ["laptop"]]


def test_a_caller_that_changes_its_vectors_changes_nobody_elses() -> None:
    embedder = RememberedEmbedder(HashEmbedder())

    embedder.embed(["leave"])[:] = 0.0

    assert np.array_equal(embedder.embed(["leave"]), HashEmbedder().embed(["leave"]))


def test_the_texts_of_an_ingestion_are_not_remembered() -> None:
    inner = RecordingEmbedder()
    embedder = RememberedEmbedder(inner)

    embedder.embed(["a", "b", "c", "d", "e"])
    embedder.embed(["a"])
    embedder.embed_units(["x y"], [[(0, 1)]])
    embedder.embed(["x y"])

    assert inner.calls == [["a", "b", "c", "d", "e"], ["a"], ["x y"], ["x y"]]


def test_the_text_that_was_used_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.embedding.remembered._REMEMBERED", 2)
    inner = RecordingEmbedder()
    embedder = RememberedEmbedder(inner)

    for text in ("a", "b", "a", "c", "a", "b"):
        embedder.embed([text])

    assert inner.calls == [["a"], ["b"], ["c"], ["b"]]


def test_it_goes_by_the_name_and_the_limits_of_its_embedder() -> None:
    inner, embedder = HashEmbedder(), RememberedEmbedder(HashEmbedder())

    assert (embedder.name, embedder.dimension, embedder.max_tokens) == (inner.name, inner.dimension, inner.max_tokens)
    assert embedder.sentence_pooling == inner.sentence_pooling
    assert embedder.count_tokens(["two words"]) == [2]
