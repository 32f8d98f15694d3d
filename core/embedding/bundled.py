"""The default embedder: all-MiniLM-L6-v2, whose weights come with a package, with one of two forward passes.

    NumPy, float32      questions, sentences, small ingestions; everything without bfloat16
    torch, bfloat16     bulk text, where the processor computes bfloat16 natively

Both give the same vectors: the least cosine between them over 823 texts is .9999. On two cores bfloat16 embeds twice
as many chunks a second, but importing torch takes the processor time of 100 chunks.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.embedding.sentences import SentencePooling, Spans, embed_unread
from core.embedding.weights import MAX_TOKENS, bundled_model_path, read_weights
from core.processor import computes_bfloat16, processor_flags
from core.types import Vectors

if TYPE_CHECKING:
    from core.embedding.minilm import Forward, MiniLM

Encoded = TypeVar("Encoded")

_NAME = "all-MiniLM-L6-v2"
_DIMENSION = 384
_BULK_CHARACTERS = 60_000
"""Text from which loading torch pays: 1.7 s of processor time, of which a chunk of 570 characters saves 18 ms."""
_LOADED_BULK_CHARACTERS = 20_000
"""The same once it is loaded, for the last texts of an ingestion. The sentences of an extractive answer have fewer, so
that a service always embeds questions and sentences in the same way."""
_GROUP_TOKENS = 1024
"""Tokens that one thread embeds together. Twice as many are no faster, and take twice the memory (6 MB)."""
_SHARED_TOKENS = 256
"""Text of up to so many tokens, such as a question, is embedded in the calling thread."""


class BundledEmbedder:
    """The model with the forward pass in NumPy, and with another one for bulk text, None where NumPy does that, too.

    Each is loaded when it is first needed.
    """

    name = _NAME
    dimension = _DIMENSION
    max_tokens = MAX_TOKENS
    sentence_pooling: SentencePooling = "late"

    def __init__(self, load_bulk: Callable[[], Forward] | None, threads: int | None = None) -> None:
        self._load_bulk = load_bulk
        self._threads = threads or os.cpu_count() or 1
        self._model: MiniLM | None = None
        self._bulk: MiniLM | None = None
        self._loading = threading.Lock()

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """See Embedder. Which forward pass is used depends on the length of all texts together."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        model = self._model_for(texts)
        tokenized = model.tokenize(texts)
        parts = split_evenly([len(ids) for ids in tokenized], self._threads)
        return np.concatenate(side_by_side(lambda part: model.encode(tokenized[part]), parts, self._threads, report))

    def embed_units(
        self, texts: Sequence[str], spans: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        """See Embedder. Sentence units are pooled late."""
        if not texts:
            return self.embed([]), []
        model = self._model_for(texts)
        tokenized, units = model.tokenize_units(texts, spans)
        parts = split_evenly([len(ids) for ids in tokenized], self._threads)
        encoded = side_by_side(
            lambda part: model.encode_units(tokenized[part], units[part]), parts, self._threads, report
        )
        pooled = [vectors for _, of_part in encoded for vectors in of_part]
        embed_unread(self.embed, texts, spans, pooled)
        return np.concatenate([vectors for vectors, _ in encoded]), pooled

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See Embedder. The model's own tokenizer counts, without truncation."""
        return self._loaded().count_tokens(texts) if texts else []

    def close(self) -> None:
        """See Embedder. There is no connection."""

    def _model_for(self, texts: Sequence[str]) -> MiniLM:
        """Return the model with the forward pass for so much text."""
        model = self._loaded()
        least = _LOADED_BULK_CHARACTERS if self._bulk is not None else _BULK_CHARACTERS
        if self._load_bulk is None or sum(map(len, texts)) < least:
            return model
        with self._loading:
            if self._bulk is None:
                self._bulk = model.with_forward(self._load_bulk())
            return self._bulk

    def _loaded(self) -> MiniLM:
        with self._loading:
            if self._model is None:
                # A run of the ingestion that finds nothing new needs no tokenizer.
                from core.embedding.bert import Bert, limit_threads
                from core.embedding.minilm import MiniLM, bundled_tokenizer

                limit_threads()
                self._model = MiniLM(Bert(_tensors()), bundled_tokenizer(bundled_model_path()))
            return self._model


def bundled_embedder(threads: int | None = None) -> BundledEmbedder:
    """Return the bundled model in the types that are fastest on this processor; weights are verified on load.

    `threads` compute side by side; None: one for each processor core.
    """
    return BundledEmbedder(_load_bfloat16 if computes_bfloat16(processor_flags()) else None, threads)


def side_by_side(
    encode: Callable[[slice], Encoded], parts: Sequence[slice], threads: int, report: ReportEmbedded
) -> list[Encoded]:
    """Encode the parts in so many threads, and report the texts of each that is done."""
    if len(parts) == 1 or threads == 1:
        return _reported(map(encode, parts), parts, report)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        return _reported(pool.map(encode, parts), parts, report)


def _reported(encoded: Iterable[Encoded], parts: Sequence[slice], report: ReportEmbedded) -> list[Encoded]:
    done: list[Encoded] = []
    for part, one in zip(parts, encoded, strict=True):
        done.append(one)
        report(part.stop - part.start)
    return done


def _load_bfloat16() -> Forward:
    from core.embedding.bert_bfloat16 import BertBfloat16

    return BertBfloat16(_tensors())


def _tensors() -> Mapping[str, NDArray[Any]]:
    return read_weights(bundled_model_path() / "model.safetensors")


def split_evenly(lengths: Sequence[int], workers: int) -> list[slice]:
    """Split texts of so many tokens into neighbouring groups of about as many tokens, for so many workers."""
    total = sum(lengths)
    count = math.ceil(total / _GROUP_TOKENS)
    if total > _SHARED_TOKENS:
        count = math.ceil(count / workers) * workers
    middles = np.cumsum(lengths) - np.asarray(lengths) / 2
    cuts = np.searchsorted(middles, [total * part / count for part in range(1, count)]).tolist()
    edges = [0, *cuts, len(lengths)]
    return [slice(first, end) for first, end in pairwise(edges) if end > first]
