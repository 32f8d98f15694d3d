"""The default embedder: all-MiniLM-L6-v2, whose weights come with a package, in one of two runtimes.

    NumPy, float32                          questions, sentences, small ingestions; everything without bfloat16
    sentence-transformers, bfloat16         bulk text, where the processor computes bfloat16 natively

Both give the same vectors: the least cosine between them over 823 texts is .9999. On two cores NumPy embeds as many
chunks a second as torch in float32; bfloat16 embeds 1.7 times as many, but loading it takes the processor time of 250
chunks.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from core.embedding.local import LocalEmbedder, load_encoder
from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.embedding.sentences import SentencePooling, Spans, embed_unread
from core.embedding.weights import MAX_TOKENS, bundled_model_path, check_weights
from core.processor import computes_bfloat16, processor_flags
from core.types import Vectors

if TYPE_CHECKING:
    from core.embedding.minilm import MiniLM

Encoded = TypeVar("Encoded")

_NAME = "all-MiniLM-L6-v2"
_DIMENSION = 384
_BULK_CHARACTERS = 200_000
"""Text from which loading torch pays: 7 s of processor time, of which a chunk of 820 characters saves 20 to 26 ms."""
_LOADED_BULK_CHARACTERS = 20_000
"""The same once it is loaded, for the last texts of an ingestion. The sentences of an extractive answer have fewer, so
that a service always embeds questions and sentences in the same way."""
_GROUP_TOKENS = 1024
"""Tokens that one thread embeds together. Twice as many are no faster, and take twice the memory (6 MB)."""
_SHARED_TOKENS = 256
"""Text of up to so many tokens, such as a question, is embedded in the calling thread."""


class BundledEmbedder:
    """The model in NumPy, loaded when it is first needed, and the embedder of bulk text, None where NumPy is it."""

    name = _NAME
    dimension = _DIMENSION
    max_tokens = MAX_TOKENS
    sentence_pooling: SentencePooling = "late"

    def __init__(self, bulk: LocalEmbedder | None, threads: int | None = None) -> None:
        self._bulk = bulk
        self._threads = threads or os.cpu_count() or 1
        self._model: MiniLM | None = None
        self._loading = threading.Lock()

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """See Embedder. Which runtime is used depends on the length of all texts together."""
        if (bulk := self._bulk_for(texts)) is not None:
            return bulk.embed(texts, report)
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        model = self._loaded()
        tokenized = model.tokenize(texts)
        parts = split_evenly([len(ids) for ids in tokenized], self._threads)
        return np.concatenate(side_by_side(lambda part: model.encode(tokenized[part]), parts, self._threads, report))

    def embed_units(
        self, texts: Sequence[str], spans: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        """See Embedder. Sentence units are pooled late."""
        if (bulk := self._bulk_for(texts)) is not None:
            return bulk.embed_units(texts, spans, report)
        if not texts:
            return self.embed([]), []
        model = self._loaded()
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

    def _bulk_for(self, texts: Sequence[str]) -> LocalEmbedder | None:
        """Return the embedder of bulk text when the texts are long enough for it."""
        if self._bulk is None:
            return None
        least = _LOADED_BULK_CHARACTERS if self._bulk.is_loaded else _BULK_CHARACTERS
        return self._bulk if sum(map(len, texts)) >= least else None

    def _loaded(self) -> MiniLM:
        with self._loading:
            if self._model is None:
                # A run of the ingestion that finds nothing new needs no tokenizer.
                from core.embedding.minilm import MiniLM

                self._model = MiniLM.load(bundled_model_path())
            return self._model


def bundled_embedder(threads: int | None = None) -> BundledEmbedder:
    """Return the bundled model in the runtimes that are fastest on this processor; weights are verified on load.

    `threads` compute side by side; None: one for each processor core.
    """
    has_bfloat16 = computes_bfloat16(processor_flags())
    bulk = LocalEmbedder(_load_bulk, _NAME, _DIMENSION, MAX_TOKENS, "late", threads) if has_bfloat16 else None
    return BundledEmbedder(bulk, threads)


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


def _load_bulk() -> object:
    folder = bundled_model_path()
    check_weights(folder / "model.safetensors")
    return load_encoder(str(folder))


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
