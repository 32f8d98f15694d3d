"""`groundwork ingest` with folders that move, go back and change: in a process of its own, and through a service."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from testing.builders import REPOSITORY
from testing.handbook import PAGES, write_pages
from testing.processes import groundwork


def test_a_moved_folder_is_read_where_it_is_and_the_index_before_a_rebuild_comes_back(
    own: dict[str, str], tmp_path: Path
) -> None:
    old = write_pages(tmp_path / "old", {"one.md": "# One\n\nThe only page.\n"})
    assert groundwork("ingest", str(old), env=own).code == 0
    new = old.rename(tmp_path / "new")
    moved = groundwork("ingest", "--moved", str(old), str(new), "--json", env=own)
    assert (moved.code, moved.json["unchanged"], moved.json["chunks"]) == (0, 1, 0)

    assert groundwork("ingest", "--rebuild", str(new), "--json", env=own).json["created"] == 1
    back = groundwork("ingest", "--rollback", "--json", env=own)
    assert (back.code, back.json["unchanged"]) == (0, len(PAGES) + 1)


def test_watching_reads_a_new_page_and_ends_clean_with_ctrl_c(own: dict[str, str], tmp_path: Path) -> None:
    folder = write_pages(tmp_path / "docs", {"one.md": "# One\n\nThe first page.\n"})
    command = [sys.executable, "-m", "cli", "ingest", "--watch", str(folder)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("1 created")
        # The broken file ends nothing.
        (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nonsense")
        (folder / "two.md").write_text("# Two\n\nThe second page.\n", encoding="utf-8")
        assert process.stdout.readline().startswith("1 created, 0 updated, 1 unchanged, 0 deleted, 1 failed")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        err = process.stderr.read()
    assert process.returncode == 0, err
    assert err.endswith("Watching has ended.\n")
    assert "Traceback" not in err
