"""Run an ingestion in its own process, slow enough to be killed at any step.

    python -m testing.slow_ingest FOLDER INDEX

It prints a line for every file that is done. The ingestion is the real one; only the embedder and the writing of
records are slowed down, and the index seals its chunks after 50 instead of thousands.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import qdrant_edge as edge

from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.index.edge import config as edge_config
from core.index.edge import index as edge_index
from core.index.edge.index import EdgeIndex
from core.index.edge.store import EdgeStore
from core.types import Document, DocumentRecord, Vectors
from ingest.progress import Progress
from ingest.run import ingest
from ingest.sources import FolderSource
from testing.builders import hash_fingerprint, hash_stages
from testing.hash_embedder import HashEmbedder

SOURCE_NAME = "handbook"
SEALED_OFTEN = edge.EdgeOptimizersConfig(indexing_threshold=1, default_segment_number=4)
_PAUSE_SECONDS = 0.01


class SlowEmbedder(HashEmbedder):
    """An embedder that is slow for every batch."""

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """Embed as HashEmbedder does, after a pause."""
        time.sleep(10 * _PAUSE_SECONDS)
        return super().embed(texts, report)


class SlowIndex(EdgeIndex):
    """An index that is slow before every record and every removal, so that a kill can come between two writes."""

    def write_document(self, record: DocumentRecord, document: Document | None) -> None:
        """Write as EdgeIndex does, after a pause."""
        time.sleep(_PAUSE_SECONDS)
        super().write_document(record, document)

    def remove_chunks(self, document_id: str, *, except_hash: str) -> None:
        """Remove as EdgeIndex does, after a pause."""
        time.sleep(_PAUSE_SECONDS)
        super().remove_chunks(document_id, except_hash=except_hash)


def main(folder: Path, root: Path) -> None:
    """Ingest the folder into the embedded index at `root`."""
    edge_config._OPTIMIZERS, edge_index._SEALED_CHUNKS = SEALED_OFTEN, 50
    if not (root / "current").exists():
        EdgeStore(root, hash_fingerprint()).open().close()
    generation = root / (root / "current").read_text(encoding="utf-8").strip()
    index = SlowIndex.load(generation, hash_fingerprint())

    def show(progress: Progress) -> None:
        print(progress.done, flush=True)

    ingest([FolderSource(SOURCE_NAME, folder)], index, hash_stages(SlowEmbedder()), show)
    index.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
