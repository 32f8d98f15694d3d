"""The stages as LlamaIndex components, usable in anyone's LlamaIndex pipeline.

    IngestionPipeline(transformations=[MarkdownChunker(embedder=e), DenseEmbedding(embedder=e)]).run(documents=…)

Nodes carry the chunk's fields as metadata; `node_to_chunk` reads them back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core.schema import (
    BaseNode,
    NodeRelationship,
    RelatedNodeInfo,
    TextNode,
    TransformComponent,
)
from llama_index.core.schema import Document as LlamaDocument

from core.embedding import Embedder
from core.types import Chunk, Document
from ingest.chunk import ChunkSize, chunk_document
from ingest.parse import Markup


class MarkdownChunker(TransformComponent):
    """LlamaIndex documents become text nodes, one a chunk."""

    embedder: Any
    tokens: int = 200

    def __call__(self, nodes: Sequence[BaseNode], **_: Any) -> list[BaseNode]:
        """Chunk each document; the embedder's tokenizer measures, and its limit is kept."""
        embedder: Embedder = self.embedder
        size = ChunkSize(self.tokens, embedder.max_tokens - 2)
        return [
            chunk_to_node(chunk)
            for node in nodes
            for chunk in chunk_document(*llama_to_document(node), embedder.count_tokens, size)
        ]


class DenseEmbedding(TransformComponent):
    """Sets `embedding` on nodes made by MarkdownChunker; all at once, so that batches hold texts of like length."""

    embedder: Any

    def __call__(self, nodes: Sequence[BaseNode], **_: Any) -> list[BaseNode]:
        """Embed document name, headings, lead and text of each node."""
        embedder: Embedder = self.embedder
        vectors = embedder.embed([node_to_chunk(node).searchable_text for node in nodes])
        for node, vector in zip(nodes, vectors, strict=True):
            node.embedding = vector.tolist()
        return list(nodes)


def document_to_llama(document: Document, markup: Markup) -> LlamaDocument:
    """Our document as LlamaIndex's; nothing is lost."""
    return LlamaDocument(
        id_=document.id,
        text=document.text,
        metadata={
            "name": document.name,
            "source": document.source,
            "content_hash": document.content_hash,
            "url": document.url,
            "page_starts": list(document.page_starts),
            "markup": markup,
        },
    )


def llama_to_document(node: BaseNode) -> tuple[Document, Markup]:
    """Any LlamaIndex document as ours: metadata that another reader did not set gets a plain default."""
    values = node.metadata
    document = Document(
        id=node.node_id,
        name=values.get("name") or values.get("file_name") or node.node_id,
        source=values.get("source", ""),
        text=node.get_content(),
        content_hash=values.get("content_hash") or node.hash,
        url=values.get("url"),
        page_starts=tuple(values.get("page_starts", ())),
    )
    return document, "plain" if values.get("markup") == "plain" else "markdown"


def chunk_to_node(chunk: Chunk) -> TextNode:
    """A chunk as a node whose source is its document."""
    return TextNode(
        id_=chunk.id,
        text=chunk.text,
        start_char_idx=chunk.start,
        end_char_idx=chunk.end,
        metadata={
            "document_name": chunk.document_name,
            "source": chunk.source,
            "content_hash": chunk.content_hash,
            "ordinal": chunk.ordinal,
            "section": list(chunk.section),
            "page": chunk.page,
            "url": chunk.url,
            "lead": chunk.lead,
        },
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=chunk.document_id)},
    )


def node_to_chunk(node: BaseNode) -> Chunk:
    """The inverse of `chunk_to_node`. Raises TypeError for a node that is none of MarkdownChunker's."""
    if not isinstance(node, TextNode) or "ordinal" not in node.metadata or node.source_node is None:
        raise TypeError(f"{node.node_id} is a {type(node).__name__} that MarkdownChunker did not make")
    values = node.metadata
    return Chunk(
        document_id=node.source_node.node_id,
        document_name=values["document_name"],
        source=values["source"],
        content_hash=values["content_hash"],
        ordinal=values["ordinal"],
        text=node.text,
        start=node.start_char_idx or 0,
        end=node.end_char_idx or 0,
        section=tuple(values["section"]),
        page=values["page"],
        url=values["url"],
        lead=values["lead"],
    )
