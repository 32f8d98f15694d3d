"""How vectors are packed into a payload, and points into requests."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.index.points import batches, chunk_from, chunk_payload, pack_vectors, unpack_vectors
from testing.builders import chunk_of, embed


@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_packed_vectors_come_back_with_their_directions(rows: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(rows, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    found = unpack_vectors([pack_vectors(vectors)], 384)

    assert found.shape == (rows, 384)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)
    assert (found * vectors).sum(axis=1).min(initial=1.0) > 0.9999


def test_unit_vectors_are_packed_without_loss_and_unpacked_together() -> None:
    unit = np.eye(3, dtype=np.float32)

    found = unpack_vectors([pack_vectors(unit), "", pack_vectors(unit[:1])], 3)

    assert np.array_equal(found, unit[[0, 1, 2, 0]])


def test_a_payload_gives_its_chunk_back() -> None:
    (embedded,) = embed([chunk_of("page.md", "One. Two.")])

    assert chunk_from(chunk_payload(embedded)) == embedded.chunk


def test_a_request_has_a_limited_number_of_vectors_and_every_chunk_is_in_one() -> None:
    chunks = embed([chunk_of(f"{number}.md", "One more. " * (number % 40)) for number in range(200)])

    requests = list(batches(chunks))

    assert [chunk for request in requests for chunk in request] == chunks
    assert max(sum(1 + len(chunk.sentences) for chunk in request) for request in requests) <= 1024
    assert len(requests) < 10
    assert list(batches([])) == []
