"""Measure what an ingestion and the listing of documents cost at a number of chunks, with precomputed vectors.

    python -m benchmarks.ingestion_at_scale DOCUMENTS.jsonl.gz [--chunks 10000 100000] [--chunks-per-document 20]

The documents are made of the texts in the file (one JSON object with a `text` in each line), each of about
`--chunks-per-document` chunks. Vectors come from a table, so that the figures are those of everything but the model:
reading, parsing, chunking, BM25, writing. Each size is a process of its own. The table has

    the largest anonymous memory (RssAnon, sampled at every report of progress) less that before the run
    seconds of the first run, and of a second one over the unchanged folder
    milliseconds and peak of Python's own allocations of the listing of all records (what /ready, /v1/configuration and
    GET /v1/documents did before they had pages and counts), of a page of 1,000, and of the two counts
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.embedding.sentences import SentencePooling, Spans
from core.index import Bm25Encoder
from core.index.edge_store import EdgeStore
from core.permissions import EVERYTHING
from core.types import Vectors
from ingest.parse import parse
from ingest.progress import Progress
from ingest.run import Stages, fingerprint_of, ingest
from ingest.sources import sources_from_paths

_CHARACTERS_OF_CHUNK = 800
_CALLS = 5


class PrecomputedEmbedder:
    """An embedder that looks its vectors up in a table of random ones; a token is four characters."""

    name = "precomputed"
    dimension = 384
    max_tokens = 256
    sentence_pooling: SentencePooling = "late"

    def __init__(self) -> None:
        table = np.random.default_rng(0).standard_normal((4096, self.dimension), dtype=np.float32)
        self._table = table / np.linalg.norm(table, axis=1, keepdims=True)

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """See Embedder."""
        report(len(texts))
        vectors: Vectors = self._table[[zlib.crc32(text.encode()) % len(self._table) for text in texts]]
        return vectors

    def embed_units(
        self, texts: Sequence[str], spans: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        """See Embedder."""
        units = [self.embed([text[start:end] for start, end in of]) for text, of in zip(texts, spans, strict=True)]
        return self.embed(texts, report), units

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See Embedder."""
        return [len(text) // 4 for text in texts]

    def close(self) -> None:
        """See Embedder."""


def main() -> None:
    """Measure each size in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path)
    parser.add_argument("--chunks", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--chunks-per-document", type=int, default=20)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure is not None:
        print(json.dumps(_measured(arguments.documents, arguments.measure, arguments.chunks_per_document)))
        return
    given = [str(arguments.documents), "--chunks-per-document", str(arguments.chunks_per_document)]
    columns = [
        json.loads(
            subprocess.run(
                [sys.executable, "-m", "benchmarks.ingestion_at_scale", *given, "--measure", str(size)],
                stdout=subprocess.PIPE,
                check=True,
            ).stdout
        )
        for size in arguments.chunks
    ]
    table = Table("what", *(f"{column['chunks']:,} chunks" for column in columns))
    for name in columns[0]:
        table.add_row(name, *(f"{column[name]:,}" for column in columns))
    Console().print(table)


def _measured(documents: Path, chunks: int, chunks_per_document: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "documents"
        folder.mkdir()
        _write_documents(documents, folder, chunks, chunks_per_document)
        root = Path(scratch) / "index"
        root.mkdir()
        embedder, sparse = PrecomputedEmbedder(), Bm25Encoder("english")
        index = EdgeStore(root, fingerprint_of(embedder, sparse, "benchmark")).open()
        memory = _Memory()
        stages = Stages(parse, embedder, sparse)
        first = ingest(sources_from_paths([folder]), index, stages, memory.sample)
        kept = memory.now - memory.before
        second = ingest(sources_from_paths([folder]), index, stages, lambda _: None)
        assert (second.unchanged, second.chunks) == (first.created, 0)
        figures = {
            "chunks": first.chunks,
            "documents": first.created,
            "anonymous memory, largest, MB": round((memory.largest - memory.before) / 1e6, 1),
            "anonymous memory after the run, MB": round(kept / 1e6, 1),
            "first run, s": first.seconds,
            "unchanged run, s": second.seconds,
            "first to unchanged": round(first.seconds / second.seconds, 1),
        }
        view = index.visible_to(EVERYTHING)
        calls: dict[str, Callable[[], object]] = {
            "all records": view.records,
            "a page of 1,000": lambda: view.record_page(None, 1000),
            "counts": lambda: (_forget_counts(index), view.document_count(), view.chunk_count()),
        }
        for name, call in calls.items():
            figures[f"{name}, ms"], figures[f"{name}, MB"] = _cost(call)
        index.close()
        return figures


class _Memory:
    """The anonymous memory of this process, in bytes."""

    def __init__(self) -> None:
        self.before = self.largest = self.now

    @property
    def now(self) -> int:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("RssAnon:")[2].split()[0]) * 1024

    def sample(self, _: Progress) -> None:
        self.largest = max(self.largest, self.now)


def _forget_counts(index: Any) -> None:
    """Let the next count be asked of the engine, as after a write."""
    index._shard._counts.clear()


def _cost(call: Callable[[], object]) -> tuple[float, float]:
    """Return the median milliseconds of a call, and the peak of what it allocates in Python in MB."""
    seconds = []
    for _ in range(_CALLS):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(float(np.median(seconds)) * 1000, 2), round(peak / 1e6, 2)


def _write_documents(source: Path, folder: Path, chunks: int, chunks_per_document: int) -> None:
    """Write documents of about so many chunks; each has a line of its own, so that no two are the same."""
    texts = _paragraphs(source)
    for number in range(max(1, chunks // chunks_per_document)):
        text = f"# Document {number}\n\n"
        while len(text) < chunks_per_document * _CHARACTERS_OF_CHUNK:
            text += f"{next(texts)}\n\n"
        (folder / f"{number:06}.md").write_text(text, encoding="utf-8")


def _paragraphs(source: Path) -> Iterator[str]:
    """Yield paragraphs of the source's texts, over and over, of a chunk's length at most."""
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        found = [part for line in lines for part in json.loads(line)["text"].split("\n") if len(part) > 40]
    yield from cycle(part[:_CHARACTERS_OF_CHUNK] for part in found)


if __name__ == "__main__":
    main()
