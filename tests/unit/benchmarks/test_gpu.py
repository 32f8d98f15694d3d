"""The GPU benchmark without a GPU: its arguments, its steps, and the JSON that it collects."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks.gpu import collect, write_questions
from tests.unit.serving.bench.reports import benchmark, report, written

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "gpu.sh"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", str(SCRIPT), *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def model(tmp_path: Path) -> str:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "config.json").write_text("{}", encoding="utf-8")
    return str(folder)


def test_a_dry_run_prints_every_step_and_does_none(model: str, tmp_path: Path) -> None:
    done = run("--model", model, "--out", str(tmp_path / "out"), "--dry-run")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "out").exists()
    steps = done.stderr.splitlines()
    assert [scheme for scheme in ("fp8", "w8a8", "w4a16") if f"--scheme {scheme} " in done.stderr] == [
        "fp8", "w8a8", "w4a16",
    ]  # fmt: skip
    # With its default service level vLLM would refuse most of 256 requests.
    assert sum("model serve" in step and "--slo ttft=600000" in step for step in steps) == 4
    measured = [step for step in steps if "model bench" in step]
    assert len(measured) == 8
    assert all("--at 1,32,256 --seconds 120 --requests 2048" in step for step in measured)
    assert [step for step in measured if "--model groundwork --prompts" in step] == measured[1::2]
    assert "benchmarks.gpu collect" in steps[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the model: --model DIR"),
        (("--model",), "--model needs a value."),
        (("--model", "/nowhere"), "--model is '/nowhere', which has no config.json"),
        (("--model", "MODEL", "--schemes", "bf16,int3"), "--schemes: 'int3' is none of"),
        (("--model", "MODEL", "--at", "1,many"), "--at is 'many'"),
        (("--model", "MODEL", "--at", "0"), "--at is '0'"),
        (("--model", "MODEL", "--requests", "64"), "--at has 256 and --requests is 64"),
        (("--model", "MODEL", "--port", "65535"), "--port is 65535; it must be 65534 at most"),
        (("--model", "MODEL", "--seconds", "1.5"), "--seconds is '1.5'"),
        (("--model", "MODEL", "--device", "tpu"), "--device is 'tpu'; it must be cuda or cpu"),
        (("--model", "MODEL", "--fast"), "'--fast' is no option"),
    ],
)
def test_a_wrong_argument_is_named(model: str, arguments: tuple[str, ...], message: str) -> None:
    done = run(*(model if argument == "MODEL" else argument for argument in arguments), "--dry-run")
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="this machine has a GPU's driver")
def test_a_machine_without_a_gpu_is_refused_at_once(model: str) -> None:
    done = run("--model", model)
    assert done.returncode == 2
    assert "nvidia-smi finds no GPU" in done.stderr


def test_the_help_is_the_head_of_the_script() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "--dry-run" in done.stdout
    assert "pipefail" not in done.stdout


def test_questions_are_sent_to_the_app_once_each_without_their_passages(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.jsonl"
    rows = (
        {"question": question, "messages": [{"role": "user", "content": f"[1] A passage. {question}"}]}
        for question in ("How much leave?", "How much leave?", "")
    )
    prompts.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert write_questions(prompts, tmp_path / "questions.jsonl") == 1
    (row,) = map(json.loads, (tmp_path / "questions.jsonl").read_text(encoding="utf-8").splitlines())
    assert row["messages"] == [{"role": "user", "content": "How much leave?"}]


def test_the_json_has_every_load_the_apps_share_and_the_facts_of_the_machine(tmp_path: Path) -> None:
    (tmp_path / "bench").mkdir()
    for name, ttft, rate in (("tiny-bf16", 100.0, 4.0), ("tiny-bf16-app", 130.0, 3.0)):
        load = benchmark("concurrent", streams=32, ttft=(ttft, ttft), rate=rate)
        written(tmp_path / "bench" / f"{name}.json", report(load))
    found = json.loads(json.dumps(collect(tmp_path, Path("/models/tiny"), "cpu")))
    assert sorted(result["name"] for result in found["results"]) == ["tiny-bf16", "tiny-bf16-app"]
    assert found["app_overhead"] == {
        "tiny-bf16": [{"load": "concurrent@32", "ttft_ms": 30.0, "requests_per_second": 0.75}]
    }
    assert (found["model"], found["device"], found["incomplete"]) == ("tiny", "cpu", [])
    assert set(found["environment"]) == {
        "gpus", "packages", "python", "system", "processor", "commit", "uncommitted_changes",
    }  # fmt: skip
