"""The ingestion in a process of its own, slow enough to be killed in any of its steps.

    python -m testing.slow_ingest FOLDER INDEX

It prints a line for every file that is dealt with. What it does is the real thing: only the embedder and the writing
of records take longer than they need.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from core.index.edge import EdgeIndex
from core.index.edge_store import EdgeStore
from core.types import Document, DocumentRecord, Vectors
from ingest.run import Progress, ingest
from ingest.sources import FolderSource
from testing.builders import hash_fingerprint, hash_stages
from testing.hash_embedder import HashEmbedder

SOURCE_NAME = "handbook"
_PAUSE = 0.01


class SlowEmbedder(HashEmbedder):
    """Takes its time for every batch."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As a HashEmbedder, later."""
        time.sleep(10 * _PAUSE)
        return super().embed(texts)


class SlowIndex(EdgeIndex):
    """Takes its time before every record and every removal, so that a kill may fall between two writes."""

    def write_document(self, record: DocumentRecord, document: Document | None) -> None:
        """As an EdgeIndex, later."""
        time.sleep(_PAUSE)
        super().write_document(record, document)

    def remove_chunks(self, document_id: str, *, except_hash: str) -> None:
        """As an EdgeIndex, later."""
        time.sleep(_PAUSE)
        super().remove_chunks(document_id, except_hash=except_hash)


def main(folder: Path, root: Path) -> None:
    """Ingest the folder into the embedded index at `root`."""
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
