"""Build values for tests in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.domain import Domain, load_domain
from core.embedding import Embedder
from core.index import Bm25Encoder, Fingerprint
from core.types import (
    Chunk,
    Document,
    DocumentRecord,
    EmbeddedChunk,
    HybridQuery,
    SearchFilter,
)
from ingest.parse import parse
from ingest.progress import Progress
from ingest.run import Stages, fingerprint_of
from ingest.units import sentence_units
from testing.hash_embedder import HashEmbedder

REPOSITORY = Path(__file__).resolve().parents[1]
"""The root of the checkout, in which commands are started."""


def hash_stages(embedder: Embedder | None = None) -> Stages:
    """Return the real parser and the real BM25 encoder, with an embedder that needs no model."""
    return Stages(parse=parse, embedder=embedder or HashEmbedder(), sparse=Bm25Encoder("english"))


def hash_fingerprint() -> Fingerprint:
    """Return the fingerprint of an index made with `hash_stages`."""
    stages = hash_stages()
    return fingerprint_of(stages.embedder, stages.sparse, "handbook")


def domain_with(folder: Path, toml: str) -> Domain:
    """Write a domain of the least that it must have and these lines; return it as it is loaded."""
    least = 'name = "support"\ntitle = "Support"\nrefusal = "Not found."\n'
    (folder / "domain.toml").write_text(least + toml, encoding="utf-8")
    (folder / "prompts").mkdir(exist_ok=True)
    (folder / "prompts" / "system.md").write_text("Without an answer you reply: {refusal}\n", encoding="utf-8")
    return load_domain(folder)


def no_progress(_: Progress) -> None:
    """Ignore the progress of a run."""


def chunk_of(document_id: str, text: str, *, ordinal: int = 0, source: str = "handbook", content: str = "v1") -> Chunk:
    """Return a chunk that is its whole document."""
    return Chunk(
        document_id=document_id,
        document_name=Path(document_id).stem,
        source=source,
        content_hash=content,
        ordinal=ordinal,
        text=text,
        start=0,
        end=len(text),
        sentences=sentence_units(text),
    )


def embed(chunks: Sequence[Chunk]) -> list[EmbeddedChunk]:
    """Return the chunks with all of their vectors, as the ingestion makes them."""
    stages = hash_stages()
    searchable = [chunk.searchable_sentences for chunk in chunks]
    texts = [text for text, _ in searchable]
    dense, sentences = stages.embedder.embed_units(texts, [spans for _, spans in searchable])
    return [
        EmbeddedChunk(chunk, vector, stages.sparse.document(text), of_units)
        for chunk, text, vector, of_units in zip(chunks, texts, dense, sentences, strict=True)
    ]


def query_of(
    text: str,
    *,
    candidates: int = 50,
    rrf_k: int = 2,
    only: SearchFilter | None = None,
    words: str | None = None,
    by_sentences: bool = False,
) -> HybridQuery:
    """Return the dense and sparse query of a text; `words`, when given, replace the text for BM25."""
    stages = hash_stages()
    return HybridQuery(
        dense=stages.embedder.embed([text])[0],
        sparse=stages.sparse.query(text if words is None else words),
        candidates=candidates,
        rrf_k=rrf_k,
        filter=only or SearchFilter(),
        by_sentences=by_sentences,
    )


def document_of(text: str, *, document_id: str = "page.md", name: str = "Page", content: str = "v1") -> Document:
    """Return a parsed document."""
    return Document(id=document_id, name=name, source="handbook", text=text, content_hash=content)


def record_of(document: Document, *, complete: bool = True, chunks: int = 1) -> DocumentRecord:
    """Return the record of a document in the index."""
    return DocumentRecord(
        id=document.id,
        name=document.name,
        source=document.source,
        content_hash=document.content_hash,
        chunks=chunks,
        characters=len(document.text),
        complete=complete,
        url=document.url,
        groups=document.groups,
    )
