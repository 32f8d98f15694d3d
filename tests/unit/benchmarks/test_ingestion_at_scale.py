"""The benchmark of the ingestion prints the rows that docs/scale.md names, with its own process and without."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.ingestion_at_scale import measure


@pytest.mark.parametrize("one_process", [True, False])
def test_the_memory_of_the_ingestion_is_that_of_its_own_process_where_it_has_one(
    tmp_path: Path, one_process: bool
) -> None:
    documents = tmp_path / "documents.jsonl.gz"
    with gzip.open(documents, "wt", encoding="utf-8") as lines:
        for number in range(40):
            lines.write(
                json.dumps({"text": f"Rule {number} is about desks, and it holds from day {number} on."}) + "\n"
            )

    figures = measure(documents, 20, 10, one_process=one_process)

    assert figures["documents"] == 2
    assert (figures["anonymous memory of the ingestion, MB"] == 0) is one_process
    assert figures["of the process with the index, MB"] >= figures["the same before the run, MB"] > 0
