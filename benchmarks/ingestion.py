"""Measure how fast a folder is ingested, and how fast the index is searched.

    python -m benchmarks.ingestion FOLDER [--queries 200]

It prints documents and chunks per second, the ratio to sentence-transformers' own `encode` on the same texts in the
same run (the loop that a user would write instead), and p50 and p95 of POST /v1/search on a real service over loopback.
The queries are the headings of the documents, each sent once.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from core.domain import load_domain
from core.embedding.bundled import bundled_embedder
from core.embedding.weights import bundled_model_path
from core.index import Bm25Encoder
from core.index.edge_store import EdgeStore
from core.types import Chunk
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
        report, headings, texts, parse_seconds = _ingest(arguments.folder, Path(scratch))
        ratio, own, theirs = _against_sentence_transformers(texts)
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
    table.add_row(f"/v1/search p50 of {len(latencies)}", f"{np.percentile(latencies, 50):.1f} ms")
    table.add_row("/v1/search p95", f"{np.percentile(latencies, 95):.1f} ms")
    Console().print(table)


def _ingest(folder: Path, scratch: Path) -> tuple[IngestReport, list[str], list[str], float]:
    embedder, sparse = bundled_embedder(), Bm25Encoder("english")
    embedder.embed(["loaded before the measurement starts"])
    root = scratch / "index"
    root.mkdir()
    index = EdgeStore(root, fingerprint_of(embedder, sparse, load_domain(_DOMAIN).identity)).open()
    report = ingest(sources_from_paths([folder]), index, Stages(parse, embedder, sparse), lambda _: None)
    began = time.perf_counter()
    chunks: list[Chunk] = []
    for record in index.records():
        document = index.document(record.id)
        if document is not None:
            blocks = parse((folder / record.id).read_bytes(), record.id).blocks
            chunks += chunk_document(document, blocks, embedder.count_tokens, ChunkSize())
    parse_seconds = time.perf_counter() - began
    index.close()
    headings = sorted({chunk.section[-1] for chunk in chunks if chunk.section})
    return report, headings, [chunk.searchable_text for chunk in chunks], parse_seconds


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
