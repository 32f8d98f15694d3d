"""Measure the ingestion against LlamaIndex's pipeline with a Hugging Face embedding, and the types of the vectors.

    pip install llama-index-embeddings-huggingface
    python -m benchmarks.ingestion_peers FOLDER [--documents 60] [--rounds 5] [--float32]
    python -m benchmarks.ingestion_peers --quality DATA_FOLDER

FOLDER is ingested in turns, round after round, by

    groundwork ingest      parsing, chunking, vectors of chunks and sentences, BM25, writing into an index
    groundwork components  its chunker and its embedding in LlamaIndex's `IngestionPipeline`
    LlamaIndex             `IngestionPipeline` with `SentenceSplitter` and `HuggingFaceEmbedding` at their defaults
    LlamaIndex, 200        the same with chunks of 200 tokens, the size of ours

all with the bundled model. A chunk of LlamaIndex's default size has up to 1,024 tokens, of which the model reads the
first 256, so that the table also has the tokens that were read in a second and the share of the text that was read.
The interval of a ratio is that of the mean of its logarithm over the rounds, Student's t at 95%.

With `--float32` ours computes as on a processor without bfloat16. To limit the libraries to AVX2 as well, for both
sides: OPENBLAS_CORETYPE=Haswell ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2 ATEN_CPU_CAPABILITY=avx2.

With `--quality`, up to 1,000 files of three question sets (`benchmarks/retrieval/sets.py`) are embedded in the type
that this processor ingests with and in float32; the table has the cosines of the vectors, and nDCG@10 of the ranking by
cosine with both.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core import Document as LlamaDocument
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import MetadataMode
from rich.console import Console
from rich.table import Table

from benchmarks.retrieval.sets import LOADERS
from core.domain import load_domain
from core.embedding import Embedder
from core.embedding.bundled import BundledEmbedder, bundled_embedder
from core.embedding.weights import MAX_TOKENS, bundled_model_path
from core.index import Bm25Encoder
from core.index.edge.store import EdgeStore
from core.processor import computes_bfloat16, processor_flags
from core.text import search_form
from core.types import Document, Vectors
from evals.external import ranking
from ingest.chunk import ChunkSize, chunk_document
from ingest.llama_index import GroundworkChunker, GroundworkEmbedding
from ingest.parse import parse
from ingest.run import Stages, fingerprint_of, ingest
from ingest.sources import sources_from_paths
from testing.builders import REPOSITORY

_DOMAIN = REPOSITORY / "domains" / "documents"
_SETS = ("scifact", "anthropic_docs", "contoso")
_MOST_FILES = 1000
"""Of a set: those that a question is about, and others. The difference of two types needs no more."""
_STUDENT = {2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}
"""The 97.5% quantile of Student's t by the degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one way made of the documents once. `tokens` are those that the model read."""

    chunks: int
    tokens: int
    seconds: float


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=60, help="read so many of the folder, evenly over their names")
    parser.add_argument("--rounds", type=int, default=5, help="3 to 10")
    parser.add_argument("--float32", action="store_true", help="as on a processor without bfloat16")
    parser.add_argument("--quality", action="store_true", help="FOLDER has the question sets: compare the vectors")
    arguments = parser.parse_args()
    bfloat16 = computes_bfloat16(processor_flags())
    print(f"{_processor()}, {os.cpu_count()} cores, bfloat16 {'in hardware' if bfloat16 else 'not in hardware'}")
    if arguments.quality:
        _print_quality(arguments.folder)
    else:
        embedder = BundledEmbedder(None) if arguments.float32 else bundled_embedder()
        _print_speed(_chosen(arguments.folder, arguments.documents), arguments.rounds, embedder)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processor")


def _chosen(folder: Path, count: int) -> list[Path]:
    found = sorted(file for file in folder.rglob("*.md") if file.stat().st_size > 1000)
    return [found[place * len(found) // count] for place in range(min(count, len(found)))] if found else []


def _print_speed(files: Sequence[Path], rounds: int, embedder: BundledEmbedder) -> None:
    texts = {file.name: parse(file.read_bytes(), file.name).text for file in files}
    ways: dict[str, Callable[[], Run]] = {
        "groundwork ingest": partial(_ingested, files, embedder),
        "groundwork components": partial(
            _pipeline, texts, embedder, GroundworkChunker(embedder=embedder), GroundworkEmbedding(embedder=embedder)
        ),
        "LlamaIndex": partial(_pipeline, texts, embedder, SentenceSplitter(), _hugging_face()),
        "LlamaIndex, 200": partial(
            _pipeline, texts, embedder, SentenceSplitter(chunk_size=200, chunk_overlap=20), _hugging_face()
        ),
    }
    for run in ways.values():
        run()  # The first run of each loads and compiles; it is not counted.
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, run in ways.items():
            runs[name].append(run())
            print(f"round {number + 1}, {name}: {runs[name][-1]}", flush=True)
    length = sum(embedder.count_tokens(list(texts.values())))
    table = Table("", "chunks", "chunks/s", "tokens/s", "text read", "s", title=f"{len(texts)} documents")
    for name, made in runs.items():
        seconds = float(np.median([run.seconds for run in made]))
        first = made[0]
        table.add_row(
            *(name, f"{first.chunks:,}", f"{first.chunks / seconds:.1f}", f"{first.tokens / seconds:,.0f}"),
            *(f"{min(1.0, first.tokens / length):.0%}", f"{seconds:.1f}"),
        )
    console = Console()
    console.print(table)
    for own in ("groundwork ingest", "groundwork components"):
        for peer in ("LlamaIndex", "LlamaIndex, 200"):
            ratios = [_rate(one) / _rate(other) for one, other in zip(runs[own], runs[peer], strict=True)]
            middle, low, high = _interval(ratios)
            console.print(f"chunks/s of {own} to {peer}: {middle:.2f} ({low:.2f} to {high:.2f})")


def _rate(run: Run) -> float:
    return run.chunks / run.seconds


def _interval(ratios: Sequence[float]) -> tuple[float, float, float]:
    """Return the geometric mean of ratios with its 95% interval."""
    logs = np.log(ratios)
    half = _STUDENT[len(ratios) - 1] * logs.std(ddof=1) / np.sqrt(len(ratios))
    middle, low, high = np.exp([logs.mean(), logs.mean() - half, logs.mean() + half]).tolist()
    return middle, low, high


def _ingested(files: Sequence[Path], embedder: BundledEmbedder) -> Run:
    """Ingest copies of the files into a new index."""
    sparse = Bm25Encoder("english")
    with tempfile.TemporaryDirectory() as scratch:
        folder, root = Path(scratch) / "documents", Path(scratch) / "index"
        folder.mkdir()
        root.mkdir()
        for file in files:
            (folder / file.name).write_bytes(file.read_bytes())
        index = EdgeStore(root, fingerprint_of(embedder, sparse, load_domain(_DOMAIN).identity)).open()
        counted = _Counted(embedder)
        report = ingest(sources_from_paths([folder]), index, Stages(parse, counted, sparse), lambda _: None)
        index.close()
    return Run(report.chunks, counted.tokens(), report.seconds)


class _Counted(BundledEmbedder):
    """The embedder, which remembers the texts of chunks: their tokens are counted when the clock does not run."""

    def __init__(self, embedder: BundledEmbedder) -> None:
        self._embedder = embedder
        self._texts: list[str] = []
        self.embed, self.count_tokens = embedder.embed, embedder.count_tokens  # type: ignore[method-assign]

    def embed_units(self, texts: Sequence[str], *others: Any) -> tuple[Vectors, list[Vectors]]:
        """See Embedder."""
        self._texts += texts
        return self._embedder.embed_units(texts, *others)

    def tokens(self) -> int:
        """Return how many tokens the model read."""
        return _read(self._embedder, self._texts)


def _read(embedder: Embedder, texts: Sequence[str]) -> int:
    return sum(min(MAX_TOKENS, count) for count in embedder.count_tokens(texts))


def _hugging_face() -> Any:
    module = import_module("llama_index.embeddings.huggingface")
    return module.HuggingFaceEmbedding(model_name=str(bundled_model_path()), device="cpu")


def _pipeline(texts: dict[str, str], embedder: Embedder, splitter: Any, embedding: Any) -> Run:
    """Run LlamaIndex's pipeline. torch gets all processors for the peer, as it would have by itself."""
    import torch

    documents = [LlamaDocument(text=text, id_=name) for name, text in texts.items()]
    pipeline = IngestionPipeline(transformations=[splitter, embedding], disable_cache=True)
    torch.set_num_threads(1 if isinstance(embedding, GroundworkEmbedding) else os.cpu_count() or 1)
    try:
        began = time.perf_counter()
        nodes = pipeline.run(documents=documents)
        seconds = time.perf_counter() - began
    finally:
        torch.set_num_threads(1)
    return Run(len(nodes), _read(embedder, [node.get_content(MetadataMode.EMBED) for node in nodes]), seconds)


def _print_quality(data: Path) -> None:
    """Compare the vectors of the type that this processor ingests with to those of NumPy in float32."""
    fast, exact = bundled_embedder(), BundledEmbedder(None)
    table = Table("set", "chunks", "questions", "least cosine", "mean", "nDCG@10 float32", "as ingested", "difference")
    for name in _SETS:
        texts, owners, questions = _texts_of(name, data, exact)
        own, reference = fast.embed(texts), exact.embed(texts)
        cosines = np.einsum("ij,ij->i", own, reference)
        asked = exact.embed([search_form(text) for text, _ in questions])
        gold = [wanted for _, wanted in questions]
        scores = [_ndcg(asked, vectors, owners, gold) for vectors in (reference, own)]
        table.add_row(
            *(name, f"{len(texts):,}", str(len(questions)), f"{cosines.min():.5f}", f"{cosines.mean():.5f}"),
            *(f"{scores[0]:.4f}", f"{scores[1]:.4f}", f"{scores[1] - scores[0]:+.4f}"),
        )
    Console().print(table)


def _texts_of(
    name: str, data: Path, embedder: Embedder
) -> tuple[list[str], list[str], list[tuple[str, dict[str, int]]]]:
    """Return the texts of a set's chunks, the file of each, and the questions with their relevant files."""
    loaded = LOADERS[name](data)
    texts: list[str] = []
    owners: list[str] = []
    wanted = {name for one in loaded.questions for name in one.gold}
    for file in sorted(loaded.files, key=lambda one: one.name not in wanted)[:_MOST_FILES]:
        parsed = parse(file.content, file.name)
        document = Document(id=file.name, name=file.title or file.name, source="", text=parsed.text, content_hash="")
        for chunk in chunk_document(document, parsed.blocks, embedder.count_tokens, ChunkSize()):
            texts.append(chunk.searchable_text)
            owners.append(file.name)
    return texts, owners, [(one.text, dict.fromkeys(one.gold, 1)) for one in loaded.questions]


def _ndcg(asked: Vectors, vectors: Vectors, owners: Sequence[str], gold: Sequence[dict[str, int]]) -> float:
    """Return the mean nDCG@10 of files ranked by their best chunk."""
    values = []
    for question, wanted in zip(asked, gold, strict=True):
        order = np.argsort(-(vectors @ question), kind="stable")[:200]
        files = list(dict.fromkeys(owners[row] for row in order))
        values.append(ranking.ndcg(files, wanted, 10))
    return float(np.mean(values))


if __name__ == "__main__":
    main()
