"""The stages as parts of anybody's LlamaIndex pipeline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import Document as LlamaDocument
from llama_index.core.schema import TextNode

from ingest.chunk import ChunkSize, chunk_document
from ingest.llama_index import (
    DenseEmbedding,
    MarkdownChunker,
    chunk_to_node,
    document_to_llama,
    llama_to_document,
    node_to_chunk,
)
from testing.builders import chunk_of, document_of
from testing.hash_embedder import HashEmbedder

PAGE = "# Leave\n\nThirty days a year.\n\n| Week | Pay |\n|---|---|\n| 1 | full |\n\n## Sick\n\nCall in.\n"
DOCUMENT = replace(document_of(PAGE), url="https://example.org/leave", page_starts=(0, 9))


def test_the_parts_work_in_a_llama_index_pipeline() -> None:
    embedder = HashEmbedder()
    pipeline = IngestionPipeline(
        transformations=[MarkdownChunker(embedder=embedder), DenseEmbedding(embedder=embedder)]
    )

    nodes = pipeline.run(documents=[document_to_llama(DOCUMENT, "markdown")])

    chunks = [node_to_chunk(node) for node in nodes]
    assert chunks == chunk_document(DOCUMENT, "markdown", embedder.count_tokens, ChunkSize(200, 254))
    assert [node.node_id for node in nodes] == [chunk.id for chunk in chunks]
    expected = embedder.embed([chunk.searchable_text for chunk in chunks])
    assert np.allclose([node.get_embedding() for node in nodes], expected)


def test_a_document_of_another_reader_gets_plain_defaults() -> None:
    node = LlamaDocument(text="# Title\n\nText.", id_="42", metadata={"file_name": "notes.md"})

    (chunk,) = (node_to_chunk(made) for made in MarkdownChunker(embedder=HashEmbedder())([node]))

    assert (chunk.document_id, chunk.document_name, chunk.source, chunk.text) == ("42", "notes.md", "", "Text.")
    assert chunk.section == ("Title",)
    assert chunk.content_hash


def test_the_chunker_keeps_to_the_tokens_that_it_is_given() -> None:
    node = LlamaDocument(text=" ".join(f"word{number}" for number in range(100)))

    made = MarkdownChunker(embedder=HashEmbedder(), tokens=20)([node])

    assert max(HashEmbedder().count_tokens([node_to_chunk(node).text for node in made])) <= 20


@pytest.mark.parametrize("markup", ["markdown", "plain"])
def test_a_document_comes_back_from_llama_index_as_it_went(markup: str) -> None:
    went = (DOCUMENT, "plain" if markup == "plain" else "markdown")

    assert llama_to_document(document_to_llama(*went)) == went  # type: ignore[arg-type]


def test_a_chunk_comes_back_from_its_node_as_it_went() -> None:
    chunk = replace(chunk_of("a.md", "Text.", ordinal=3), section=("A", "B"), page=2, url="https://x.org", lead="| a |")

    node = chunk_to_node(chunk)

    assert node_to_chunk(node) == chunk
    assert node_to_chunk(TextNode.from_json(node.to_json())) == chunk


def test_a_node_that_another_splitter_made_is_refused() -> None:
    with pytest.raises(TypeError, match="is a TextNode that MarkdownChunker did not make"):
        node_to_chunk(TextNode(text="Text."))
