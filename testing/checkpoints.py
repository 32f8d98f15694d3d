"""Checkpoints without a model: files as Hugging Face lays them out, whose tensors hold nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CONFIG: Mapping[str, Any] = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 1024,
    "num_hidden_layers": 8,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "intermediate_size": 4096,
    "vocab_size": 32_000,
    "max_position_embeddings": 32_768,
}
WEIGHTS: Mapping[str, Any] = {"type": "int", "num_bits": 8, "strategy": "channel", "symmetric": True}
INPUTS: Mapping[str, Any] = {"type": "int", "num_bits": 8, "strategy": "token", "dynamic": True}


def write_safetensors(file: Path, tensors: Mapping[str, tuple[str, int]]) -> None:
    """A file of tensors by name: type and bytes. The bytes are a hole in the file."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, (dtype, size) in tensors.items():
        header[name] = {"dtype": dtype, "shape": [size], "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    with file.open("wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        out.truncate(8 + len(text) + end)


def write_checkpoint(
    folder: Path, *, dtype: str = "BF16", size: int = 200_000_000, template: bool = True, **config: Any
) -> Path:
    """A folder with config.json, one file of weights, a tokenizer and a chat template."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({**CONFIG, **config}), encoding="utf-8")
    write_safetensors(folder / "model.safetensors", {"weight": (dtype, size)})
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    settings = {"chat_template": "{{ messages }}"} if template else {}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def compressed(
    weights: Mapping[str, Any] = WEIGHTS, inputs: Mapping[str, Any] | None = INPUTS, **more: Any
) -> dict[str, Any]:
    """A `quantization_config` of compressed-tensors with one group."""
    group = {"targets": ["Linear"], "weights": dict(weights), "input_activations": inputs and dict(inputs)}
    return {"quant_method": "compressed-tensors", "config_groups": {"group_0": group}, **more}
