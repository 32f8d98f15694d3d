"""all-MiniLM-L6-v2 without its forward pass: texts to tokens, and the vectors of tokens to those of texts and units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from core.embedding.sentences import Spans, pool, token_spans
from core.embedding.weights import MAX_TOKENS
from core.text import Span
from core.types import Vectors

Forward: TypeAlias = Callable[[Sequence[Sequence[int]]], Vectors]
"""The vectors of all tokens of some texts, one text after the other, for the token ids of each."""
Item = TypeVar("Item")


class MiniLM:
    """The model in memory. Its methods may be called from several threads, and each uses one."""

    def __init__(self, forward: Forward, tokenizer: Tokenizer, max_tokens: int = MAX_TOKENS) -> None:
        self._forward = forward
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens

    def with_forward(self, forward: Forward) -> MiniLM:
        """Return the model with another forward pass and the same tokenizer."""
        return MiniLM(forward, self._tokenizer, self._max_tokens)

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
        return _averaged(self._forward(tokenized), _starts(tokenized))

    def encode_units(
        self, tokenized: Sequence[Sequence[int]], units: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Return what `encode` returns, and for each text the pooled vectors of the ranges of its units."""
        rows, starts = self._forward(tokenized), _starts(tokenized)
        pooled = [pool(rows[start:], of_text) for start, of_text in zip(starts.tolist(), units, strict=True)]
        return _averaged(rows, starts), pooled


def bundled_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer of the model in a folder, which neither cuts nor pads.

    The file cuts and pads to 128 tokens, which sentence-transformers overrides, too.
    """
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _starts(tokenized: Sequence[Sequence[int]]) -> NDArray[np.intp]:
    """Return the row at which each text begins."""
    lengths = [len(ids) for ids in tokenized]
    return np.cumsum(lengths, dtype=np.intp) - lengths


def _averaged(rows: Vectors, starts: NDArray[np.intp]) -> Vectors:
    # Sums and not means: normalising makes them the same.
    vectors: Vectors = np.add.reduceat(rows, starts, axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors
