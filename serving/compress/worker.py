"""One compression with LLM Compressor: run by the Python of `.venv-compress`, never imported by the rest.

    python worker.py JOB.json

What was done is written as one JSON object into the job's `result`; the library's output and progress go to stdout and
stderr. The job: `model` and `out` (folders), `preset` (compressed-tensors' name of the scheme, or null), `algorithm`,
`kv_cache` ("fp8" or null), `pruning` (null or {"method", "sparsity", "pattern"}), `ignore` (modules that stay as they
are), `samples` (a JSONL file of {"messages"} or {"text"}, or null for schemes that need no data), `max_tokens` (a
longer sample loses its beginning), `layers` (a folder for the layers that are done), `parent` (the process that waits
for it).

Everything that can be refused was refused before this starts; a failure here is one of the library or the machine.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import resource
import signal
import sys
import time
import types
from collections.abc import Mapping, Sequence
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
        "peak_memory_bytes": peak_memory(),
        "versions": {name: version(name) for name in PACKAGES},
    }
    Path(job["result"]).write_text(json.dumps(result), encoding="utf-8")


def peak_memory() -> int:
    """Return the largest memory of this process so far, in bytes."""
    # On Linux ru_maxrss includes the parent's memory when it started this process; VmHWM begins at the start.
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def die_with_parent(parent: int) -> None:
    """End with the command that started this (Linux; elsewhere an orphan runs to its end, in the temporary folder)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The command that started this has ended.")


def compress_data_free(job: dict[str, Any]) -> dict[str, Any]:
    """Compress shard after shard, without the model in memory."""
    from llmcompressor import model_free_ptq

    model_free_ptq(job["model"], job["out"], scheme=job["preset"], ignore=job["ignore"])
    return {"recipe": f"model_free_ptq: {job['preset']}", "samples": 0, "tokens": 0, "truncated": 0, "kept_layers": 0}


def compress_calibrated(job: dict[str, Any]) -> dict[str, Any]:
    """Compress layer after layer, with the samples running through the model."""
    import torch
    from llmcompressor import oneshot
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(job["model"], local_files_only=True)
    rows, truncated = tokenize(tokenizer, job["samples"], job["max_tokens"])
    model = AutoModelForCausalLM.from_pretrained(job["model"], dtype="auto", local_files_only=True)
    torch.manual_seed(0)
    layers = Layers(layers_folder(job))
    oneshot(
        model=model,
        tokenizer=tokenizer,
        recipe=modifiers(job, layers),
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
        "kept_layers": layers.kept,
    }


def tokenize(tokenizer: Any, file: str, max_tokens: int) -> tuple[list[list[int]], int]:
    """Return the token ids of each sample in the served template, and how many samples were cut."""
    rows: list[list[int]] = []
    truncated = 0
    for line in filter(None, Path(file).read_text(encoding="utf-8").split("\n")):
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
        # The question and the answer are at the end.
        rows.append(ids[-max_tokens:])
    return rows, truncated


def dataset(rows: list[list[int]]) -> Any:
    """Return the data set in the form that `oneshot` takes."""
    from datasets import Dataset

    return Dataset.from_dict({"input_ids": rows, "attention_mask": [[1] * len(row) for row in rows]})


def modifiers(job: dict[str, Any], layers: Layers) -> list[Any]:
    """Return LLM Compressor's recipe: prune, smooth, quantize, each in a pass of its own."""
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
    chosen: list[Any] = [pruning(job["pruning"], ignore, layers)] if job["pruning"] else []
    if algorithm == "smoothquant+gptq":
        chosen.append(SmoothQuantModifier(smoothing_strength=SMOOTHING))
    if algorithm == "awq":
        chosen.append(AWQModifier())
    if algorithm in ("gptq", "smoothquant+gptq") and not job["pruning"]:
        # GPTQ spreads its errors over all later weights: of 50% zeros, 42 to 49% remained. Rounding keeps them.
        chosen.append(resumable(GPTQModifier, layers, settings))
    elif job["preset"] or job["kv_cache"]:
        chosen.append(QuantizationModifier(**settings))
    return chosen


def pruning(wanted: dict[str, Any], ignore: list[str], layers: Layers) -> Any:
    """Return the modifier of SparseGPT (arXiv:2301.00774) or Wanda (arXiv:2306.11695)."""
    from llmcompressor.modifiers.pruning import SparseGPTModifier, WandaPruningModifier

    kind = {"sparsegpt": SparseGPTModifier, "wanda": WandaPruningModifier}[wanted["method"]]
    pattern = wanted["pattern"] or "0:0"
    settings = {"sparsity": wanted["sparsity"], "mask_structure": pattern, "targets": ["Linear"], "ignore": ignore}
    return resumable(kind, layers, settings)


def layers_folder(job: dict[str, Any]) -> Path:
    """Return the folder for solved layers: one for each set of versions, since others may solve a layer differently."""
    folder = Path(job["layers"]) / "-".join(version(name) for name in PACKAGES)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Layers:
    """The files of solved layers, in their order; `kept` counts those of an earlier run."""

    def __init__(self, folder: Path) -> None:
        self._files = (folder / f"{number}.safetensors" for number in itertools.count())
        self.current = next(self._files)
        self.kept = 0

    def move_on(self, *, kept: bool) -> None:
        """Go to the next layer."""
        self.kept += kept
        self.current = next(self._files)


def resumable(kind: Any, layers: Layers, settings: Mapping[str, Any]) -> Any:
    """Return a modifier that solves layer after layer, and continues where an earlier run was cut off.

    Each solved layer is written to a file. A layer whose file exists is not observed and solved again; the samples
    still run through it, since the next layer needs its output.
    """

    def calibrate_module(self: Any, module: Any, inputs: Any, output: Any) -> None:
        if not layers.current.exists():
            kind.calibrate_module(self, module, inputs, output)

    def on_sequential_epoch_end(self: Any, state: Any, event: Any, modules: Sequence[Any], **rest: Any) -> None:
        kept = layers.current.exists()
        if kept:
            restore_layer(state.model, modules, layers.current)
        else:
            kind.on_sequential_epoch_end(self, state, event, modules=modules, **rest)
            if any(module in self._module_names for module in modules):
                keep_layer(state.model, modules, layers.current)
        layers.move_on(kept=kept)

    methods = {"calibrate_module": calibrate_module, "on_sequential_epoch_end": on_sequential_epoch_end}
    # The recipe is recorded by the class's name.
    return types.new_class(kind.__name__, (kind,), exec_body=lambda body: body.update(methods))(**settings)


def keep_layer(model: Any, modules: Sequence[Any], file: Path) -> None:
    """Write every tensor of these modules except the embeddings, which are never changed."""
    from safetensors.torch import save_file

    tensors = {
        f"{name}:{key}": tensor.detach().cpu().contiguous()
        for name, module in names_of(model, modules)
        for key, tensor in (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False))
    }
    half = file.with_suffix(".half")
    save_file(tensors, half)
    with half.open("rb") as written:
        os.fsync(written.fileno())
    half.replace(file)


def restore_layer(model: Any, modules: Sequence[Any], file: Path) -> None:
    """Load what `keep_layer` wrote into the modules."""
    from compressed_tensors.utils import update_offload_parameter
    from safetensors.torch import load_file

    named = dict(names_of(model, modules))
    for name, tensor in load_file(file).items():
        module, _, key = name.rpartition(":")
        update_offload_parameter(named[module], key, tensor)


def names_of(model: Any, modules: Sequence[Any]) -> list[tuple[str, Any]]:
    """Return the modules that a layer changes, with their names."""
    from torch.nn import Embedding

    names = {module: name for name, module in model.named_modules()}
    return [(names[module], module) for module in modules if not isinstance(module, Embedding)]


if __name__ == "__main__":
    main()
