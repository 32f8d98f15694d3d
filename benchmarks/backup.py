"""Time and size of a backup and of its restore, of an embedded index and SQLite.

    python -m benchmarks.backup 10000

makes an index with so many chunks in a temporary folder: texts of the sample's chunks with random vectors of 384
dimensions, three sentence units each, and an answer for every tenth chunk. Vectors of an embedder take as much space.

Not covered: the start of the command, and a Qdrant or PostgreSQL server, whose network and disk decide.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from app.answers.write import write_answers
from app.backup.archive import check_archive
from app.backup.back_up import backup
from app.backup.restore import restore
from app.database import open_database
from core.domain import load_domain
from core.embedding import load_embedder
from core.index import Bm25Encoder, open_store
from core.settings import Settings
from core.types import Chunk, DocumentRecord, EmbeddedChunk
from ingest.run import fingerprint_of
from testing.answers import kept_answer
from testing.builders import REPOSITORY

_DOMAIN = REPOSITORY / "domains" / "onboarding"
_CHARACTERS = 600
_UNITS = 3
_ANSWERS = 10
"""Chunks for each answer that is kept."""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chunks", type=int)
    chunks = parser.parse_args().chunks
    table = Table("", "seconds", "MB")
    with tempfile.TemporaryDirectory(prefix="groundwork-backup-") as folder:
        for row in _measured(Path(folder), chunks):
            table.add_row(*row)
    table.add_row(
        "largest memory of the process", "", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f}"
    )
    Console().print(table)


def _measured(folder: Path, chunks: int) -> list[tuple[str, str, str]]:
    settings = Settings(data_dir=folder / "data", domain_dir=_DOMAIN)
    domain, embedder = load_domain(_DOMAIN), load_embedder(settings)
    sparse = Bm25Encoder(domain.language)
    store = open_store(settings, fingerprint_of(embedder, sparse, domain.identity, domain.parsing))
    index, database = store.open(), open_database(settings)
    text = " ".join(file.read_text(encoding="utf-8") for file in sorted((_DOMAIN / "corpus").rglob("*.md")))
    random = np.random.default_rng(1)
    for first in range(0, chunks, 500):
        count = min(500, chunks - first)
        name = f"{first:07d}.md"
        made = [_embedded(name, number, text, sparse, random) for number in range(count)]
        index.write_chunks(made)
        record = DocumentRecord(name, name, "benchmark", "v1", count, count * _CHARACTERS, complete=True)
        index.write_document(record, None)
    index.settle()
    write_answers(database, [kept_answer(f"answer-{number}") for number in range(chunks // _ANSWERS)], keeps_text=True)
    file = folder / "backup.tar"
    began = time.perf_counter()
    with file.open("wb") as out:
        out.writelines(backup(settings, index, store.fingerprint, database))
    written = time.perf_counter() - began
    index.close()
    database.close()
    began = time.perf_counter()
    check_archive(file)
    checked = time.perf_counter() - began
    began = time.perf_counter()
    restore(file, replace(settings, data_dir=folder / "restored"), force=False)
    restored = time.perf_counter() - began
    size = sum(path.stat().st_blocks * 512 for path in settings.data_dir.rglob("*") if path.is_file())
    return [
        ("the data directory", "", f"{size / 1e6:.0f}"),
        ("backup", f"{written:.1f}", f"{file.stat().st_size / 1e6:.0f}"),
        ("reading it back", f"{checked:.1f}", ""),
        ("restore, with its check", f"{restored:.1f}", ""),
    ]


def _embedded(name: str, number: int, text: str, sparse: Bm25Encoder, random: np.random.Generator) -> EmbeddedChunk:
    start = int(random.integers(0, len(text) - _CHARACTERS))
    part = text[start : start + _CHARACTERS]
    third = _CHARACTERS // _UNITS
    chunk = Chunk(
        document_id=name,
        document_name=name,
        source="benchmark",
        content_hash="v1",
        ordinal=number,
        text=part,
        start=number * _CHARACTERS,
        end=(number + 1) * _CHARACTERS,
        sentences=tuple((unit * third, (unit + 1) * third) for unit in range(_UNITS)),
    )
    vectors = random.normal(size=(1 + _UNITS, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return EmbeddedChunk(chunk, vectors[0], sparse.document(chunk.searchable_text), vectors[1:])


if __name__ == "__main__":
    main()
