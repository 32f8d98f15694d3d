"""The chunker and the embedder as parts of any LlamaIndex pipeline."""

from __future__ import annotations

import asyncio
import hashlib
import pickle
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.ingestion import DocstoreStrategy, IngestionCache, IngestionPipeline
from llama_index.core.ingestion.pipeline import get_transformation_hash
from llama_index.core.schema import BaseNode, MetadataMode, NodeRelationship, TextNode, TransformComponent
from llama_index.core.schema import Document as LlamaDocument
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.vector_stores import SimpleVectorStore
from pydantic import ValidationError

from core.embedding.bundled import bundled_embedder
from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.types import Document, Vectors
from ingest.blocks import split_blocks
from ingest.chunk import CHUNKER_VERSION, ChunkSize, chunk_document
from ingest.llama_index import GroundworkChunker, GroundworkEmbedding
from testing.hash_embedder import HashEmbedder

PAGE = "# Leave\n\nThirty days a year.\n\n| Week | Pay |\n|---|---|\n| 1 | full |\n\n## Sick\n\nCall in   early.\n"


class CountingEmbedder(HashEmbedder):
    """Counts the texts that it embeds."""

    embedded = 0

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        self.embedded += len(texts)
        return super().embed(texts, report)


class LockedEmbedder(HashEmbedder):
    """Cannot be pickled, as an embedder with a loaded model."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


def page(text: str = PAGE, *, document_id: str = "leave.md", **metadata: Any) -> LlamaDocument:
    return LlamaDocument(text=text, id_=document_id, metadata=metadata)


def chunked(document: BaseNode, *, tokens: int = 200) -> list[BaseNode]:
    return GroundworkChunker(embedder=HashEmbedder(), tokens=tokens)([document])


def pipeline_of(embedder: HashEmbedder, **options: Any) -> IngestionPipeline:
    components: list[TransformComponent] = [
        GroundworkChunker(embedder=embedder),
        GroundworkEmbedding(embedder=embedder),
    ]
    return IngestionPipeline(transformations=components, **options)


def test_a_pipeline_makes_the_chunks_and_the_vectors_of_the_ingestion() -> None:
    embedder = HashEmbedder()

    nodes = pipeline_of(embedder).run(documents=[page()])

    content = hashlib.sha256(PAGE.encode()).hexdigest()
    document = Document(id="leave.md", name="Leave", source="", text=PAGE, content_hash=content)
    blocks = split_blocks(PAGE, markdown=True)
    chunks = list(chunk_document(document, blocks, embedder.count_tokens, ChunkSize()))
    assert [node.node_id for node in nodes] == [chunk.id for chunk in chunks]
    assert [node.get_content(MetadataMode.NONE) for node in nodes] == [chunk.text for chunk in chunks]
    expected = embedder.embed([chunk.searchable_text for chunk in chunks])
    assert np.allclose([node.get_embedding() for node in nodes], expected)


def test_a_node_is_a_slice_of_its_document_at_the_offsets_that_it_names() -> None:
    nodes = chunked(page())

    assert len(nodes) == 2
    for node in nodes:
        assert isinstance(node, TextNode)
        assert node.text == PAGE[node.start_char_idx : node.end_char_idx]
        assert (node.metadata["start"], node.metadata["end"]) == (node.start_char_idx, node.end_char_idx)


def test_headings_are_in_the_text_for_embedding_and_model_once_and_nothing_else_is() -> None:
    sick = chunked(page(author="Ann", file_path="/pages/leave.md"))[1]

    for mode in (MetadataMode.EMBED, MetadataMode.LLM):
        assert sick.get_content(mode) == "Leave > Sick\nCall in   early."
    assert sick.get_content(MetadataMode.NONE) == "Call in   early."
    assert sick.metadata["author"] == "Ann"


def test_the_header_of_a_split_table_is_in_the_text_for_embedding_and_model() -> None:
    rows = "".join(f"| {number} | full pay in week {number} |\n" for number in range(40))

    parts = chunked(page("# Pay\n\n| Week | Pay |\n|---|---|\n" + rows), tokens=50)

    assert len(parts) > 2
    assert parts[1].get_content(MetadataMode.EMBED).startswith("Pay\n| Week | Pay |\n|---|---|\n| ")
    assert "Week | Pay" not in parts[1].get_content(MetadataMode.NONE)


def test_nodes_know_their_document_and_their_neighbours() -> None:
    first, second = chunked(page())

    assert (first.ref_doc_id, second.ref_doc_id) == ("leave.md", "leave.md")
    assert first.prev_node is None
    assert first.next_node is not None
    assert first.next_node.node_id == second.node_id
    assert second.prev_node is not None
    assert second.prev_node.node_id == first.node_id
    assert second.next_node is None


def test_a_part_of_a_document_keeps_the_document_as_its_source() -> None:
    part = TextNode(text="Thirty days.", relationships={NodeRelationship.SOURCE: page().as_related_node_info()})

    (node,) = chunked(part)

    assert node.ref_doc_id == "leave.md"


@pytest.mark.parametrize(
    ("text", "metadata", "name"),
    [
        pytest.param(PAGE, {"title": "Time off", "file_name": "leave.md"}, "Time off", id="title"),
        pytest.param(PAGE, {"file_name": "leave.md"}, "Leave", id="heading"),
        pytest.param("Text.", {"file_name": "leave.md"}, "leave.md", id="file name"),
        pytest.param("Text.", {}, "document", id="nothing"),
    ],
)
def test_a_document_is_named_by_its_title_its_heading_or_its_file(text: str, metadata: Any, name: str) -> None:
    assert {node.metadata["document_name"] for node in chunked(page(text, **metadata))} == {name}


def test_plain_text_is_not_read_as_markdown() -> None:
    (node,) = chunked(page("# a comment\nx = 1\n", file_name="a.py", file_type="text/x-python"))

    assert node.get_content(MetadataMode.NONE) == "# a comment\nx = 1"


def test_metadata_has_the_place_of_the_passage() -> None:
    sick = chunked(page(url="https://example.org/leave", page=7))[1]

    fields = ("document_id", "document_name", "section", "page", "url")
    assert [sick.metadata[field] for field in fields] == ["leave.md", "Leave", "Sick", 7, "https://example.org/leave"]
    assert chunked(page())[0].metadata["page"] is None


def test_the_chunker_keeps_to_its_tokens() -> None:
    nodes = chunked(page(" ".join(f"word{number}" for number in range(100))), tokens=20)

    assert max(HashEmbedder().count_tokens([node.get_content(MetadataMode.NONE) for node in nodes])) <= 20


def test_nodes_survive_the_serialisation_of_a_document_store() -> None:
    node = chunked(page())[1]

    assert TextNode.from_dict(node.to_dict()) == node
    assert TextNode.from_json(node.to_json()) == node


def test_components_are_serialised_by_the_name_of_their_embedder() -> None:
    chunker = GroundworkChunker(embedder=HashEmbedder(32), tokens=50)

    assert chunker.to_dict() == {
        "embedder": {"name": "hash-embedder", "dimension": 32, "max_tokens": 256},
        "tokens": 50,
        "chunker_version": CHUNKER_VERSION,
        "class_name": "GroundworkChunker",
    }
    assert '"hash-embedder"' in GroundworkEmbedding(embedder=HashEmbedder(32)).to_json()


@pytest.mark.parametrize("kind", [GroundworkChunker, GroundworkEmbedding])
def test_a_component_is_made_again_from_what_it_was_saved_as(kind: Any) -> None:
    given = kind(embedder=HashEmbedder(32))

    assert kind.from_dict(given.to_dict(), embedder=HashEmbedder(32)).to_dict() == given.to_dict()
    assert kind.from_json(kind().to_json()).to_dict() == kind().to_dict()
    assert kind().embedder.name == bundled_embedder().name


def test_an_embedder_that_is_not_bundled_has_to_be_passed_again() -> None:
    saved = GroundworkChunker(embedder=HashEmbedder()).to_dict()

    with pytest.raises(ValidationError, match="the embedder 'hash-embedder' is saved by name only; pass it: embedder="):
        GroundworkChunker.from_dict(saved)


@pytest.mark.parametrize("kind", [GroundworkChunker, GroundworkEmbedding])
def test_what_is_no_embedder_is_refused(kind: Any) -> None:
    with pytest.raises(ValidationError, match=r"embedder is a str; it must be a core\.embedding\.Embedder"):
        kind(embedder="all-MiniLM-L6-v2")


def test_a_cache_distinguishes_settings() -> None:
    documents = [page()]
    components = [
        GroundworkChunker(embedder=HashEmbedder(32)),
        GroundworkChunker(embedder=HashEmbedder(64)),
        GroundworkChunker(embedder=HashEmbedder(32), tokens=50),
        GroundworkEmbedding(embedder=HashEmbedder(32)),
        GroundworkEmbedding(embedder=HashEmbedder(64)),
        GroundworkEmbedding(),
    ]

    assert len({get_transformation_hash(documents, each) for each in components}) == len(components)
    again = GroundworkChunker(embedder=HashEmbedder(32))
    assert get_transformation_hash(documents, again) == get_transformation_hash(documents, components[0])


def test_a_persisted_cache_saves_the_second_embedding(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    first = pipeline_of(embedder, cache=IngestionCache())
    nodes = first.run(documents=[page()])
    first.persist(str(tmp_path))
    second = pipeline_of(embedder)
    second.load(str(tmp_path))

    again = second.run(documents=[page()])

    assert embedder.embedded == 2
    assert list(again) == list(nodes)


@pytest.mark.parametrize("strategy", [DocstoreStrategy.UPSERTS, DocstoreStrategy.UPSERTS_AND_DELETE])
def test_a_document_store_and_a_vector_store_see_changes_and_removals(strategy: DocstoreStrategy) -> None:
    embedder = CountingEmbedder()
    store = SimpleVectorStore()
    pipeline = pipeline_of(
        embedder, docstore=SimpleDocumentStore(), vector_store=store, docstore_strategy=strategy, disable_cache=True
    )
    old, other = page("Thirty days.", document_id="a"), page("Call in.", document_id="b")
    pipeline.run(documents=[old, other])
    assert len(pipeline.run(documents=[old, other])) == 0
    assert embedder.embedded == 2

    pipeline.run(documents=[page("Forty days.", document_id="a")])

    assert embedder.embedded == 3
    left = sorted(store.data.text_id_to_ref_doc_id.values())
    assert left == (["a", "b"] if strategy == DocstoreStrategy.UPSERTS else ["a"])


def test_copies_with_paths_of_their_own_keep_their_sources_in_a_cached_pipeline() -> None:
    pipeline = pipeline_of(HashEmbedder())
    nodes = [
        node
        for name in ("a.md", "b.md")
        for node in pipeline.run(documents=[page("Thirty days.", document_id=name, file_path=name)])
    ]

    assert [node.ref_doc_id for node in nodes] == ["a.md", "b.md"]


def test_a_document_store_alone_leaves_out_duplicates() -> None:
    embedder = CountingEmbedder()
    pipeline = pipeline_of(embedder, docstore=SimpleDocumentStore(), docstore_strategy=DocstoreStrategy.DUPLICATES_ONLY)

    pipeline.run(documents=[page()])

    assert pipeline.run(documents=[page()]) == []
    assert embedder.embedded == 2


def test_an_asynchronous_pipeline_makes_the_same_nodes() -> None:
    nodes = asyncio.run(pipeline_of(HashEmbedder()).arun(documents=[page()]))

    assert list(nodes) == list(pipeline_of(HashEmbedder()).run(documents=[page()]))


def test_a_vector_store_index_is_made_and_asked_with_the_embedding() -> None:
    embedding = GroundworkEmbedding(embedder=HashEmbedder(256))
    documents = [page("Thirty days of leave.", document_id="leave"), page("Free parking.", document_id="parking")]
    index = VectorStoreIndex.from_documents(
        documents, transformations=[GroundworkChunker(embedder=HashEmbedder(256))], embed_model=embedding
    )

    (found,) = index.as_retriever(similarity_top_k=1).retrieve("parking")

    assert found.node.ref_doc_id == "parking"
    assert embedding.get_query_embedding("parking") == asyncio.run(embedding.aget_text_embedding("parking"))
    assert embedding.model_name == "hash-embedder"


def test_components_can_be_sent_to_the_workers_of_a_pipeline() -> None:
    for component in (GroundworkChunker(tokens=50), GroundworkEmbedding(embedder=HashEmbedder(32))):
        assert pickle.loads(pickle.dumps(component)).to_dict() == component.to_dict()


def test_an_embedder_that_cannot_be_sent_to_workers_is_named() -> None:
    with pytest.raises(TypeError, match=r"'hash-embedder' cannot be pickled\. Leave num_workers out"):
        pickle.dumps(GroundworkChunker(embedder=LockedEmbedder()))
