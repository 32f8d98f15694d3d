"""Checkpoints without a model, laid out as Hugging Face does: tensors without values, of any size.

The data of a file is a hole, so that even a model of 141 GB takes no space on the disk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import prod
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
SHAPES: Mapping[str, tuple[int, ...]] = {
    "model.embed_tokens.weight": (512, 128),
    "model.layers.0.input_layernorm.weight": (128,),
    "model.layers.0.self_attn.q_proj.weight": (128, 128),
    "model.layers.0.mlp.down_proj.weight": (128, 256),
    "lm_head.weight": (512, 128),
}
"""The tensors of a small model with one layer."""
INT8_WEIGHTS: Mapping[str, Any] = {"type": "int", "num_bits": 8, "strategy": "channel", "symmetric": True}
INT8_INPUTS: Mapping[str, Any] = {"type": "int", "num_bits": 8, "strategy": "token", "dynamic": True}
_BYTES = {"F32": 4, "BF16": 2, "F8_E4M3": 1}


def write_safetensors(file: Path, shapes: Mapping[str, tuple[int, ...]] = SHAPES, dtype: str = "BF16") -> None:
    """Write a file with these tensors, all of one type."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in shapes.items():
        start, end = end, end + _BYTES[dtype] * prod(shape)
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    with file.open("wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        out.truncate(8 + len(text) + end)


def write_checkpoint(
    folder: Path,
    shapes: Mapping[str, tuple[int, ...]] = SHAPES,
    *,
    dtype: str = "BF16",
    template: bool = True,
    **config: Any,
) -> Path:
    """Write a folder with config.json, one file of weights, a tokenizer and a chat template, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({**CONFIG, **config}), encoding="utf-8")
    write_safetensors(folder / "model.safetensors", shapes, dtype)
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    settings = {"chat_template": "{{ messages }}"} if template else {}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def of_bytes(size: int, dtype: str = "BF16") -> dict[str, tuple[int, ...]]:
    """Return a single tensor that takes this many bytes."""
    return {"weight": (size // _BYTES[dtype],)}


def compressed(
    weights: Mapping[str, Any] = INT8_WEIGHTS, inputs: Mapping[str, Any] | None = INT8_INPUTS, **more: Any
) -> dict[str, Any]:
    """Return a `quantization_config` of compressed-tensors with one group."""
    group = {"targets": ["Linear"], "weights": dict(weights), "input_activations": inputs and dict(inputs)}
    return {"quant_method": "compressed-tensors", "config_groups": {"group_0": group}, **more}
