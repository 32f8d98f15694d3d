"""`groundwork model compress` where it ends before the work: refusals, and the estimate."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from testing.processes import Ended, groundwork
from testing.serving.checkpoints import write_checkpoint


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "model")


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    file = tmp_path / "prompts.jsonl"
    file.write_text(json.dumps({"id": "a", "messages": [{"role": "user", "content": "Why?"}]}) + "\n", encoding="utf-8")
    return file


def compress(*words: object) -> Ended:
    return groundwork("model", "compress", *map(str, words), env=dict(os.environ))


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--scheme", "int3"], 2, ["no scheme 'int3'", "w4a16"]),
        (["--scheme", "bf16"], 2, ["keeps the weights as they are", "--prune"]),
        (["--scheme", "w8a8", "--prompts", "nowhere.jsonl"], 2, ["nowhere.jsonl cannot be read"]),
        (["--scheme", "w8a8", "--gpu", "b200"], 2, ["INT8 is not supported on Blackwell", "fp8"]),
        (["--scheme", "fp8", "--gpu", "h900"], 2, ["no GPU 'h900'"]),
        (["--scheme", "w8a8", "--samples", "0"], 2, ["--samples is 0"]),
        (["--scheme", "w8a8", "--sparsity", "0.5"], 2, ["--sparsity is 0.5", "Add --prune"]),
        (["--scheme", "fp8", "--prompts", "some.jsonl"], 2, ["--prompts is some.jsonl", "fp8 is not calibrated"]),
        (["--scheme", "awq"], 1, ["AWQ needs an accelerator", "w4a16"]),
    ],
)
def test_an_impossible_request_is_one_line_with_the_value_and_the_fix(
    model: Path, prompts: Path, tmp_path: Path, words: list[str], code: int, message: list[str]
) -> None:
    with_prompts = [] if "--prompts" in words or "fp8" in words else ["--prompts", prompts]
    done = compress(model, "--out", tmp_path / "out", *words, *with_prompts)
    assert (done.code, done.out) == (code, "")
    assert len(done.err.splitlines()) == 1, done.err
    assert all(part in done.err for part in message), done.err
    assert not (tmp_path / "out").exists()


def test_no_such_model_and_a_truncated_one_are_refused(model: Path, tmp_path: Path) -> None:
    done = compress("organisation/model", "--scheme", "fp8", "--out", tmp_path / "out")
    assert done.code == 2
    assert "The model organisation/model is not on this machine yet." in done.err
    file = model / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    done = compress(model, "--scheme", "fp8", "--out", tmp_path / "out")
    assert done.code == 1
    assert "model.safetensors is truncated" in done.err
