"""The trained weights as a checkpoint's folder: with the files of the base beside them, as they were."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

_OWN = frozenset({"README.md", "groundwork-model.json", "distillation.json", "compression.json"})
_WEIGHTS = (".safetensors", ".safetensors.index.json", ".bin", ".pt", ".pth")


def write_weights(model: Any, folder: Path) -> None:
    """Write the weights alone, in bfloat16, or the adapters of a model that has some; the folder is there at once."""
    import torch

    half = folder.with_name(f"{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    if hasattr(model, "peft_config"):
        model.save_pretrained(half)
    else:
        copy.deepcopy(model).to(torch.bfloat16).save_pretrained(half)
    shutil.rmtree(folder, ignore_errors=True)
    half.replace(folder)


def write_checkpoint(base: Path, weights: Path, out: Path) -> None:
    """Write a folder with the weights of another one and the rest of the base's: configuration, tokenizer, template."""
    out.mkdir(exist_ok=True)
    for file in sorted(base.iterdir()):
        if file.is_file() and file.name not in _OWN and not file.name.endswith(_WEIGHTS):
            shutil.copyfile(file, out / file.name)
    for file in sorted(weights.iterdir()):
        if file.name.endswith(_WEIGHTS):
            shutil.copyfile(file, out / file.name)
    _state_type(out / "config.json")


def _state_type(file: Path) -> None:
    """Let the configuration state the type that the weights have now."""
    config = json.loads(file.read_text(encoding="utf-8"))
    for name in ("dtype", "torch_dtype"):
        if name in config:
            config[name] = "bfloat16"
    file.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def write_adapter(base: Path, weights: Path, out: Path) -> None:
    """Write a folder with adapters: peft's two files, and the tokenizer's of the base."""
    out.mkdir(exist_ok=True)
    for file in sorted(weights.iterdir()):
        if file.name.startswith("adapter_"):
            shutil.copyfile(file, out / file.name)
    for file in sorted(base.glob("*")):
        if file.name.startswith(("tokenizer", "chat_template", "special_tokens", "vocab", "merges")):
            shutil.copyfile(file, out / file.name)


def merge(job: dict[str, Any], adapters: Path, folder: Path) -> None:
    """Write the base's weights with adapters added into them, in float32 until they are written."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(job["model"], dtype=torch.float32, local_files_only=True)
    write_weights(PeftModel.from_pretrained(base, str(adapters)).merge_and_unload(), folder)
