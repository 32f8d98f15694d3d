"""A model beside the app, with a program of a line in place of `groundwork model serve`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli import model_beside
from cli.model_beside import ModelBeside, _Start, served_beside
from core.errors import ConfigurationError
from core.settings import read_settings


class Beside:
    """A program that is watched as a model, and the lines that were reported."""

    def __init__(self, folder: Path, program: str) -> None:
        self.log = folder / "vllm.log"
        self.log.write_text("Starting to load model of an earlier start\n", encoding="utf-8")
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.model = ModelBeside(self.process, _Start(folder, "tiny", 1, "key", self.log), self.lines.append)
        self.model.watch()

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + 60
        while not any(text in line for line in self.lines):
            assert time.monotonic() < end, self.lines
            time.sleep(0.01)


def test_a_start_is_reported_by_its_stages_and_can_be_stopped(tmp_path: Path) -> None:
    beside = Beside(tmp_path, "import time; time.sleep(100)")
    beside.wait_for(" s, starting vLLM.")
    with beside.log.open("a", encoding="utf-8") as log:
        log.write("Loading safetensors checkpoint shards:  50% Completed\nStarting to load model\n")
    beside.wait_for("loading the weights (50%).")
    assert beside.model.is_starting()
    beside.model.stop()
    assert beside.process.returncode == -15
    assert not beside.model.is_starting()
    assert not any("has ended" in line for line in beside.lines)


def test_the_first_line_on_stdout_is_ready_and_the_end_is_reported_with_what_was_said(tmp_path: Path) -> None:
    beside = Beside(tmp_path, "import sys; print('LLM_MODEL=tiny', flush=True); sys.exit('out of memory')")
    beside.wait_for("The model's server has ended (status 1). Answers are extractive from now on.")
    beside.model.stop()
    assert any(line.startswith("The model is ready after ") for line in beside.lines)
    assert "out of memory" in beside.lines


def test_an_end_before_it_was_ready_is_said(tmp_path: Path) -> None:
    beside = Beside(tmp_path, "raise SystemExit(3)")
    beside.wait_for("has ended before it was ready (status 3)")
    beside.model.stop()
    assert not beside.model.is_starting()


def test_a_restart_is_a_start_again_until_it_is_ready(tmp_path: Path) -> None:
    program = (
        "import sys, time; print('ready', flush=True); time.sleep(1)\n"
        "print('Starting vLLM; its log is x', file=sys.stderr, flush=True); time.sleep(3)\n"
        "print('vLLM is ready again', file=sys.stderr, flush=True); time.sleep(100)"
    )
    beside = Beside(tmp_path, program)
    beside.wait_for("Starting vLLM")
    beside.wait_for("The model is loading: ")
    beside.wait_for("vLLM is ready again")
    beside.wait_for("The model is ready after 3 s.")
    assert not beside.model.is_starting()
    beside.model.stop()
    assert len([line for line in beside.lines if line.startswith("The model is ready")]) == 2


@pytest.mark.parametrize("name", ["smolm2", "no/such/folder"])
def test_a_model_that_does_not_exist_is_refused_before_anything_starts(tmp_path: Path, name: str) -> None:
    settings = read_settings({"GROUNDWORK_DATA_DIR": str(tmp_path)})
    with pytest.raises(ConfigurationError, match=name), served_beside(name, settings, print):
        pass


def test_one_that_does_not_end_when_it_is_asked_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_beside, "_END_SECONDS", 0.2)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(100)"
    beside = Beside(tmp_path, deaf)
    beside.wait_for("The model is ready")
    beside.model.stop()
    assert beside.process.returncode == -9
