"""The health of two corpora: what is found, to be read and judged, and how long it takes.

    python -m benchmarks.corpus_health DATA_FOLDER [--day 2026-11-29]

The corpora are the sample domain's and `DATA_FOLDER/handbook_18f`. Findings do not depend on the embedder, and so a
fast one is used.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.health import Finding, Place, examine
from core.index import Bm25Encoder
from core.index.edge.index import EdgeIndex
from core.permissions import EVERYTHING
from core.types import chunk_id
from ingest.parse import parse
from ingest.run import Stages, fingerprint_of, ingest
from ingest.sources import FolderSource
from testing.handbook import ignore_progress
from testing.hash_embedder import HashEmbedder

_SAMPLE = Path(__file__).parents[1] / "domains" / "onboarding" / "corpus"
_WIDTH = 180
_SHOWN = 160


def main() -> None:
    """Examine both corpora, print the table and every finding."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--day", type=date.fromisoformat, default=date.today(), help="the day to compare dates with")
    arguments = parser.parse_args()
    console = Console(width=_WIDTH)
    table = Table("documents", "chunks", "disagreements", "past dates", "near-duplicates", "seconds")
    for name, corpus in (("sample", _SAMPLE), ("18F", arguments.folder / "handbook_18f")):
        findings, chunks, seconds = _examined(corpus, arguments.day)
        counts = Counter(finding.kind for finding in findings)
        disagreements = counts["number"] + counts["date"] + counts["denial"]
        cells = (chunks, disagreements, counts["past_date"], counts["near_duplicate"])
        table.add_row(name, *map(str, cells), f"{seconds:.1f}")
        for finding in findings:
            _print(finding, console)
    console.print(table)


def _examined(corpus: Path, day: date) -> tuple[tuple[Finding, ...], int, float]:
    embedder, sparse = HashEmbedder(64), Bm25Encoder("english")
    with tempfile.TemporaryDirectory() as folder:
        index = EdgeIndex.create(Path(folder) / "index", fingerprint_of(embedder, sparse, "team"))
        ingest([FolderSource("team", corpus)], index, Stages(parse, embedder, sparse), ignore_progress)
        records = index.records()
        ids = [[chunk_id(record.id, record.content_hash, at) for at in range(record.chunks)] for record in records]
        chunks = [chunk for of_document in ids for chunk in index.visible_to(EVERYTHING).chunks(of_document)]
        index.close()
    began = time.perf_counter()
    findings = examine(chunks, records, day)
    return findings, len(chunks), time.perf_counter() - began


def _print(finding: Finding, console: Console) -> None:
    console.print(f"\n{finding.kind}: {finding.what}", markup=False)
    for place in (finding.a, finding.b):
        if place is not None:
            console.print(_shown(place), markup=False)


def _shown(place: Place) -> str:
    return f"    {place.document_id}: {' '.join(place.text.split())[:_SHOWN]}"


if __name__ == "__main__":
    main()
