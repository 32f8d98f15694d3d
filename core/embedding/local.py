"""A sentence-transformers model in this process: any model but the bundled ones.

Where the processor computes bfloat16 natively, the weights are bfloat16 and the pooling float32: 2.7 times the
throughput at a cosine of .9999 to full precision. Elsewhere bfloat16 is emulated and half as fast, so float32 it is.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.embedding.sentences import SentencePooling, Spans, embed_separately, embed_unread, pool, token_spans
from core.errors import EmbeddingError
from core.processor import computes_bfloat16, processor_flags
from core.text import Span
from core.types import Vectors

_BATCH_SIZE = 16


class LocalEmbedder:
    """A loaded model.

    Batches are computed side by side, each in one thread: with two cores that is about a fifth faster than one batch
    at a time in two threads, and a question does not wait behind an ingestion.
    """

    def __init__(
        self,
        encoder: Any,
        name: str,
        dimension: int,
        max_tokens: int,
        sentence_pooling: SentencePooling,
        threads: int | None = None,
    ) -> None:
        self._encoder = encoder
        self._threads = threads or os.cpu_count() or 1
        # The tokenizer refuses to be borrowed twice.
        self._tokenizing = threading.Lock()
        self.name = name
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.sentence_pooling = sentence_pooling

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """See Embedder. Texts are encoded in batches of similar length and returned in the given order."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)

        def encode(batch: list[int]) -> int:
            vectors[batch] = _vectors(self._encode([texts[position] for position in batch]))
            return len(batch)

        self._in_batches(texts, encode, report)
        return vectors

    def embed_units(
        self, texts: Sequence[str], spans: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        """See Embedder. Sentence units are pooled late where the model averages its token vectors."""
        if self.sentence_pooling == "separate":
            return embed_separately(self.embed, texts, spans, report)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        units: list[Vectors] = [vectors] * len(texts)

        def encode(batch: list[int]) -> int:
            written = [texts[position] for position in batch]
            features = self._encode(written)
            vectors[batch] = _vectors(features)
            tokens = features["token_embeddings"].float().numpy()
            for row, (position, offsets) in enumerate(zip(batch, self._offsets(written), strict=True)):
                units[position] = pool(tokens[row], token_spans(offsets, spans[position]))
            return len(batch)

        self._in_batches(texts, encode, report)
        embed_unread(self.embed, texts, spans, units)
        return vectors, units

    def _in_batches(self, texts: Sequence[str], encode: Callable[[list[int]], int], report: ReportEmbedded) -> None:
        """Call `encode` with the positions of texts of similar length, in as many threads as there are."""
        by_length = sorted(range(len(texts)), key=lambda position: len(texts[position]))
        batches = [by_length[first : first + _BATCH_SIZE] for first in range(0, len(texts), _BATCH_SIZE)]
        if len(batches) == 1 or self._threads == 1:
            for batch in batches:
                report(encode(batch))
        else:
            with ThreadPoolExecutor(max_workers=self._threads) as threads:
                # Reading the results raises what a batch raised.
                for count in threads.map(encode, batches):
                    report(count)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See Embedder. The model's own tokenizer counts, without truncation."""
        if not texts:
            return []
        tokenizer = self._encoder.tokenizer
        with self._tokenizing:
            encoded = tokenizer(list(texts), truncation=False, add_special_tokens=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def close(self) -> None:
        """See Embedder. There is no connection."""

    def _encode(self, batch: list[str]) -> Any:
        """Return the features of the texts: `sentence_embedding`, and `token_embeddings` where a model has them."""
        import torch

        with self._tokenizing:
            features = self._encoder.preprocess(batch)
        with torch.inference_mode():
            return self._encoder(features)

    def _offsets(self, batch: list[str]) -> list[list[Span]]:
        """Return the offsets of the tokens that the model reads of each text."""
        with self._tokenizing:
            encoded = self._encoder.tokenizer(
                batch,
                truncation=True,
                max_length=self._encoder.max_seq_length,
                return_offsets_mapping=True,
                verbose=False,
            )
        offsets: list[list[Span]] = encoded["offset_mapping"]
        return offsets


def _vectors(features: Any) -> Vectors:
    import torch

    with torch.inference_mode():
        normalised: Vectors = torch.nn.functional.normalize(features["sentence_embedding"].float(), dim=1).numpy()
    return normalised


def local_embedder(model: str, threads: int | None = None) -> LocalEmbedder:
    """Load a model from a folder, or from the hub when `model` is a hub name. Raises EmbeddingError.

    `threads` is the number of batches side by side; None: one for each processor core.
    """
    encoder = load_encoder(model)
    return LocalEmbedder(
        encoder,
        name=model,
        dimension=int(encoder.get_embedding_dimension()),
        max_tokens=int(encoder.max_seq_length or 512),
        sentence_pooling=sentence_pooling_of(encoder),
        threads=threads,
    )


def sentence_pooling_of(encoder: Any) -> SentencePooling:
    """Say whether the mean of token vectors can be compared with the model's vector of a question.

    It can when that one is such a mean too, and the tokenizer gives offsets.
    """
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    transformer, pooling, *further = [*encoder, None, None][: max(2, len(encoder))]
    averages = isinstance(transformer, Transformer) and isinstance(pooling, Pooling) and pooling.pooling_mode == "mean"
    is_plain = all(isinstance(module, Normalize) for module in further)
    tokenizer = encoder.tokenizer
    has_offsets = bool(getattr(tokenizer, "is_fast", False)) and getattr(tokenizer, "padding_side", "") == "right"
    return "late" if averages and is_plain and has_offsets else "separate"


def load_encoder(model: str) -> Any:
    """Return a SentenceTransformer in the type that this processor is fastest with. Raises EmbeddingError."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    # The loader's progress bar would be in the output of every command.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(1)
    bfloat16 = computes_bfloat16(processor_flags())
    try:
        encoder = SentenceTransformer(
            model, device="cpu", model_kwargs={"dtype": torch.bfloat16 if bfloat16 else torch.float32}
        ).eval()
    except (OSError, ValueError) as error:
        raise EmbeddingError(
            f"The embedding model '{model}' could not be loaded: {error} "
            "EMBEDDING_MODEL must be a folder or the name of a sentence-transformers model; leave it empty "
            "for the bundled one."
        ) from error
    if bfloat16:
        _pool_in_float32(encoder)
    return encoder


def _pool_in_float32(encoder: Any) -> None:
    """Widen the token vectors before they are averaged: a bfloat16 mean loses what a bfloat16 layer does not."""
    encoder[0].register_forward_hook(
        lambda _module, _inputs, features: {**features, "token_embeddings": features["token_embeddings"].float()}
    )
