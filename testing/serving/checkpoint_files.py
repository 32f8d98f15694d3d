"""Checkpoints as files, without a framework: a header and zeros are a safetensors file."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

CONFIG: Mapping[str, Any] = {
    "model_type": "llama",
    "hidden_size": 128,
    "num_hidden_layers": 1,
    "vocab_size": 512,
    "max_position_embeddings": 512,
}
SHAPES: Mapping[str, tuple[int, ...]] = {
    "model.embed_tokens.weight": (512, 128),
    "model.layers.0.input_layernorm.weight": (128,),
    "model.layers.0.self_attn.q_proj.weight": (128, 128),
    "model.layers.0.mlp.down_proj.weight": (128, 256),
    "lm_head.weight": (512, 128),
}


def write_safetensors(file: Path, shapes: Mapping[str, tuple[int, ...]], kind: str = "BF16") -> None:
    """Two bytes a number, whatever the kind says."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in shapes.items():
        start, end = end, end + 2 * prod(shape)
        header[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + bytes(end))


def write_checkpoint(
    folder: Path, shapes: Mapping[str, tuple[int, ...]] = SHAPES, template: bool = True, **config: Any
) -> Path:
    """A whole folder: config.json, weights, and a chat template."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({**CONFIG, **config}), encoding="utf-8")
    write_safetensors(folder / "model.safetensors", shapes)
    if template:
        (folder / "chat_template.jinja").write_text("{{ messages[0]['content'] }}", encoding="utf-8")
    return folder
