"""`groundwork model serve` as a user runs it: its output, its errors, and the processes that it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.model_status import read_model_status
from testing.builders import REPOSITORY
from testing.model_server import free_port
from testing.processes import Ended, groundwork
from testing.serving.checkpoints import compressed, of_bytes, write_checkpoint
from testing.vllm_stand_in import listeners, write_stand_in

PYTHON = ("--python", sys.executable, "--profile", "cpu")


def serve(*arguments: str) -> Ended:
    return groundwork("model", "serve", *arguments, env=os.environ)


def test_the_command_is_printed_with_a_reason_for_each_flag_and_nothing_starts(tmp_path: Path) -> None:
    done = serve(str(write_checkpoint(tmp_path / "model")), *PYTHON, "--print", "--port", "8123")
    assert done.code == 0, done.err
    command, _, reasons = done.out.partition("\n\n")
    flags = [line.split()[0].removeprefix("--") for line in command.splitlines() if line.strip().startswith("--")]
    assert {"host", "max-model-len", "kv-cache-memory-bytes", "max-num-queued-tokens"} <= set(flags)
    assert all(any(line.startswith(flag) for line in reasons.splitlines()) for flag in flags)


def test_the_plan_as_json_is_one_object_that_a_program_can_start(tmp_path: Path) -> None:
    done = serve(str(write_checkpoint(tmp_path / "model")), *PYTHON, "--print", "--json", "--name", "mine")
    assert done.code == 0, done.err
    plan = done.json
    assert plan["command"][:3] == [sys.executable, "-m", "vllm.entrypoints.openai.api_server"]
    assert plan["command"][3:] == [word for flag in plan["flags"] for word in (flag["flag"], *flag["values"])]
    assert all(flag["reason"] for flag in plan["flags"])
    assert plan["environment"] == {"LLM_BASE_URL": "http://127.0.0.1:8001/v1", "LLM_MODEL": "mine"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--json"], 2, "--json goes with --print"),
        (["--slo", "fast"], 2, "--slo"),
        (["--speculate", "hope"], 2, "write none, ngram"),
        (["--lora", "name"], 2, "write name=DIR"),
        (["--port", "99999"], 2, "--port is 99999"),
        (["--host", "everywhere"], 2, "--host is everywhere"),
        (["--print", "--unattended"], 2, "--unattended"),
        (["--status", "/dev/null/status"], 2, "--status is /dev/null/status"),
        (["--context", "10"], 2, "--context is 10"),
        (["--profile", "fast"], 2, "'fast'"),
        (["--python", "/nowhere/python"], 2, "/nowhere/python"),
    ],
)
def test_a_wrong_option_ends_with_2_and_is_named(tmp_path: Path, arguments: list[str], code: int, message: str) -> None:
    done = serve(str(write_checkpoint(tmp_path / "model")), *PYTHON, *arguments)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert "Traceback" not in done.err


def nowhere(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def truncate(folder: Path) -> None:
    os.truncate(folder / "model.safetensors", 1000)


def make_four_bit_float(folder: Path) -> None:
    weights = {"type": "float", "num_bits": 4, "group_size": 16}
    write_checkpoint(folder, quantization_config=compressed(weights, weights))


def make_sparse(folder: Path) -> None:
    write_checkpoint(folder, quantization_config=compressed(sparsity_config={"format": "dense", "targets": ["Linear"]}))


def make_huge(folder: Path) -> None:
    write_checkpoint(folder, of_bytes(2_000 * 10**9))


@pytest.mark.parametrize(
    ("spoil", "code", "message"),
    [
        (nowhere, 2, "There is no model"),
        (truncate, 1, "is truncated"),
        (make_four_bit_float, 1, "no NVFP4 kernel"),
        (make_sparse, 2, "remove that key"),
        (make_huge, 1, "Not enough memory: "),
    ],
)
def test_a_checkpoint_that_cannot_be_served_is_reported_before_anything_starts(
    tmp_path: Path, spoil: Callable[[Path], None], code: int, message: str
) -> None:
    spoil(write_checkpoint(tmp_path / "model"))
    done = serve(str(tmp_path / "model"), *PYTHON)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert "Traceback" not in done.err
    assert "Starting vLLM" not in done.err


def test_where_others_reach_it_a_key_is_needed(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "LLM_API_KEY"}
    python = ("--python", str(write_stand_in(tmp_path)), "--profile", "cpu")
    model = str(write_checkpoint(tmp_path / "model"))
    done = groundwork("model", "serve", model, *python, "--host", "0.0.0.0", env=environment)
    assert (done.code, done.out) == (2, "")
    assert "there is no LLM_API_KEY. Set one" in done.err
    assert "Starting vLLM" not in done.err


def test_an_unattended_server_waits_for_its_model_and_says_how_far_it_is(tmp_path: Path) -> None:
    status, port, log = tmp_path / "status.json", free_port(), tmp_path / "log"
    words = ("--profile", "cpu", "--python", str(write_stand_in(tmp_path)), "--port", str(port), "--unattended")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "model", "serve", "mine", *words, "--status", str(status)],
            cwd=REPOSITORY,
            env={**os.environ, "GROUNDWORK_DATA_DIR": str(tmp_path / "data"), "GROUNDWORK_MODELS_DIR": str(tmp_path)},
            stderr=output,
        )
    try:
        wait_until(lambda: b"Waiting for it" in log.read_bytes())
        assert read_model_status(status) is None
        write_checkpoint(tmp_path / "made").rename(tmp_path / "mine")
        wait_until(lambda: state_of(status) == "ready")
        process.terminate()
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
    assert not listeners(port)


def test_the_reason_of_a_failure_is_in_the_status_and_an_unattended_server_stays(tmp_path: Path) -> None:
    status = tmp_path / "status.json"
    model = str(write_checkpoint(tmp_path / "model"))
    python = ("--profile", "cpu", "--python", str(write_stand_in(tmp_path, "echo out of memory; exit 1")))
    environment = {**os.environ, "GROUNDWORK_DATA_DIR": str(tmp_path / "data")}
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "model", "serve", model, *python, "--unattended", "--status", str(status)],
        cwd=REPOSITORY,
        env=environment,
    )
    try:
        wait_until(lambda: state_of(status) == "failed")
        found = read_model_status(status)
        assert found is not None
        assert "out of memory" in found.detail
        assert process.poll() is None
        process.terminate()
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()


def state_of(status: Path) -> str | None:
    found = read_model_status(status)
    return None if found is None else found.state


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_vllm_does_not_outlive_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    port = free_port()
    python = write_stand_in(tmp_path)
    command = ["model", "serve", str(write_checkpoint(tmp_path / "model")), "--profile", "cpu"]
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", *command, "--python", str(python), "--port", str(port)],
        cwd=REPOSITORY,
        env={**os.environ, "GROUNDWORK_DATA_DIR": str(tmp_path / "data")},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline().startswith(b"LLM_BASE_URL=")
        assert listeners(port)
        process.kill()
        process.wait(timeout=30)
    end = time.monotonic() + 20
    while listeners(port) and time.monotonic() < end:
        time.sleep(0.1)
    assert not listeners(port)
