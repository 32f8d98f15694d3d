"""A backup of one project, restored into an empty one, which ingests nothing."""

from __future__ import annotations

import time
from pathlib import Path

import httpx2
import pytest

from tests.compose.conftest import Start
from tests.compose.stack import QUESTION, wait_until


def test_an_empty_project_has_everything_after_a_restore(
    start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = start("saved", MODEL="none")
    first.up("app", "ingest")
    wait_until(lambda: first.ask().is_right, 300, "the first answer")
    assert first.exit_code("ingest") == 0
    answer = first.ask().groundwork["answer_id"]
    rated = {"answer_id": answer, "rating": "up", "comment": "kept"}
    assert httpx2.post(f"{first.url}/v1/feedback", json=rated, timeout=10).status_code == 200
    documents = first.get("/v1/documents")[1]
    began = time.monotonic()
    first.compose("exec", "-T", "app", "groundwork", "backup", "/backup/saved.tar")
    took = time.monotonic() - began
    first.compose("cp", "app:/backup/saved.tar", str(tmp_path))
    first.destroy()

    second = start("restored", MODEL="none")
    second.up("qdrant", "postgres")
    with (tmp_path / "saved.tar").open("rb") as saved:
        second.compose("run", "--rm", "-T", "app", "sh", "-c", "cat > /backup/saved.tar", stdin=saved)
    began = time.monotonic()
    second.compose("run", "--rm", "-T", "app", "groundwork", "restore", "/backup/saved.tar")
    with capsys.disabled():
        print(f"\n    backup {took:.0f} s, restore {time.monotonic() - began:.0f} s", flush=True)
    second.compose("up", "-d", "--no-deps", "app")
    wait_until(lambda: second.ask().is_right, 300, "an answer of the restored project")
    assert second.containers("ingest") == []
    assert second.get("/v1/documents")[1] == documents
    explained = second.compose("exec", "-T", "app", "groundwork", "explain", answer)
    assert QUESTION in explained
    assert "kept" in explained
