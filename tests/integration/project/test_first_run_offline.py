"""The whole first run inside an empty network namespace: installation, ingestion, answers and widget."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from testing.builders import REPOSITORY
from testing.components import report_missing
from testing.network_calls import TRACED, attempts_outside

NEEDED = {"strace": "strace", "unshare": "util-linux", "ip": "iproute2", "chromium": "chromium"}
_SECONDS = 1800


def isolated(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a network namespace that has a loopback device and nothing else."""
    return subprocess.run(
        ["unshare", "-rn", *command], cwd=cwd, stdout=subprocess.PIPE, text=True, timeout=_SECONDS, check=False
    )


@pytest.fixture(scope="module")
def namespace() -> None:
    """Skip where the machine has no namespaces or programs, but never in CI."""
    missing = [package for program, package in NEEDED.items() if shutil.which(program) is None]
    reason = f"apt-get install {' '.join(missing)}" if missing else ""
    if not missing and isolated("true", cwd=REPOSITORY).returncode != 0:
        reason = "this user may not make network namespaces (kernel.unprivileged_userns_clone)"
    if reason:
        report_missing(reason)


@pytest.fixture(scope="module")
def first_run(namespace: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the first run said. The wheels are downloaded before, outside of the namespace."""
    folder = tmp_path_factory.mktemp("offline")
    wheels = Path(os.environ.get("WHEELS") or folder / "wheels")
    if not wheels.is_dir():
        subprocess.run(["make", "wheels", f"WHEELS={wheels}"], cwd=REPOSITORY, timeout=_SECONDS, check=True)
    project = copy_project(folder / "project")
    (folder / "home").mkdir()
    done = isolated(
        sys.executable, "-m", "tests.integration.project.first_run", str(project), str(wheels), cwd=REPOSITORY
    )
    assert done.returncode == 0
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def copy_project(folder: Path) -> Path:
    """Copy what git tracks: no environment, no data, no setting of this machine."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / name, folder / name)
    return folder


def test_an_attempt_is_noticed(namespace: None, tmp_path: Path) -> None:
    program = "import socket\ntry: socket.create_connection(('192.0.2.1', 443), 1)\nexcept OSError: pass"
    trace = ("strace", "-f", "--seccomp-bpf", "-qq", "-s", "0", "-e", f"trace={','.join(TRACED)}")
    isolated(*trace, "-o", "log", sys.executable, "-c", program, cwd=tmp_path)
    assert list(attempts_outside((tmp_path / "log").read_text())) == ["connect 192.0.2.1:443"]


@pytest.mark.long
def test_the_answer_is_there_without_a_network(first_run: dict[str, Any]) -> None:
    assert first_run["asked"]["groundwork"]["citations"]
    assert first_run["ingested"]["unchanged"] > 0
    assert first_run["ingested"]["failed"] == []
    assert first_run["searched"]["hits"]


@pytest.mark.long
def test_the_widget_answers_on_another_page_and_asks_no_other_host(first_run: dict[str, Any]) -> None:
    assert "pay" in first_run["page"].lower()
    assert first_run["faults"] == []


@pytest.mark.long
def test_nothing_tried_to_reach_a_network(first_run: dict[str, Any]) -> None:
    assert first_run["attempts"] == {"ask": [], "demo": [], "ingest": [], "search": []}
    # The service was asked over loopback, and that was seen.
    assert first_run["calls"]["ask"] > 0
