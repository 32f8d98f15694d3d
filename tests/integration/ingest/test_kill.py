"""A run that is killed at any moment is finished by the next, with nothing lost or doubled."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from core.index.edge_store import EdgeStore
from core.permissions import EVERYTHING
from core.types import SearchFilter
from ingest.report import IngestReport
from ingest.run import ingest
from ingest.sources import FolderSource
from testing.builders import REPOSITORY, hash_fingerprint, hash_stages, no_progress, query_of
from testing.slow_ingest import SOURCE_NAME

FILES = 60


def write_files(folder: Path, version: str) -> None:
    """Sixty pages of some twelve chunks each: five windows of the ingestion."""
    for number in range(FILES):
        parts = [
            f"## Part {part}\n\n" + f"Rule {part} of page {number}, {version}, for page{number}. " * 30
            for part in range(12)
        ]
        (folder / f"page{number:02d}.md").write_text("\n\n".join([f"# Page {number}", *parts]), encoding="utf-8")


def kill_at(folder: Path, root: Path, files: int, later: float) -> None:
    """Start the ingestion and kill it `later` seconds after it has dealt with this many files."""
    command = [sys.executable, "-m", "testing.slow_ingest", str(folder), str(root)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= files:
                break
        time.sleep(later)
        process.kill()
    assert process.returncode == -signal.SIGKILL


def finish(folder: Path, root: Path) -> IngestReport:
    index = EdgeStore(root, hash_fingerprint()).open()
    report = ingest([FolderSource(SOURCE_NAME, folder)], index, hash_stages(), no_progress)
    index.close()
    return report


def contents(root: Path) -> tuple[dict[str, set[str]], int, set[tuple[str, bool]]]:
    """Chunk ids by document as a search finds them, the number of chunks, and the state of every record."""
    index = EdgeStore(root, hash_fingerprint()).open()
    records = index.records()
    chunks = {
        record.id: {
            hit.chunk.id
            for hit in index.visible_to(EVERYTHING).search(
                query_of("rule", candidates=200, only=SearchFilter(document_ids=(record.id,))), limit=200
            )
        }
        for record in records
    }
    found = (
        chunks,
        index.visible_to(EVERYTHING).chunk_count(),
        {(record.content_hash, record.complete) for record in records},
    )
    index.close()
    return found


def complete(root: Path) -> int:
    index = EdgeStore(root, hash_fingerprint()).open()
    count = sum(record.complete and record.content_hash != "" for record in index.records())
    index.close()
    return count


def uninterrupted(folder: Path, root: Path) -> tuple[dict[str, set[str]], int, set[tuple[str, bool]]]:
    root.mkdir()
    assert finish(folder, root).created == FILES
    return contents(root)


def killed_again_and_again(folder: Path, root: Path, times: int, seed: int) -> list[int]:
    """Runs that are each killed further on than the one before; the number of complete documents after each."""
    moments = random.Random(seed)
    stretch = FILES // times
    reached = []
    for turn in range(times):
        files = moments.randrange(stretch * turn, stretch * (turn + 1))
        kill_at(folder, root, files, later=moments.uniform(0, 0.4))
        reached.append(complete(root))
    return reached


def test_a_first_run_killed_five_times_ends_like_one_that_was_not(folder: Path, tmp_path: Path) -> None:
    write_files(folder, "first edition")
    root = tmp_path / "killed"
    root.mkdir()

    reached = killed_again_and_again(folder, root, times=5, seed=2)
    report = finish(folder, root)

    assert any(0 < count < FILES for count in reached)
    assert reached == sorted(reached)
    assert report.created == FILES - reached[-1]
    assert report.unchanged == reached[-1]
    assert report.exit_code == 0
    expected = uninterrupted(folder, tmp_path / "whole")
    assert contents(root) == expected
    assert len(set().union(*expected[0].values())) == expected[1]


def test_an_update_killed_three_times_ends_like_a_new_index(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "killed"
    write_files(folder, "first edition")
    uninterrupted(folder, root)
    write_files(folder, "second edition")

    killed_again_and_again(folder, root, times=3, seed=4)
    report = finish(folder, root)

    assert report.updated > 0
    assert report.updated + report.unchanged == FILES
    assert contents(root) == uninterrupted(folder, tmp_path / "whole")
    index = EdgeStore(root, hash_fingerprint()).open()
    query = query_of("second edition page7")
    hits = index.visible_to(EVERYTHING).search(query, 5)
    assert {hit.chunk.document_id for hit in hits if set(query.sparse.indices) <= hit.tokens} == {"page07.md"}
    assert not [
        hit
        for hit in index.visible_to(EVERYTHING).search(query_of("first edition"), 50)
        if "first edition" in hit.chunk.text
    ]
    index.close()
