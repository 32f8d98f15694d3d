"""The forward pass of a small BERT in NumPy, in float32.

It gives the token vectors of sentence-transformers (least cosine of the texts' vectors over 823 texts: 1.0000 to seven
digits), and is ready after 0.2 s of processor time, where importing torch, transformers and sentence-transformers takes
6 s. Texts are packed one after the other, without padding: only the attention looks at one text at a time.

The shapes are read from the weights; the architecture is BERT's with 12 heads, which all-MiniLM-L6-v2 and
multilingual-e5-small have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.types import Vectors

HEADS = 12
"""Attention heads: `num_attention_heads` in the model's config.json."""
EPSILON = 1e-12
"""Added to a variance: `layer_norm_eps` in the model's config.json."""
_ACTIVATED_ROWS = 64
"""Tokens whose hidden values are activated together: few enough for the second-level cache."""

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Linear:
    """A product and a sum. `weight` is transposed and contiguous: a question is embedded in half the time with it."""

    weight: Matrix
    bias: Matrix

    def __call__(self, rows: Matrix) -> Matrix:
        product: Matrix = rows @ self.weight
        product += self.bias
        return product


@dataclass(frozen=True, slots=True)
class _Norm:
    """Layer normalisation, in place."""

    weight: Matrix
    bias: Matrix

    def __call__(self, rows: Matrix) -> None:
        rows -= rows.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", rows, rows)[:, None] / np.float32(rows.shape[1])
        rows /= np.sqrt(variance + np.float32(EPSILON))
        rows *= self.weight
        rows += self.bias


@dataclass(frozen=True, slots=True)
class _Layer:
    """Attention and feed-forward. `projections` gives queries (scaled), keys and values side by side."""

    projections: _Linear
    attended: _Linear
    attention_norm: _Norm
    up: _Linear
    down: _Linear
    output_norm: _Norm


class Bert:
    """The model in memory. It may be called from several threads, and each uses one."""

    def __init__(self, tensors: Mapping[str, Any]) -> None:
        self._words = tensors["embeddings.word_embeddings.weight"]
        self._positions: Matrix = (
            tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _norm(tensors, "embeddings.LayerNorm")
        self._layers = [_layer(tensors, f"encoder.layer.{number}") for number in range(layer_count(tensors))]

    def __call__(self, tokenized: Sequence[Sequence[int]]) -> Vectors:
        """Return the vectors of all tokens of the texts, one text after the other: (tokens, dimension)."""
        lengths = [len(ids) for ids in tokenized]
        ends = np.cumsum(lengths, dtype=np.intp)
        rows: Matrix = self._words[np.concatenate(tokenized)]
        rows += np.concatenate([self._positions[:length] for length in lengths])
        self._norm(rows)
        spans = list(zip((ends - lengths).tolist(), ends.tolist(), strict=True))
        for layer in self._layers:
            rows += layer.attended(_attend(layer.projections(rows), spans))
            layer.attention_norm(rows)
            hidden = layer.up(rows)
            for first in range(0, len(hidden), _ACTIVATED_ROWS):
                gelu(hidden[first : first + _ACTIVATED_ROWS])
            rows += layer.down(hidden)
            layer.output_norm(rows)
        return rows


def limit_threads() -> None:
    """Limit OpenBLAS, which multiplies for NumPy, to one thread in this process.

    The threads of several products wait for each other in loops, and on a busy machine took nine times the processor
    time.
    """
    threadpool_limits(1, user_api="blas")


def layer_count(tensors: Mapping[str, Any]) -> int:
    """Return the number of layers that the weights have."""
    return sum(name.endswith("intermediate.dense.weight") for name in tensors)


def _attend(projected: Matrix, spans: Sequence[tuple[int, int]]) -> Matrix:
    """Return the attention of the tokens of each span to one another. Rows hold query, key and value."""
    width = projected.shape[1] // 3
    attended = np.empty((len(projected), width), dtype=np.float32)
    for start, end in spans:
        query, key, value = projected[start:end].reshape(end - start, 3, HEADS, width // HEADS).transpose(1, 2, 0, 3)
        scores = query @ key.transpose(0, 2, 1)
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        attended[start:end] = (scores @ value).transpose(1, 0, 2).reshape(end - start, width)
    return attended


def gelu(values: Matrix) -> None:
    """Replace each x by x times the normal distribution function of x, in place.

    NumPy has no error function; formula 7.1.26 of Abramowitz and Stegun (Handbook of Mathematical Functions, 1964) is
    within 1.5e-7 of it. With P the polynomial in t = 1 / (1 + p |x| / sqrt 2) and E = exp(-x^2 / 2), the result is
    max(x, 0) - |x| P E / 2.
    """
    magnitude = np.abs(values)
    t = magnitude * np.float32(0.3275911 / 2**0.5)
    t += np.float32(1)
    np.reciprocal(t, out=t)
    tail = t * np.float32(1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail += np.float32(coefficient)
        tail *= t
    tail *= magnitude
    magnitude *= magnitude
    magnitude *= np.float32(-0.5)
    np.exp(magnitude, out=magnitude)
    tail *= magnitude
    tail *= np.float32(0.5)
    np.maximum(values, 0, out=values)
    values -= tail


def _layer(tensors: Mapping[str, NDArray[Any]], name: str) -> _Layer:
    query, key, value = (f"{name}.attention.self.{part}" for part in ("query", "key", "value"))
    scale = (tensors[f"{query}.weight"].shape[0] // HEADS) ** -0.5
    weight = [tensors[f"{query}.weight"] * np.float32(scale), tensors[f"{key}.weight"], tensors[f"{value}.weight"]]
    bias = [tensors[f"{query}.bias"] * np.float32(scale), tensors[f"{key}.bias"], tensors[f"{value}.bias"]]
    return _Layer(
        projections=_Linear(np.ascontiguousarray(np.concatenate(weight).T), np.concatenate(bias)),
        attended=_linear(tensors, f"{name}.attention.output.dense"),
        attention_norm=_norm(tensors, f"{name}.attention.output.LayerNorm"),
        up=_linear(tensors, f"{name}.intermediate.dense"),
        down=_linear(tensors, f"{name}.output.dense"),
        output_norm=_norm(tensors, f"{name}.output.LayerNorm"),
    )


def _linear(tensors: Mapping[str, NDArray[Any]], name: str) -> _Linear:
    return _Linear(np.ascontiguousarray(tensors[f"{name}.weight"].T), tensors[f"{name}.bias"])


def _norm(tensors: Mapping[str, NDArray[Any]], name: str) -> _Norm:
    return _Norm(tensors[f"{name}.weight"], tensors[f"{name}.bias"])
