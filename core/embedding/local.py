"""A sentence-transformers model in this process: any model but the bundled one, and the bundled one for bulk text.

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
from core.errors import EmbeddingError
from core.processor import computes_bfloat16, processor_flags
from core.types import Vectors

_BATCH_SIZE = 16


class LocalEmbedder:
    """A model that is loaded when it is first needed.

    Batches are computed side by side, each in one thread: with two cores that is about a fifth faster than one batch
    at a time in two threads, and a question does not wait behind an ingestion.
    """

    def __init__(
        self, load: Callable[[], Any], name: str, dimension: int, max_tokens: int, threads: int | None = None
    ) -> None:
        self._load = load
        self._threads = threads or os.cpu_count() or 1
        self._encoder: Any = None
        # The tokenizer refuses to be borrowed twice.
        self._tokenizing = threading.Lock()
        self._loading = threading.Lock()
        self.name = name
        self.dimension = dimension
        self.max_tokens = max_tokens

    @property
    def is_loaded(self) -> bool:
        """Whether embedding costs no loading any more."""
        return self._encoder is not None

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """See Embedder. Texts are encoded in batches of similar length and returned in the given order."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda position: len(texts[position]))
        batches = [by_length[first : first + _BATCH_SIZE] for first in range(0, len(texts), _BATCH_SIZE)]
        encoder = self._loaded() if texts else None

        def encode(batch: list[int]) -> int:
            vectors[batch] = self._encode(encoder, [texts[position] for position in batch])
            return len(batch)

        if len(batches) == 1 or self._threads == 1:
            for batch in batches:
                report(encode(batch))
        else:
            with ThreadPoolExecutor(max_workers=self._threads) as pool:
                # Reading the results raises what a batch raised.
                for count in pool.map(encode, batches):
                    report(count)
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See Embedder. The model's own tokenizer counts, without truncation."""
        if not texts:
            return []
        tokenizer = self._loaded().tokenizer
        with self._tokenizing:
            encoded = tokenizer(list(texts), truncation=False, add_special_tokens=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def _encode(self, encoder: Any, batch: list[str]) -> Vectors:
        import torch

        with self._tokenizing:
            features = encoder.preprocess(batch)
        with torch.inference_mode():
            sentences = encoder(features)["sentence_embedding"].float()
            normalised: Vectors = torch.nn.functional.normalize(sentences, dim=1).numpy()
        return normalised

    def _loaded(self) -> Any:
        with self._loading:
            if self._encoder is None:
                self._encoder = self._load()
            return self._encoder


def local_embedder(model: str, threads: int | None = None) -> LocalEmbedder:
    """Load a model from a folder, or from the hub when `model` is a hub name. Raises EmbeddingError.

    `threads` is the number of batches side by side; None: one for each processor core.
    """
    encoder = load_encoder(model)
    return LocalEmbedder(
        lambda: encoder,
        name=model,
        dimension=int(encoder.get_embedding_dimension()),
        max_tokens=int(encoder.max_seq_length or 512),
        threads=threads,
    )


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
