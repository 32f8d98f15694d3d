"""The memory of an ingestion, with precomputed vectors."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from benchmarks.ingestion_at_scale import measure

_WORDS = 20_000


def write_texts(file: Path) -> None:
    """Ten thousand paragraphs of words that become ever rarer."""
    chosen = random.Random(0)
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        for _ in range(10_000):
            words = (f"word{int(_WORDS ** chosen.random())}" for _ in range(100))
            lines.write(json.dumps({"text": " ".join(words) + "."}) + "\n")


@pytest.mark.long
def test_four_times_the_chunks_take_hardly_more_memory(tmp_path: Path) -> None:
    write_texts(tmp_path / "documents.jsonl.gz")
    measured = [
        measure(tmp_path / "documents.jsonl.gz", chunks, 20, one_process=True)["of the process with the index, MB"]
        for chunks in (10_000, 40_000)
    ]
    assert measured[1] < 1.25 * measured[0]
