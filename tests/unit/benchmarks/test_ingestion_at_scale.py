"""The benchmark of the ingestion measures what docs/scale.md says."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from benchmarks.ingestion_at_scale import measure


def test_in_one_process_the_memory_is_that_of_the_process_with_the_index(tmp_path: Path) -> None:
    documents = tmp_path / "documents.jsonl.gz"
    with gzip.open(documents, "wt", encoding="utf-8") as lines:
        for number in range(40):
            lines.write(
                json.dumps({"text": f"Rule {number} is about desks, and it holds from day {number} on."}) + "\n"
            )

    figures = measure(documents, 20, 10, one_process=True)

    assert figures["documents"] == 2
    assert figures["anonymous memory of the ingestion, MB"] == 0
    assert figures["of the process with the index, MB"] >= figures["the same before the run, MB"] > 0
