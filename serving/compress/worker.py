"""LLM Compressor at work: run by the Python of `.venv-compress`, never imported by the rest.

    python worker.py JOB.json

What was done is written as one JSON object into the job's `result`; the library's own words and progress go to stdout
and stderr. The job: `model` and `out` (folders), `preset` (compressed-tensors' name of the scheme, or null),
`algorithm`, `kv_cache` ("fp8" or null), `pruning` (null or {"method", "sparsity", "pattern"}), `ignore` (modules left
as they are), `samples` (a JSONL file of {"messages"} or {"text"}, or null for schemes that need no data), `max_tokens`
(a longer sample loses its beginning), `parent` (the process that waits for it).

Everything that can be refused was refused before this starts; what fails here is a fault of the library or the machine.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("llmcompressor", "compressed-tensors", "torch", "transformers")
PR_SET_PDEATHSIG = 1
SMOOTHING = 0.8
"""SmoothQuant's alpha for INT8 (LLM Compressor's own W8A8 example; the paper takes .5 to .9 by model)."""


def main() -> None:
    """Do the job that the file names."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    die_with_parent(job["parent"])
    began = time.monotonic()
    about = compress_data_free(job) if job["samples"] is None else compress_calibrated(job)
    result = {
        **about,
        "seconds": round(time.monotonic() - began, 1),
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "versions": {name: version(name) for name in PACKAGES},
    }
    Path(job["result"]).write_text(json.dumps(result), encoding="utf-8")


def die_with_parent(parent: int) -> None:
    """A command that was killed leaves nothing at work (Linux; elsewhere an orphan runs to its end, aside)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The command that asked for this has ended.")


def compress_data_free(job: dict[str, Any]) -> dict[str, Any]:
    """Shard after shard, without the model in memory."""
    from llmcompressor import model_free_ptq

    model_free_ptq(job["model"], job["out"], scheme=job["preset"], ignore=job["ignore"])
    return {"recipe": f"model_free_ptq: {job['preset']}", "samples": 0, "tokens": 0, "truncated": 0}


def compress_calibrated(job: dict[str, Any]) -> dict[str, Any]:
    """Layer after layer, with the samples running through the model."""
    import torch
    from llmcompressor import oneshot
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(job["model"], local_files_only=True)
    rows, truncated = tokenize(tokenizer, job["samples"], job["max_tokens"])
    model = AutoModelForCausalLM.from_pretrained(job["model"], dtype="auto", local_files_only=True)
    torch.manual_seed(0)
    oneshot(
        model=model,
        tokenizer=tokenizer,
        recipe=modifiers(job),
        dataset=dataset(rows),
        max_seq_length=job["max_tokens"],
        num_calibration_samples=len(rows),
        shuffle_calibration_samples=False,
        output_dir=job["out"],
    )
    recipe = Path(job["out"]) / "recipe.yaml"
    return {
        "recipe": recipe.read_text(encoding="utf-8"),
        "samples": len(rows),
        "tokens": sum(map(len, rows)),
        "truncated": truncated,
    }


def tokenize(tokenizer: Any, file: str, max_tokens: int) -> tuple[list[list[int]], int]:
    """Token ids of each sample in the served template, and how many were cut."""
    rows: list[list[int]] = []
    truncated = 0
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        sample = json.loads(line)
        if "text" in sample:
            ids = tokenizer.encode(sample["text"])
        else:
            turns = sample["messages"]
            answered = turns[-1]["role"] == "assistant"
            text = tokenizer.apply_chat_template(turns, add_generation_prompt=not answered, tokenize=False)
            # The template writes the begin token itself.
            ids = tokenizer.encode(text, add_special_tokens=False)
        truncated += len(ids) > max_tokens
        # The question and the answer stand at the end.
        rows.append(ids[-max_tokens:])
    return rows, truncated


def dataset(rows: list[list[int]]) -> Any:
    """As `oneshot` takes it."""
    from datasets import Dataset

    return Dataset.from_dict({"input_ids": rows, "attention_mask": [[1] * len(row) for row in rows]})


def modifiers(job: dict[str, Any]) -> list[Any]:
    """LLM Compressor's recipe: prune, smooth, quantize, each in a pass of its own."""
    from compressed_tensors.quantization import QuantizationArgs
    from llmcompressor.modifiers.gptq import GPTQModifier
    from llmcompressor.modifiers.quantization import QuantizationModifier
    from llmcompressor.modifiers.transform import AWQModifier, SmoothQuantModifier

    algorithm, ignore = job["algorithm"], job["ignore"]
    settings: dict[str, Any] = {"ignore": ignore}
    if job["preset"]:
        settings |= {"scheme": job["preset"], "targets": ["Linear"]}
    if job["kv_cache"] == "fp8":
        settings["kv_cache_scheme"] = QuantizationArgs(
            num_bits=8, type="float", strategy="tensor", dynamic=False, symmetric=True
        )
    chosen: list[Any] = [pruning(job["pruning"], ignore)] if job["pruning"] else []
    if algorithm == "smoothquant+gptq":
        chosen.append(SmoothQuantModifier(smoothing_strength=SMOOTHING))
    if algorithm == "awq":
        chosen.append(AWQModifier())
    if algorithm in ("gptq", "smoothquant+gptq") and not job["pruning"]:
        # GPTQ spreads its errors over all later weights: of 50% zeros it left 42 to 49%. Rounding keeps them.
        chosen.append(GPTQModifier(**settings))
    elif job["preset"] or job["kv_cache"]:
        chosen.append(QuantizationModifier(**settings))
    return chosen


def pruning(wanted: dict[str, Any], ignore: list[str]) -> Any:
    """SparseGPT (arXiv:2301.00774) or Wanda (arXiv:2306.11695)."""
    from llmcompressor.modifiers.pruning import SparseGPTModifier, WandaPruningModifier

    kind = {"sparsegpt": SparseGPTModifier, "wanda": WandaPruningModifier}[wanted["method"]]
    pattern = wanted["pattern"] or "0:0"
    return kind(sparsity=wanted["sparsity"], mask_structure=pattern, targets=["Linear"], ignore=ignore)


if __name__ == "__main__":
    main()
