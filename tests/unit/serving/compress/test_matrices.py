"""Which tensors can be compressed."""

from __future__ import annotations

from pathlib import Path

from serving.checkpoint.read import read_checkpoint
from serving.compress.matrices import compressible
from testing.serving.checkpoints import SHAPES, write_checkpoint


def test_matrices_of_layers_are_compressible_and_tables_norms_and_routers_are_not(tmp_path: Path) -> None:
    shapes = {
        **SHAPES,
        "model.layers.0.mlp.gate.weight": (8, 128),
        "model.layers.0.mlp.gate_proj.weight": (256, 128),
        "model.layers.0.mlp.experts.down_proj": (8, 128, 64),
        "visual.blocks.0.attn.qkv.weight": (96, 32),
    }
    found = read_checkpoint(write_checkpoint(tmp_path, shapes))
    assert {tensor.name.removeprefix("model.layers.0.") for tensor in compressible(found)} == {
        "self_attn.q_proj.weight",
        "mlp.down_proj.weight",
        "mlp.gate_proj.weight",
        "mlp.experts.down_proj",
    }
