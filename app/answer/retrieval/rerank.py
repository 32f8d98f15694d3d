"""Rerank the best hits with a cross-encoder, which reads question and passage together. Off unless it is configured.

Two rerankers: a sentence-transformers model in this process (RERANKER_MODEL), and a server with the `/rerank` of vLLM,
Cohere and Jina, or of Text Embeddings Inference (RERANKER_BASE_URL). When a reranker fails, the hits keep their order.

Not covered: the relevance, which stays that of the own features; a reranker's scores have no common scale.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import httpx2

from core.errors import RerankingError
from core.settings import Settings, without_password
from core.tracing import current_span

_TIMEOUT_SECONDS = 10.0
"""For one request. Reranking 30 passages takes a server about 0.1 s; a question must not wait for one that hangs."""
_BATCH_SIZE = 16
_UNPROCESSABLE = 422
_log = logging.getLogger("groundwork")
Ranked = TypeVar("Ranked")


class Reranker(Protocol):
    """Says how well texts answer a question. Implementations may be called from several threads."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return a score for each text, the higher the better, in their order. Raises RerankingError."""
        ...


def rerank(
    query: str,
    ranked: Sequence[Ranked],
    text_of: Callable[[Ranked], str],
    reranker: Reranker,
    first: int,
    failed: Callable[[], None],
) -> list[Ranked]:
    """Return the items with the first ones in the reranker's order; equal scores keep theirs.

    When the reranker fails, the cause is logged, `failed` is called, and the order stays.
    """
    head, tail = list(ranked[:first]), list(ranked[first:])
    if len(head) < 2:
        return head + tail
    try:
        scores = reranker.scores(query, [text_of(item) for item in head])
    except RerankingError as error:
        _log.warning("not reranked: %s", error)
        failed()
        return head + tail
    order = sorted(range(len(head)), key=lambda position: -scores[position])
    return [head[position] for position in order] + tail


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder, loaded when it is first needed. It is not tried again when that fails."""

    def __init__(self, model: str) -> None:
        self._name = model
        self._model: Any = None
        self._failure: RerankingError | None = None
        # The tokenizer refuses to be borrowed twice.
        self._predicting = threading.Lock()

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """See Reranker."""
        pairs = [(query, text) for text in texts]
        with self._predicting:
            model = self._loaded()
            try:
                scores = model.predict(pairs, batch_size=_BATCH_SIZE, show_progress_bar=False)
            except (ValueError, RuntimeError) as error:
                raise RerankingError(f"The reranker '{self._name}' failed: {error}") from error
        return _checked([float(score) for score in scores], len(texts), self._name)

    def _loaded(self) -> Any:
        if self._failure is not None:
            raise self._failure
        if self._model is None:
            from sentence_transformers import CrossEncoder
            from transformers.utils import logging as loading

            # The loader's progress bar would be in the output of every command.
            loading.disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                self._model = CrossEncoder(self._name, device="cpu", num_labels=1)
            except (OSError, ValueError, RuntimeError) as error:
                self._failure = RerankingError(
                    f"The reranker '{self._name}' could not be loaded: {error} RERANKER_MODEL must be a folder or the "
                    "name of a sentence-transformers cross-encoder with one output. Set it, and restart."
                )
                raise self._failure from error
        return self._model


class RemoteReranker:
    """A server with `/rerank`.

    vLLM, Cohere and Jina take {"model", "query", "documents"} and answer {"results": [{"index", "relevance_score"}]}.
    Text Embeddings Inference takes {"query", "texts"} and answers [{"index", "score"}]; it is recognised by refusing
    the first form and taking the second, in which it is asked from then on.
    """

    def __init__(self, client: httpx2.Client, model: str | None) -> None:
        self._client = client
        self._model = model
        self._takes_texts = False

    @classmethod
    def connect(cls, base_url: str, model: str | None, api_key: str | None) -> RemoteReranker:
        """Make a client; nothing is contacted yet."""
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        return cls(httpx2.Client(base_url=base_url, headers=headers, timeout=_TIMEOUT_SECONDS), model)

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """See Reranker."""
        try:
            found = self._asked(query, list(texts))
            scores: list[float] = [math.nan] * len(texts)
            for row in found["results"] if isinstance(found, dict) else found:
                scores[row["index"]] = float(row["relevance_score"] if "relevance_score" in row else row["score"])
        except (httpx2.HTTPError, ValueError, KeyError, TypeError, IndexError) as error:
            raise RerankingError(
                f"The reranking server {self._address} did not answer for model '{self._model}': "
                f"{without_password(str(error))}. Check RERANKER_BASE_URL, RERANKER_MODEL and RERANKER_API_KEY."
            ) from error
        return _checked(scores, len(texts), self._address)

    def _asked(self, query: str, texts: list[str]) -> Any:
        if not self._takes_texts:
            body = {"query": query, "documents": texts, "top_n": len(texts)}
            answer = self._post(body | ({"model": self._model} if self._model else {}))
            if answer.status_code != _UNPROCESSABLE or "texts" not in answer.text:
                answer.raise_for_status()
                return answer.json()
        answer = self._post({"query": query, "texts": texts, "truncate": True})
        answer.raise_for_status()
        self._takes_texts = True
        return answer.json()

    def _post(self, body: Mapping[str, Any]) -> httpx2.Response:
        return self._client.post("rerank", json=body, headers=dict(current_span().headers()))

    @property
    def _address(self) -> str:
        return without_password(str(self._client.base_url))


def connect_reranker(settings: Settings) -> Reranker | None:
    """Return the reranker that the settings name; None without any. Nothing is loaded or contacted yet."""
    if settings.reranker_base_url is not None:
        return RemoteReranker.connect(settings.reranker_base_url, settings.reranker_model, settings.reranker_api_key)
    return CrossEncoderReranker(settings.reranker_model) if settings.reranker_model is not None else None


def _checked(scores: list[float], count: int, name: str) -> list[float]:
    if len(scores) != count or not all(map(math.isfinite, scores)):
        raise RerankingError(f"The reranker {name} gave no finite score for each of {count} texts: {scores}")
    return scores
