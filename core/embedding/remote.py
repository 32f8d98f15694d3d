"""An embedder behind an OpenAI-compatible `/v1/embeddings` (vLLM, Text Embeddings Inference, a hosted API)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import httpx2
import numpy as np

from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.embedding.sentences import SentencePooling, Spans, embed_separately
from core.errors import EmbeddingError
from core.settings import without_password
from core.tracing import current_span
from core.types import Vectors

_BATCH_SIZE = 64
_CHARACTERS_PER_TOKEN = 3.0
"""Lower than English prose has (about 4), so that a chunk errs on the short side; the server's tokenizer is unknown."""


class RemoteEmbedder:
    """Asks a server; the dimension is learnt from the first answer."""

    sentence_pooling: SentencePooling = "separate"

    def __init__(self, client: httpx2.Client, model: str, dimension: int, max_tokens: int = 512) -> None:
        self._client = client
        self._model = model
        self.name = f"remote:{model}"
        self.dimension = dimension
        self.max_tokens = max_tokens

    @classmethod
    def connect(cls, base_url: str, model: str, api_key: str | None) -> RemoteEmbedder:
        """Connect and embed one word. Raises EmbeddingError when the server does not answer."""
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        client = httpx2.Client(base_url=base_url, headers=headers, timeout=60.0)
        return cls(client, model, dimension=len(_request(client, model, ["dimension"])[0]))

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """See Embedder. Vectors are normalised here, because not every server does."""
        rows: list[list[float]] = []
        for first in range(0, len(texts), _BATCH_SIZE):
            batch = texts[first : first + _BATCH_SIZE]
            rows += _request(self._client, self._model, batch)
            report(len(batch))
        if not rows:
            return np.zeros((0, self.dimension), dtype=np.float32)
        other = next((len(row) for row in rows if len(row) != self.dimension), None)
        if other is not None:
            raise EmbeddingError(
                f"{_address(self._client)} answered vectors of {other} components after {self.dimension}; "
                "its model was changed. Restart, and rebuild the index: groundwork ingest --rebuild"
            )
        vectors = np.asarray(rows, dtype=np.float32)
        normalised: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return normalised

    def embed_units(
        self, texts: Sequence[str], spans: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        """See Embedder. Texts and units share requests; the server gives no vectors of tokens."""
        return embed_separately(self.embed, texts, spans, report)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Estimated from the length: the server's tokenizer is not known here."""
        return [math.ceil(len(text) / _CHARACTERS_PER_TOKEN) for text in texts]

    def close(self) -> None:
        """See Embedder."""
        self._client.close()


def _request(client: httpx2.Client, model: str, texts: Sequence[str]) -> list[list[float]]:
    try:
        body, headers = {"model": model, "input": list(texts)}, dict(current_span().headers())
        answer = client.post("embeddings", json=body, headers=headers)
        answer.raise_for_status()
        data = sorted(answer.json()["data"], key=lambda item: item["index"])
        rows = [[float(value) for value in item["embedding"]] for item in data]
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise EmbeddingError(
            f"The embedding server {_address(client)} did not answer for model '{model}': "
            f"{without_password(str(error))}. Check EMBEDDING_BASE_URL (it ends in /v1), EMBEDDING_MODEL and "
            "EMBEDDING_API_KEY."
        ) from error
    if len(rows) != len(texts):
        raise EmbeddingError(f"{_address(client)} answered {len(rows)} vectors for {len(texts)} texts.")
    return rows


def _address(client: httpx2.Client) -> str:
    return without_password(str(client.base_url))
