"""Measure how fast a folder is ingested, and how fast the index is searched.

    python -m benchmarks.ingestion FOLDER [--queries 200]

It prints documents and chunks per second, the ratio to sentence-transformers' own `encode` on the same texts in the
same run (the loop that a user would write instead), what the vectors of sentence units add to processor time and to the
index (against the same ingestion with a single unit for each chunk), and p50 and p95 of POST /v1/search on a real
service over loopback. The queries are the headings of the documents, each sent once.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from core.domain import load_domain
from core.embedding import Embedder
from core.embedding.bundled import BundledEmbedder, bundled_embedder
from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.embedding.sentences import SentencePooling, Spans
from core.embedding.weights import bundled_model_path
from core.index import Bm25Encoder
from core.index.edge.store import EdgeStore
from core.permissions import EVERYTHING
from core.types import Chunk, Vectors
from ingest.chunk import ChunkSize, chunk_document
from ingest.parse import parse
from ingest.report import IngestReport
from ingest.run import Stages, fingerprint_of, ingest
from ingest.sources import sources_from_paths
from testing.builders import REPOSITORY
from testing.processes import environment, serving

_DOMAIN = REPOSITORY / "domains" / "documents"
"""The neutral domain: the folder that is measured can be any."""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--queries", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report, chunks, parse_seconds = _ingest(arguments.folder, Path(scratch) / "index", bundled_embedder())
        plain, *_ = _ingest(arguments.folder, Path(scratch) / "plain", _OneUnit(bundled_embedder()))
        sizes = [_size_of(Path(scratch) / name) for name in ("index", "plain")]
        ratio, own, theirs = _against_sentence_transformers([chunk.searchable_text for chunk in chunks])
        units_ratio = _against_embedding_without_units(chunks)
        headings = sorted({chunk.section[-1] for chunk in chunks if chunk.section})
        queries = random.Random(0).sample(headings, min(arguments.queries, len(headings)))
        latencies = np.array(_search(Path(scratch), queries))
    table = Table("what", "figure", title=str(arguments.folder.name))
    documents = report.created
    table.add_row("documents read", str(documents))
    table.add_row("not read", f"{len(report.failed)} failed, {len(report.skipped)} skipped")
    table.add_row("chunks", str(report.chunks))
    table.add_row("ingestion, embedder loaded", f"{report.seconds:.1f} s")
    table.add_row("documents per second", f"{documents / report.seconds:.1f}")
    table.add_row("chunks per second", f"{report.chunks / report.seconds:.1f}")
    table.add_row("of which parsing and chunking", f"{parse_seconds:.1f} s")
    table.add_row("embedding alone, chunks per second", f"{own:.1f}")
    table.add_row("sentence-transformers encode, chunks per second", f"{theirs:.1f}")
    table.add_row("ratio", f"{ratio:.2f}")
    units = sum(len(chunk.sentences) for chunk in chunks)
    table.add_row("sentence units of a chunk", f"{units / len(chunks):.1f}")
    table.add_row("processor time of embedding, with them to without", f"{units_ratio:.2f}")
    table.add_row("ingestion, with them to without", f"{report.seconds / plain.seconds:.2f}")
    table.add_row("index, MB", f"{sizes[0] / 1e6:.0f}")
    table.add_row("index with one unit a chunk, MB", f"{sizes[1] / 1e6:.0f}")
    table.add_row("kB of a sentence unit", f"{(sizes[0] - sizes[1]) / 1e3 / (units - len(chunks)):.2f}")
    table.add_row(f"/v1/search p50 of {len(latencies)}", f"{np.percentile(latencies, 50):.1f} ms")
    table.add_row("/v1/search p95", f"{np.percentile(latencies, 95):.1f} ms")
    Console().print(table)


class _OneUnit:
    """An embedder for an ingestion without sentence vectors: the only unit of a chunk gets the chunk's own vector."""

    def __init__(self, embedder: BundledEmbedder) -> None:
        self._embedder = embedder
        self.name, self.dimension, self.max_tokens = embedder.name, embedder.dimension, embedder.max_tokens
        self.sentence_pooling: SentencePooling = "late"
        self.embed, self.count_tokens, self.close = embedder.embed, embedder.count_tokens, embedder.close

    def embed_units(
        self, texts: Sequence[str], _: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        """Return the vectors of the texts twice."""
        vectors = self.embed(texts, report)
        return vectors, list(vectors[:, None])


def _ingest(folder: Path, root: Path, embedder: Embedder) -> tuple[IngestReport, list[Chunk], float]:
    sparse = Bm25Encoder("english")
    # Loaded before the measurement starts, both runtimes.
    embedder.embed(["words " * 50_000])
    embedder.embed(["words"])
    root.mkdir()
    index = EdgeStore(root, fingerprint_of(embedder, sparse, load_domain(_DOMAIN).identity)).open()
    report = ingest(sources_from_paths([folder]), index, Stages(parse, embedder, sparse), lambda _: None)
    began = time.perf_counter()
    chunks: list[Chunk] = []
    for record in index.records():
        document = index.visible_to(EVERYTHING).document(record.id)
        if document is not None:
            blocks = parse((folder / record.id).read_bytes(), record.id).blocks
            chunks += chunk_document(document, blocks, embedder.count_tokens, ChunkSize())
    parse_seconds = time.perf_counter() - began
    index.close()
    return report, chunks, parse_seconds


def _against_embedding_without_units(chunks: list[Chunk]) -> float:
    """Embed the same 512 chunks with and without their units, alternating, three times.

    Returns the median of the ratios of processor time.
    """
    sample = random.Random(2).sample(chunks, min(512, len(chunks)))
    embedder = bundled_embedder()

    def with_units() -> None:
        texts, spans = zip(*(chunk.searchable_sentences for chunk in sample), strict=True)
        embedder.embed_units(texts, spans)

    def without() -> None:
        embedder.embed([chunk.searchable_text for chunk in sample])

    embedder.embed(["words " * 50_000])
    return float(np.median([_processor_seconds(with_units) / _processor_seconds(without) for _ in range(3)]))


def _processor_seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _size_of(folder: Path) -> int:
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())


def _against_sentence_transformers(texts: list[str]) -> tuple[float, float, float]:
    """Embed the same 512 texts with both, alternating, three times.

    Returns the medians of the ratio, of our chunks per second and of theirs.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    sample = random.Random(1).sample(texts, min(512, len(texts)))
    embedder = bundled_embedder()
    embedder.embed(sample[:1])
    peer = SentenceTransformer(str(bundled_model_path()), device="cpu")

    def theirs() -> None:
        torch.set_num_threads(os.cpu_count() or 1)
        peer.encode(sample, normalize_embeddings=True, show_progress_bar=False)
        torch.set_num_threads(1)

    pairs = [(_rate(lambda: embedder.embed(sample), len(sample)), _rate(theirs, len(sample))) for _ in range(3)]
    return (
        float(np.median([own / other for own, other in pairs])),
        float(np.median([own for own, _ in pairs])),
        float(np.median([other for _, other in pairs])),
    )


def _rate(work: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def _search(scratch: Path, queries: list[str]) -> list[float]:
    """Return the milliseconds of each search over one connection."""
    latencies = []
    env = environment(scratch, _DOMAIN)
    with serving(env, scratch / "serve.log") as service, service.client() as client:
        client.post("/v1/search", json={"query": "warm", "top_k": 10}).raise_for_status()
        for query in queries:
            began = time.perf_counter()
            client.post("/v1/search", json={"query": query, "top_k": 10}).raise_for_status()
            latencies.append((time.perf_counter() - began) * 1000)
    return latencies


if __name__ == "__main__":
    main()
