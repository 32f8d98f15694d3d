"""The activation of the forward pass, whose exact value the standard library knows."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.embedding.bert import gelu


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=30))
def test_the_activation_is_within_single_precision_of_the_exact_one(values: list[float]) -> None:
    rows = np.array([values], dtype=np.float32)
    exact = [x / 2 * math.erfc(-x / math.sqrt(2)) for x in rows[0].tolist()]

    gelu(rows)

    assert np.allclose(rows[0], exact, rtol=2e-6, atol=1e-6)
