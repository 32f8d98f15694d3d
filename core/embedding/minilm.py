"""The forward pass of a small BERT in NumPy, its token vectors averaged and normalised: of all-MiniLM-L6-v2.

It gives the vectors of sentence-transformers in float32 (least cosine over 823 texts: 1.0000 to seven digits), and is
ready after 0.2 s of processor time, where importing torch, transformers and sentence-transformers takes 6 s. Texts are
packed one after the other, without padding: only the attention looks at one text at a time.

The shapes are read from the weights; the architecture is BERT's with 12 heads, which multilingual-e5-small has too
(`core/embedding/e5.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from tokenizers import Tokenizer

from core.embedding.sentences import Spans, pool, token_spans
from core.embedding.weights import MAX_TOKENS, read_weights
from core.text import Span
from core.types import Vectors

_HEADS = 12
"""Attention heads: `num_attention_heads` in the model's config.json."""
_EPSILON = np.float32(1e-12)
"""Added to a variance: `layer_norm_eps` in the model's config.json."""
_ACTIVATED_ROWS = 64
"""Tokens whose hidden values are activated together: few enough for the second-level cache."""

Matrix = NDArray[np.float32]
Item = TypeVar("Item")


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
        rows /= np.sqrt(variance + _EPSILON)
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


class MiniLM:
    """The model in memory. Its methods may be called from several threads, and each uses one."""

    def __init__(self, tensors: Mapping[str, Any], tokenizer: Tokenizer, max_tokens: int = MAX_TOKENS) -> None:
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._words = tensors["embeddings.word_embeddings.weight"]
        self._positions: Matrix = (
            tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _norm(tensors, "embeddings.LayerNorm")
        layers = sum(name.endswith("intermediate.dense.weight") for name in tensors)
        self._layers = [_layer(tensors, f"encoder.layer.{number}") for number in range(layers)]

    @classmethod
    def load(cls, folder: Path) -> MiniLM:
        """Read the model from its folder. Raises EmbeddingError when its weights are not the original's.

        OpenBLAS, which multiplies for NumPy, is limited to one thread in this process: the threads of several products
        wait for each other in loops, and on a busy machine took nine times the processor time.
        """
        threadpool_limits(1, user_api="blas")
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        # The file cuts and pads to 128 tokens, which sentence-transformers overrides too.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(read_weights(folder / "model.safetensors"), tokenizer)

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text, with the special ones, cut to the model's limit as the original does."""
        return [self._cut(one.ids) for one in self._tokenizer.encode_batch_fast(list(texts))]

    def tokenize_units(self, texts: Sequence[str], spans: Sequence[Spans]) -> tuple[list[list[int]], list[list[Span]]]:
        """Return what `tokenize` returns, and for each text the ranges of the tokens of its spans."""
        encoded = self._tokenizer.encode_batch(list(texts))
        units = [token_spans(self._cut(one.offsets), of_text) for one, of_text in zip(encoded, spans, strict=True)]
        return [self._cut(one.ids) for one in encoded], units

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, uncut and without the special ones."""
        return [len(one.ids) for one in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def _cut(self, tokens: list[Item]) -> list[Item]:
        """Return the tokens that the model reads: the first ones, and the special one at the end."""
        return tokens if len(tokens) <= self._max_tokens else tokens[: self._max_tokens - 1] + tokens[-1:]

    def encode(self, tokenized: Sequence[Sequence[int]]) -> Vectors:
        """Return one vector of length 1 for each list of token ids. There must be at least one."""
        rows, starts = self._token_vectors(tokenized)
        return _averaged(rows, starts)

    def encode_units(
        self, tokenized: Sequence[Sequence[int]], units: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Return what `encode` returns, and for each text the pooled vectors of the ranges of its units."""
        rows, starts = self._token_vectors(tokenized)
        pooled = [pool(rows[start:], of_text) for start, of_text in zip(starts.tolist(), units, strict=True)]
        return _averaged(rows, starts), pooled

    def _token_vectors(self, tokenized: Sequence[Sequence[int]]) -> tuple[Vectors, NDArray[np.intp]]:
        """Return the vectors of all tokens, one text after the other, and the row at which each text begins."""
        lengths = [len(ids) for ids in tokenized]
        ends = np.cumsum(lengths, dtype=np.intp)
        starts = ends - lengths
        rows: Matrix = self._words[np.concatenate(tokenized)]
        rows += np.concatenate([self._positions[:length] for length in lengths])
        self._norm(rows)
        spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
        for layer in self._layers:
            rows += layer.attended(_attend(layer.projections(rows), spans))
            layer.attention_norm(rows)
            hidden = layer.up(rows)
            for first in range(0, len(hidden), _ACTIVATED_ROWS):
                gelu(hidden[first : first + _ACTIVATED_ROWS])
            rows += layer.down(hidden)
            layer.output_norm(rows)
        return rows, starts


def _averaged(rows: Matrix, starts: NDArray[np.intp]) -> Vectors:
    # Sums and not means: normalising makes them the same.
    vectors: Vectors = np.add.reduceat(rows, starts, axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _attend(projected: Matrix, spans: Sequence[tuple[int, int]]) -> Matrix:
    """Return the attention of the tokens of each span to one another. Rows hold query, key and value."""
    width = projected.shape[1] // 3
    attended = np.empty((len(projected), width), dtype=np.float32)
    for start, end in spans:
        query, key, value = projected[start:end].reshape(end - start, 3, _HEADS, width // _HEADS).transpose(1, 2, 0, 3)
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
    scale = (tensors[f"{query}.weight"].shape[0] // _HEADS) ** -0.5
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
