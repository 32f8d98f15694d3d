"""Measure what an ingestion and the listing of documents cost at a number of chunks, with precomputed vectors.

    python -m benchmarks.ingestion_at_scale DOCUMENTS.jsonl.gz [--chunks 10000 100000] [--chunks-per-document 20]
        [--one-process]

The documents are made of the texts in the file (one JSON object with a `text` in each line), each of about
`--chunks-per-document` chunks. Vectors come from a table, so that the figures are those of everything but the model:
reading, parsing, chunking, BM25, writing. Each size is a process of its own. The table has

    the largest anonymous memory (RssAnon, sampled at every report of progress) of the ingestion's own process, which a
    service starts (`ingest/process.py`), and of the one that has the index open; with `--one-process` both are one, as
    in `groundwork ingest` without a service, and the first of the two rows is 0
    seconds of the first run, and of a second one over the unchanged folder
    milliseconds and peak of Python's own allocations of the listing of all records (what /ready, /v1/configuration and
    GET /v1/documents did before they had pages and counts), of a page of 1,000, and of the two counts
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.embedding.sentences import SentencePooling, Spans
from core.index import Bm25Encoder
from core.index.edge.store import EdgeStore
from core.index.protocol import IndexView
from core.permissions import EVERYTHING
from core.types import Vectors
from ingest.parse import parse
from ingest.process import IngestionHere, IngestionProcess, Workshop
from ingest.progress import Progress
from ingest.run import Stages, fingerprint_of
from ingest.sources import sources_from_paths
from testing.builders import REPOSITORY

_CHARACTERS_OF_CHUNK = 800
_CALLS = 5
_MEASURE = """
import json, pathlib, sys
from benchmarks.ingestion_at_scale import measure
documents, chunks, chunks_per_document, one_process = sys.argv[1:]
figures = measure(
    pathlib.Path(documents), int(chunks), int(chunks_per_document), one_process=one_process == "True"
)
print(json.dumps(figures))
"""


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
    parser.add_argument("--one-process", action="store_true", help="ingest in the process that has the index open")
    arguments = parser.parse_args()
    columns = [
        json.loads(
            subprocess.run(
                # Not as a main program: the ingestion's process imports the embedder from this module.
                [
                    *(sys.executable, "-c", _MEASURE, arguments.documents, str(size)),
                    *(str(arguments.chunks_per_document), str(arguments.one_process)),
                ],
                stdout=subprocess.PIPE,
                check=True,
                env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            ).stdout
        )
        for size in arguments.chunks
    ]
    table = Table("what", *(f"{column['chunks']:,} chunks" for column in columns))
    for name in columns[0]:
        table.add_row(name, *(f"{column[name]:,}" for column in columns))
    Console().print(table)


def measure(documents: Path, chunks: int, chunks_per_document: int, *, one_process: bool = False) -> dict[str, Any]:
    """Return the figures of one size by their names."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "documents"
        folder.mkdir()
        _write_documents(documents, folder, chunks, chunks_per_document)
        root = Path(scratch) / "index"
        root.mkdir()
        embedder, sparse = PrecomputedEmbedder(), Bm25Encoder("english")
        index = EdgeStore(root, fingerprint_of(embedder, sparse, "benchmark")).open()
        before, memory = _anonymous(os.getpid()), _Memory()
        here, apart = Stages(parse, embedder, sparse), Workshop(precomputed_embedder, "english", parse)
        with closing(IngestionHere(here) if one_process else IngestionProcess(apart)) as ingestion:
            first = ingestion.ingest(sources_from_paths([folder]), index, memory.sample)
            second = ingestion.ingest(sources_from_paths([folder]), index, lambda _: None)
        assert (second.unchanged, second.chunks) == (first.created, 0)
        figures = {
            "chunks": first.chunks,
            "documents": first.created,
            "anonymous memory of the ingestion, MB": round(memory.of_ingestion / 1e6, 1),
            "of the process with the index, MB": round(memory.of_index / 1e6, 1),
            "the same before the run, MB": round(before / 1e6, 1),
            "index on disk, MB": round(sum(file.stat().st_blocks * 512 for file in root.rglob("*")) / 1e6, 1),
            "first run, s": first.seconds,
            "unchanged run, s": second.seconds,
            "first to unchanged": round(first.seconds / second.seconds, 1),
        }
        view = index.visible_to(EVERYTHING)
        calls: dict[str, Callable[[], object]] = {
            "all records": view.records,
            "a page of 1,000": lambda: view.record_page(None, 1000),
            "counts": lambda: _counted(index, view),
        }
        for name, call in calls.items():
            figures[f"{name}, ms"], figures[f"{name}, MB"] = _cost(call)
        index.close()
        return figures


def precomputed_embedder(_: int) -> PrecomputedEmbedder:
    """Return the embedder, in the ingestion's process."""
    return PrecomputedEmbedder()


class _Memory:
    """The largest anonymous memory of this process and of the children that it starts from now on, in bytes."""

    def __init__(self) -> None:
        self.of_index = self.of_ingestion = 0
        self._others = _children()

    def sample(self, _: Progress) -> None:
        """Look once. The parser's process is a child of the ingestion's and is not counted."""
        self.of_index = max(self.of_index, _anonymous(os.getpid()))
        for pid in _children() - self._others:
            self.of_ingestion = max(self.of_ingestion, _anonymous(pid))


def _children() -> set[int]:
    """Return the process numbers of this process's children."""
    lists = Path("/proc/self/task").glob("*/children")
    return {int(pid) for children in lists for pid in children.read_text(encoding="ascii").split()}


def _anonymous(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024


def _counted(index: Any, view: IndexView) -> tuple[int, int]:
    """Ask the engine for the counts, as the first request after a write does."""
    index._shard._counts.clear()
    return view.document_count(), view.chunk_count()


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
