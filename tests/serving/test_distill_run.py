"""A distillation of the tiny checkpoint that is killed while it trains, and goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.settings import Settings
from serving.checkpoint.read import read_checkpoint
from serving.environments import python_of
from serving.get.folders import served_name
from testing.builders import REPOSITORY
from testing.components import report_missing
from testing.serving.distilled import QUESTIONS
from testing.serving.vllm_server import VllmServer

_PATIENCE_S = 240.0


@pytest.fixture(scope="module")
def train_python() -> Path:
    """Return the Python of the trainer's environment. Where it is missing the test is skipped; in CI it fails."""
    python = python_of("train")
    if not python.exists():
        report_missing(f"The trainer's environment is missing ({python}). Run: make env-train")
    return python


def start(model: Path, out: Path, server: VllmServer, settings: Settings) -> subprocess.Popen[bytes]:
    """Begin the distillation, or go on with it."""
    return subprocess.Popen(
        [sys.executable, "-m", "testing.serving.distilled", str(model), str(out), server.base_url, server.model],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "GROUNDWORK_DATA_DIR": str(settings.data_dir),
            "GROUNDWORK_DOMAIN": str(settings.domain_dir),
        },
    )


def wait_for_training(out: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the trainer has begun."""
    end = time.monotonic() + _PATIENCE_S
    while not list(out.glob(".*.training/*/job.json")):
        assert process.poll() is None, "it ended before it trained"
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_distillation_that_is_killed_while_it_trains_goes_on_to_its_verdict(
    tiny_checkpoint_dir: Path,
    app_settings: Settings,
    vllm_server: VllmServer,
    train_python: Path,
    tmp_path: Path,
) -> None:
    del train_python
    out = tmp_path / "distilled"
    first = start(tiny_checkpoint_dir, out, vllm_server, app_settings)
    wait_for_training(out, first)
    first.kill()
    first.wait()
    kept = [out / "examples.jsonl", *out.glob("runs/*/*/results.jsonl")]
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in kept}
    assert {file.parent.name for file in kept[1:]} == {"extractive", "base"}
    assert not (out / "run.json").exists()

    second = start(tiny_checkpoint_dir, out, vllm_server, app_settings)
    code = second.wait(_PATIENCE_S)

    result = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert (code, result["systems"]) == (result["exit_code"], ["extractive", "base", "student"])
    assert code in (0, 4, 5)
    assert before == {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in kept}
    (name,) = result["cases"]
    assert result["cases"][name]["questions"] == QUESTIONS
    student = Path(result["models"]["student"])
    assert "distilled" in str(served_name(student))
    assert read_checkpoint(student).parameters == read_checkpoint(tiny_checkpoint_dir).parameters
    assert result["training"]["data_sha256"] == result["data"]["sha256"]
    stages = result["budget"]["stages"]
    assert stages["training"]["seconds"] <= stages["training"]["expected_s"]
    assert (out / "report.html").read_text(encoding="utf-8").count('<div class="case">') == QUESTIONS
