"""Our retrieval as a LlamaIndex retriever, for any LlamaIndex query engine, chat engine or agent.

    with GroundworkRetriever.from_settings(read_settings(os.environ)) as retriever:
        engine = RetrieverQueryEngine.from_args(retriever, llm=llm)
        print(engine.query("How many days of annual leave do I have?"))

The order of the nodes is the ranker's, and a node's score is the relevance: the calibrated probability, 0 to 1, that
the passage answers the question. Near-duplicates of a node are left out. Whether the service would refuse the question
(`recipe.refuse_below`) is no property of a node, and is not covered here.

Not covered: `QueryBundle.embedding` (the question is always embedded here, because BM25 needs its words), and the
history of a conversation, which LlamaIndex's chat engines put into the question themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
from llama_index.core.callbacks import CallbackManager
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, ObjectType, QueryBundle, RelatedNodeInfo

from app.answer.retrieval.retrieve import Retriever, retrieve
from app.answer.types import Passage
from app.service.bootstrap import build_service
from core.domain import load_domain
from core.errors import ConfigurationError, ServiceError
from core.index.lock import find_holder
from core.index.open import embedded_root
from core.permissions import EVERYTHING
from core.recipe import Recipe
from core.settings import Settings
from core.types import SearchFilter
from ingest.llama_index import chunk_fields, passage_node

_TIMEOUT = httpx2.Timeout(60.0, connect=5.0)
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_FIELDS = ("document_id", "document_name", "section", "page", "url", "start", "end")
_MOST = 100
"""The most passages that `/v1/search` returns."""

Search = Callable[[str], list[NodeWithScore]]


class GroundworkRetriever(BaseRetriever):
    """Retrieves passages as nodes with `document_id`, `document_name`, `section`, `page`, `url`, `start` and `end`.

    Make it with `from_settings`, or with `from_retriever` where an index is open already. Several threads may use it.
    Close it, or use it in a `with` statement: it may have the embedded index open, which no other process can open
    until then.
    """

    def __init__(
        self, search: Search, close: Callable[[], None], callback_manager: CallbackManager | None = None
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._search = search
        self._close = close

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        recipe: str = "default",
        top_k: int | None = None,
        only: SearchFilter | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> Self:
        """Return a retriever over the index that the settings name.

        While a service (`groundwork serve`) has the embedded index open, the retriever asks that service over HTTP;
        otherwise it opens the index and loads the embedder itself. `recipe` is a recipe of the domain, `top_k` the
        number of passages (1 to 100) in place of the recipe's, `only` a restriction to documents or sources.

        Raises ConfigurationError for a wrong recipe or number; IndexLocked, which names the process, while another
        command has the index open; IndexFault or EmbeddingError when index or embedder cannot be opened.
        """
        chosen = _recipe(settings, recipe, top_k)
        holder = find_holder(embedded_root(settings)) if settings.qdrant_url is None else None
        if holder is not None and holder.url is not None:
            holder.check_domain(load_domain(settings.domain_dir).identity, embedded_root(settings))
            return cls.from_service(holder.url, chosen, only=only, callback_manager=callback_manager)
        service = build_service(settings, "a LlamaIndex retriever")
        try:
            service.open()
        except BaseException:
            service.close()
            raise
        return cls(_in_process(service.library.retriever(EVERYTHING), chosen, only), service.close, callback_manager)

    @classmethod
    def from_retriever(
        cls,
        retriever: Retriever,
        recipe: Recipe,
        *,
        only: SearchFilter | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> Self:
        """Return a retriever over an open index. Closing it leaves the index open."""
        return cls(_in_process(retriever, recipe, only), _nothing, callback_manager)

    @classmethod
    def from_service(
        cls,
        url: str,
        recipe: Recipe,
        *,
        only: SearchFilter | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> Self:
        """Return a retriever that asks the service at `url`, as in http://localhost:8000, for `recipe.top_k` passages.

        Retrieving raises ServiceError, with the service's own message, when it does not answer or refuses. Not
        covered: the header of a table that was split, which `/v1/search` does not return.
        """
        # A proxy of the environment cannot reach a service on this machine.
        proxies = urlsplit(url).hostname not in _THIS_MACHINE
        client = httpx2.Client(base_url=url, timeout=_TIMEOUT, trust_env=proxies)
        return cls(_through_service(client, url, recipe, only), client.close, callback_manager)

    def close(self) -> None:
        """Close the index or the connection that `from_settings` or `from_service` opened."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return self._search(query_bundle.query_str)

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._search, query_bundle.query_str)


def _recipe(settings: Settings, name: str, top_k: int | None) -> Recipe:
    recipes = load_domain(settings.domain_dir).recipes
    if name not in recipes:
        raise ConfigurationError(
            f"There is no recipe '{name}' in {settings.domain_dir}. Recipes: {', '.join(recipes)}."
        )
    if top_k is None:
        return recipes[name]
    if not 1 <= top_k <= _MOST:
        raise ConfigurationError(f"top_k is {top_k}; it must be a number from 1 to {_MOST}.")
    return replace(recipes[name], top_k=top_k)


def _in_process(retriever: Retriever, recipe: Recipe, only: SearchFilter | None) -> Search:
    def search(question: str) -> list[NodeWithScore]:
        return [_node(passage) for passage in retrieve(question, (), recipe, retriever, only).distinct]

    return search


def _node(passage: Passage) -> NodeWithScore:
    chunk = passage.chunk
    node = passage_node(
        node_id=chunk.id,
        text=chunk.text,
        heading=chunk.heading,
        lead=chunk.lead,
        fields=chunk_fields(chunk),
        source=_source(chunk.document_id),
    )
    return NodeWithScore(node=node, score=passage.score)


def _through_service(client: httpx2.Client, url: str, recipe: Recipe, only: SearchFilter | None) -> Search:
    model = "groundwork" if recipe.name == "default" else f"groundwork:{recipe.name}"
    request: dict[str, Any] = {"model": model, "top_k": recipe.top_k}
    if only is not None:
        request["filter"] = asdict(only)

    def search(question: str) -> list[NodeWithScore]:
        answer = _post(client, url, {**request, "query": question})
        return [_node_of_hit(hit) for hit in answer["hits"]]

    return search


def _post(client: httpx2.Client, url: str, body: dict[str, Any]) -> dict[str, Any]:
    try:
        response = client.post("/v1/search", json=body)
        answer: dict[str, Any] = response.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise ServiceError(
            f"The service at {url}, which has the index open, did not answer the search: "
            f"{error or type(error).__name__}. Wait for it, or stop it."
        ) from error
    if response.status_code != httpx2.codes.OK:
        reason = answer.get("error", {}).get("message") or f"status {response.status_code}"
        raise ServiceError(f"The service at {url} refused the search: {reason}")
    return answer


def _node_of_hit(hit: dict[str, Any]) -> NodeWithScore:
    node = passage_node(
        node_id=hit["chunk_id"],
        text=hit["text"],
        heading=" > ".join(name for name in (hit["document_name"], hit["section"]) if name),
        lead="",
        fields={field: hit[field] for field in _FIELDS},
        source=_source(hit["document_id"]),
    )
    return NodeWithScore(node=node, score=hit["score"])


def _source(document_id: str) -> RelatedNodeInfo:
    return RelatedNodeInfo(node_id=document_id, node_type=ObjectType.DOCUMENT)


def _nothing() -> None:
    """Close nothing: the caller's index stays open."""
