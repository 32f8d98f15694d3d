"""Which matrices of a checkpoint can be compressed: the linear modules of the layers, and stacks of experts."""

from __future__ import annotations

import re

from serving.checkpoint.read import Checkpoint
from serving.checkpoint.tensors import Tensor

UNCOMPRESSED_MODULES = (
    r".*lm_head$",
    r".*embed_tokens$",
    r".*\.(gate|shared_expert_gate)$",
    r".*\.router(\..*)?$",
    r".*(vision|visual|audio|multi_modal_projector|mm_projector).*",
)
"""Modules that stay in 16 bits: embeddings and output head, the routers of experts and what weighs a shared expert, and
what reads images or sound. `gate_proj` is a matrix like any other."""
_TABLES = r".*(lm_head|embed_tokens|wte|wpe|embed_in|embed_out)$"


def is_compressible(tensor: Tensor) -> bool:
    """Return whether a tensor is a matrix in the layers: a linear module's weight, or a stack of experts'."""
    module = tensor.name.removesuffix(".weight")
    matrix = len(tensor.shape) == 2 and tensor.name.endswith(".weight") and not module.endswith("norm")
    experts = len(tensor.shape) == 3 and "experts" in tensor.name
    return (matrix or experts) and not any(re.match(pattern, module) for pattern in (*UNCOMPRESSED_MODULES, _TABLES))


def compressible(checkpoint: Checkpoint) -> tuple[Tensor, ...]:
    """Return the tensors of a checkpoint that can be compressed."""
    return tuple(filter(is_compressible, checkpoint.tensors))
