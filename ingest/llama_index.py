"""The chunker and the embedder as LlamaIndex components, usable in any LlamaIndex pipeline.

    embedding = GroundworkEmbedding()
    pipeline = IngestionPipeline(transformations=[GroundworkChunker(), embedding], cache=IngestionCache())
    nodes = pipeline.run(documents=SimpleDirectoryReader("handbook").load_data())
    index = VectorStoreIndex(nodes, embed_model=embedding)

A node's text is an exact slice of its document. Its headings are metadata, and the only metadata (with the header of a
split table) that an embedding or a language model sees, so that they occur once in the text of both:
`node.get_content(MetadataMode.EMBED)` is what the ingestion of this project embeds. The document's own metadata is
copied to its nodes for filters, and hidden from both.

Not covered: the BM25 vectors of the hybrid search, which LlamaIndex leaves to the vector store.
"""

from __future__ import annotations

import asyncio
import hashlib
import pickle
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Self

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import (
    BaseNode,
    MetadataMode,
    NodeRelationship,
    RelatedNodeInfo,
    TextNode,
    TransformComponent,
)
from pydantic import Field, computed_field, field_serializer, field_validator, model_validator

from core.embedding import Embedder
from core.embedding.bundled import bundled_embedder
from core.text import search_form
from core.types import Chunk, Document
from ingest.blocks import main_heading, split_blocks
from ingest.chunk import CHUNKER_VERSION, ChunkSize, chunk_document
from ingest.sources.reader_metadata import markup_of, title_of, url_of

_SHOWN = ("heading", "lead")
"""Metadata that embeddings and language models see before a node's text."""


class _EmbedderComponent(TransformComponent):
    """A component with an embedder of this project, by default the bundled one.

    It is serialised by name, so that LlamaIndex's caches distinguish two embedders. `from_dict` makes the bundled one
    again; any other is passed to it: `from_dict(data, embedder=…)`.
    """

    embedder: Any = Field(default_factory=bundled_embedder, description="An embedder of Groundwork.")

    @field_validator("embedder", mode="before")
    @classmethod
    def _restore(cls, value: Any) -> Embedder:
        if isinstance(value, Mapping):
            bundled = bundled_embedder()
            if dict(value) == _identity(bundled):
                return bundled
            raise ValueError(f"the embedder {value.get('name')!r} is saved by name only; pass it: embedder=…")
        if not (callable(getattr(value, "embed", None)) and callable(getattr(value, "count_tokens", None))):
            raise ValueError(f"embedder is a {type(value).__name__}; it must be a core.embedding.Embedder")
        return value  # type: ignore[no-any-return]

    @field_serializer("embedder")
    def _serialize(self, value: Embedder) -> dict[str, Any]:
        return _identity(value)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Pickle by name, as `IngestionPipeline.run(num_workers=…)` requires: a loaded model cannot be copied."""
        embedder = self.embedder
        try:
            pickle.dumps(embedder)
        except (TypeError, AttributeError, pickle.PicklingError):
            embedder = _identity(self.embedder)
            if embedder != _identity(bundled_embedder()):
                raise TypeError(
                    f"{self.class_name()} cannot be sent to another process: its embedder '{self.embedder.name}' "
                    "cannot be pickled. Leave num_workers out; the embedder uses all cores by itself."
                ) from None
        return _restored, (type(self), {**self.to_dict(), "embedder": embedder})


class GroundworkChunker(_EmbedderComponent):
    """Turns LlamaIndex documents into text nodes, one for each chunk.

    The embedder's tokenizer measures the chunks, and its limit is kept with headings and table header included.
    """

    tokens: int = Field(default=200, gt=0, description="The most tokens that the text of a chunk has.")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def chunker_version(self) -> str:
        """Return the version of the chunking rules, which a cache must distinguish."""
        return CHUNKER_VERSION

    @classmethod
    def class_name(cls) -> str:
        """Return the name that LlamaIndex serialises the component under."""
        return "GroundworkChunker"

    def __call__(self, nodes: Sequence[BaseNode], **_: Any) -> list[BaseNode]:
        """Return the chunks of the documents, in order."""
        size = ChunkSize.for_embedder(self.embedder, self.tokens)
        return [node for document in nodes for node in self._chunk(document, size)]

    async def acall(self, nodes: Sequence[BaseNode], **_: Any) -> list[BaseNode]:
        """Return the chunks of the documents without blocking the event loop."""
        return await asyncio.to_thread(self, nodes)

    def _chunk(self, node: BaseNode, size: ChunkSize) -> list[TextNode]:
        document = _document(node)
        blocks = split_blocks(document.text, markdown=markup_of(node.metadata) == "markdown")
        chunks = chunk_document(document, blocks, self.embedder.count_tokens, size)
        source = node.source_node or node.as_related_node_info()
        return _linked([_chunk_node(chunk, source, node.metadata) for chunk in chunks])


class GroundworkEmbedding(_EmbedderComponent, BaseEmbedding):
    """Embeds nodes, texts and queries with an embedder of this project.

    Texts are embedded in their search form (`core.text.search_form`), as in the ingestion.
    """

    embed_batch_size: int = Field(default=512, gt=0, le=2048, description="Texts embedded by one call.")

    @model_validator(mode="after")
    def _name_model(self) -> Self:
        self.model_name = self.embedder.name
        return self

    @classmethod
    def class_name(cls) -> str:
        """Return the name that LlamaIndex serialises the component under."""
        return "GroundworkEmbedding"

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.embedder.embed([search_form(text) for text in texts]).tolist()
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([query])[0]

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)


def passage_node(
    *,
    node_id: str,
    text: str,
    heading: str,
    lead: str,
    fields: Mapping[str, Any],
    source: RelatedNodeInfo,
    inherited: Mapping[str, Any] | None = None,
) -> TextNode:
    """Return a node for a part of a document.

    `fields` has the keys of a Citation: `document_id`, `document_name`, `section`, `page`, `url`, and `start` and
    `end`, the offsets in the document's text. They become metadata with `heading` and `lead`; where one of them is
    None, the key of the same name in `inherited` is kept.
    """
    own = {"heading": heading, **({"lead": lead} if lead else {}), **fields}
    known = {key: value for key, value in own.items() if value is not None}
    metadata = {**own, **(inherited or {}), **known}
    hidden = [key for key in metadata if key not in _SHOWN]
    return TextNode(
        id_=node_id,
        text=text,
        start_char_idx=fields["start"],
        end_char_idx=fields["end"],
        metadata=metadata,
        excluded_embed_metadata_keys=hidden,
        excluded_llm_metadata_keys=hidden,
        metadata_template="{value}",
        text_template="{metadata_str}\n{content}",
        relationships={NodeRelationship.SOURCE: source},
    )


def chunk_fields(chunk: Chunk) -> dict[str, Any]:
    """Return the fields of a chunk that `passage_node` puts into metadata."""
    return {
        "document_id": chunk.document_id,
        "document_name": chunk.document_name,
        "section": " > ".join(name for name in chunk.section if name != chunk.document_name) or None,
        "page": chunk.page,
        "url": chunk.url,
        "start": chunk.start,
        "end": chunk.end,
    }


def _chunk_node(chunk: Chunk, source: RelatedNodeInfo, inherited: Mapping[str, Any]) -> TextNode:
    return passage_node(
        node_id=chunk.id,
        text=chunk.text,
        heading=chunk.heading,
        lead=chunk.lead,
        fields=chunk_fields(chunk),
        source=source,
        inherited=inherited,
    )


def _linked(nodes: list[TextNode]) -> list[TextNode]:
    """Relate each node to the ones before and after it."""
    infos = [node.as_related_node_info() for node in nodes]
    for (before, after), (previous, following) in zip(pairwise(nodes), pairwise(infos), strict=True):
        before.relationships[NodeRelationship.NEXT] = following
        after.relationships[NodeRelationship.PREVIOUS] = previous
    return nodes


def _document(node: BaseNode) -> Document:
    """Return the text and what its metadata says about it; node ids depend on the id and the text alone."""
    text = node.get_content(MetadataMode.NONE)
    return Document(
        id=node.node_id,
        name=_name(node, text),
        source="",
        text=text,
        content_hash=hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest(),
        url=url_of(node.metadata),
    )


def _name(node: BaseNode, text: str) -> str:
    heading = main_heading(text) if markup_of(node.metadata) == "markdown" else None
    return title_of(node.metadata) or heading or str(node.metadata.get("file_name") or "document")


def _identity(embedder: Embedder) -> dict[str, Any]:
    return {"name": embedder.name, "dimension": embedder.dimension, "max_tokens": embedder.max_tokens}


def _restored(component: type[_EmbedderComponent], data: dict[str, Any]) -> _EmbedderComponent:
    return component.from_dict(data)
