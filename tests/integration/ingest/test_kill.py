"""A run that is killed at any moment is finished by the next, with nothing lost or doubled."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from core.index.edge import config as edge_config
from core.index.edge.store import EdgeStore
from core.permissions import EVERYTHING
from ingest.report import IngestReport
from ingest.run import ingest
from ingest.sources import FolderSource
from testing.builders import REPOSITORY, hash_fingerprint, hash_stages, no_progress, query_of
from testing.contents import stored_in
from testing.slow_ingest import SEALED_OFTEN, SOURCE_NAME

FILES = 60
_PAGES = 12
"""Of a folder that changes between the kills."""


@pytest.fixture(autouse=True)
def sealed_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the indexes of this process like those of the runs that are killed."""
    monkeypatch.setattr(edge_config, "_OPTIMIZERS", SEALED_OFTEN)


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


def contents(root: Path) -> dict[str, tuple[Any, ...]]:
    """Every point with its payload and its vectors, bit for bit."""
    index = EdgeStore(root, hash_fingerprint()).open()
    found = stored_in(index)
    index.close()
    return found


def complete(root: Path) -> int:
    index = EdgeStore(root, hash_fingerprint()).open()
    count = sum(record.complete and record.content_hash != "" for record in index.records())
    index.close()
    return count


def uninterrupted(folder: Path, root: Path) -> dict[str, tuple[Any, ...]]:
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
    assert contents(root) == uninterrupted(folder, tmp_path / "whole")


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


def change_files(folder: Path, moments: random.Random) -> None:
    """Change, rename, remove and add pages; no two are the same, and their number stays."""
    for path in moments.sample(sorted(folder.iterdir()), k=min(6, len(list(folder.iterdir())))):
        match moments.choice(("edit", "replace", "rename", "remove")):
            case "edit":
                path.write_text(
                    f"{path.read_text(encoding='utf-8')}\n\n## More\n\nRule {moments.random()}.", encoding="utf-8"
                )
            case "replace":
                write_page(path, moments)
            case "rename":
                path.rename(folder / f"renamed{moments.randrange(10**9)}.md")
            case "remove":
                path.unlink()
    for _ in range(_PAGES - len(list(folder.iterdir()))):
        write_page(folder / f"new{moments.randrange(10**9)}.md", moments)


def write_page(path: Path, moments: random.Random) -> None:
    parts = (
        f"## Part {part}\n\n" + f"Rule {part} of {moments.random()}. " * 20 for part in range(moments.randrange(1, 20))
    )
    path.write_text("\n\n".join([f"# Page {moments.random()}", *parts]), encoding="utf-8")


def killed_somewhere(folder: Path, root: Path, moments: random.Random) -> bool:
    """Start the ingestion and kill it at a random moment; whether it had not ended by itself."""
    command = [sys.executable, "-m", "testing.slow_ingest", str(folder), str(root)]
    files = moments.randrange(len(list(folder.iterdir())) + 1)
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= files:
                break
        time.sleep(moments.uniform(0, 0.3))
        process.kill()
    return process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("kills", [2, pytest.param(200, marks=pytest.mark.long)])
def test_changing_folders_killed_at_random_moments_end_like_runs_that_were_not(
    folder: Path, tmp_path: Path, kills: int
) -> None:
    """With the two tests above, ten kills in CI."""
    moments = random.Random(kills)
    for number in range(_PAGES):
        write_page(folder / f"page{number:02d}.md", moments)
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for root in (killed, whole):
        root.mkdir()
        finish(folder, root)

    done = 0
    while done < kills:
        change_files(folder, moments)
        for _ in range(moments.randrange(1, 4)):
            done += killed_somewhere(folder, killed, moments)
            if moments.random() < 0.3:
                # A run that was killed is followed by other changes.
                change_files(folder, moments)
        finish(folder, killed)
        finish(folder, whole)
        assert contents(killed) == contents(whole), f"after {done} kills"
