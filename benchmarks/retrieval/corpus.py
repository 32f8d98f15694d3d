"""A set's index, made by the product's own parser, chunker, embedder and BM25 encoder, and kept on disk.

    CACHE/vectors.sqlite3       vectors by text, so that a run that was ended goes on where it was
    CACHE/SET-FINGERPRINT/      the index, and `chunks.pickle`: what was written into it

What was made by other versions of a stage has another fingerprint. Everything may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from qdrant_edge import EdgeShard

from benchmarks.retrieval.sets import SourceFile
from core.embedding import Embedder
from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.embedding.sentences import Spans
from core.errors import DocumentError
from core.index import Bm25Encoder
from core.index.edge.index import EdgeIndex
from core.index.edge.words import EdgeWords
from core.types import Document, EmbeddedChunk, Vectors
from ingest.documents import readable_name
from ingest.parse import parse
from ingest.progress import Meter
from ingest.run import fingerprint_of
from ingest.write import DocumentWriter

_BATCH = 512
"""Texts that are embedded before their vectors are saved."""


class CachingEmbedder:
    """An embedder whose vectors are kept in a file, by text and sentence units. For one thread."""

    def __init__(self, embedder: Embedder, file: Path) -> None:
        self._embedder = embedder
        self._stored = sqlite3.connect(file)
        self._stored.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vectors BLOB)")
        self.name = embedder.name
        self.dimension = embedder.dimension
        self.max_tokens = embedder.max_tokens
        self.sentence_pooling = embedder.sentence_pooling

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """See Embedder."""
        vectors = self._vectors(texts, [None] * len(texts), report)
        return np.concatenate(vectors) if vectors else np.zeros((0, self.dimension), dtype=np.float32)

    def embed_units(
        self, texts: Sequence[str], spans: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        """See Embedder."""
        vectors = self._vectors(texts, spans, report)
        whole = np.array([of_text[0] for of_text in vectors]).reshape(len(texts), self.dimension)
        return whole, [of_text[1:] for of_text in vectors]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See Embedder."""
        return self._embedder.count_tokens(texts)

    def close(self) -> None:
        """See Embedder."""
        self._embedder.close()

    def _vectors(self, texts: Sequence[str], spans: Sequence[Spans | None], report: ReportEmbedded) -> list[Vectors]:
        """Return for each text its vector, followed by those of its units, if it has any."""
        keys = [self._key(text, units) for text, units in zip(texts, spans, strict=True)]
        found = {key: vectors for key in keys if (vectors := self._read(key)) is not None}
        missing = [row for row, key in enumerate(keys) if key not in found]
        for first in range(0, len(missing), _BATCH):
            rows = missing[first : first + _BATCH]
            made = self._embed([texts[row] for row in rows], [spans[row] for row in rows])
            found |= {keys[row]: vectors for row, vectors in zip(rows, made, strict=True)}
            self._stored.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                [(keys[row], vectors.tobytes()) for row, vectors in zip(rows, made, strict=True)],
            )
            self._stored.commit()
        report(len(texts))
        return [found[key] for key in keys]

    def _embed(self, texts: Sequence[str], spans: Sequence[Spans | None]) -> list[Vectors]:
        if any(units is None for units in spans):
            return list(self._embedder.embed(texts)[:, None])
        whole, sentences = self._embedder.embed_units(texts, [units or () for units in spans])
        return [np.vstack([vector[None], of_text]) for vector, of_text in zip(whole, sentences, strict=True)]

    def _read(self, key: str) -> Vectors | None:
        found = self._stored.execute("SELECT vectors FROM vectors WHERE key = ?", (key,)).fetchone()
        return None if found is None else np.frombuffer(found[0], dtype=np.float32).reshape(-1, self.dimension)

    def _key(self, text: str, spans: Spans | None) -> str:
        return hashlib.sha256(f"{self.name}\0{self.sentence_pooling}\0{spans}\0{text}".encode()).hexdigest()


class _RecordingIndex(EdgeIndex):
    """An index that remembers what is written into it."""

    def __init__(self, shard: EdgeShard, words: EdgeWords, folder: Path) -> None:
        super().__init__(shard, words, folder)
        self.written: list[EmbeddedChunk] = []

    def write_chunks(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """See Index."""
        super().write_chunks(chunks)
        self.written += chunks


@dataclass(frozen=True, slots=True)
class Corpus:
    """The index of a set, its chunks, and the encoders that made them."""

    index: EdgeIndex
    chunks: Sequence[EmbeddedChunk]
    embedder: Embedder
    sparse: Bm25Encoder


def open_corpus(name: str, files: Sequence[SourceFile], embedder: Embedder, cache: Path) -> Corpus:
    """Return the corpus of a set, from the cache where it is there. Prints to stderr what is made."""
    sparse = Bm25Encoder("english")
    fingerprint = fingerprint_of(embedder, sparse, "benchmarks.retrieval")
    made_of = json.dumps([fingerprint.to_payload(), [(file.name, file.title) for file in files]])
    folder = cache / f"{name}-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}"
    chunks = folder / "chunks.pickle"
    if not chunks.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        index = _RecordingIndex.create(folder / "index", fingerprint)
        _write(name, files, index, embedder, sparse)
        chunks.write_bytes(pickle.dumps(index.written))
        return Corpus(index, index.written, embedder, sparse)
    return Corpus(EdgeIndex.load(folder / "index", fingerprint), pickle.loads(chunks.read_bytes()), embedder, sparse)


def _write(name: str, files: Sequence[SourceFile], index: EdgeIndex, embedder: Embedder, sparse: Bm25Encoder) -> None:
    writer = DocumentWriter(index, embedder, sparse, Meter(lambda _: None), lambda _: None)
    for number, file in enumerate(files, start=1):
        try:
            parsed = parse(file.content, file.name)
        except DocumentError as error:
            print(f"{name}: {file.name} is left out: {error.reason}", file=sys.stderr)
            continue
        title = file.title if file.title is not None else parsed.title
        document = Document(
            id=file.name,
            name=readable_name(file.name) if title is None else title,
            source=name,
            text=parsed.text,
            content_hash=hashlib.sha256(file.content).hexdigest(),
            page_starts=parsed.page_starts,
        )
        writer.write(document, parsed.blocks, None)
        if number % 100 == 0 or number == len(files):
            print(f"{name}: {number} of {len(files)} files read, {writer.written} chunks embedded", file=sys.stderr)
    writer.flush()
    index.settle()
